"""What export rules and one tariff measure of a chip: total processing performance and performance density.

15 CFR 774 Supp. 1, technical notes to ECCN 3A090: TPP is 2 x MacTOPS x the bit length of the operation (that of its
largest input), over all processing units of the package, best over the formats that it runs, dense. Data sheets give
2 x MacTOPS as TOPS or TFLOP/s. PD is TPP over the applicable die area: logic dies made on a non-planar transistor node.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from twoeyes.facts.catalog import Chip, Dtype

SETTLED_BITS: Mapping[Dtype, int] = {"fp16": 16, "bf16": 16, "fp8": 8, "int8": 8, "fp4": 4, "int4": 4}
TIE = 5e-4  # data sheets round: 989 x 16 against 1,979 x 8 is one chip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a disputed format is counted: FP6 by its 6 bits or by the 8 it is stored in, TF32 by the 19 bits that enter
    the multiplier or by the 32 it is stored in.
    """

    fp6_bits: Literal[6, 8] = 6
    tf32_bits: Literal[19, 32] = 19

    def bits(self) -> dict[Dtype, int]:
        """Bit length by format. FP32 runs on vector units on these chips and never binds, so it is left out."""
        return {**SETTLED_BITS, "fp6": self.fp6_bits, "tf32": self.tf32_bits}


USUAL = Reading()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingPerformance:
    """TPP under one reading, the formats that give it, and its range.

    The range runs over what is disputed: the bit length of FP6 and TF32, whether they count at all, and every peak that
    a source states otherwise.
    """

    value: float
    binding: tuple[Dtype, ...]
    low: float
    high: float


def total_processing_performance(chip: Chip, reading: Reading = USUAL) -> ProcessingPerformance | None:
    """TPP in TOPS x bits; None where no dense peak of a matrix format is known."""
    bits, widest = reading.bits(), Reading(fp6_bits=8, tf32_bits=32).bits()
    scores = {dtype: chip.peak_flops[dtype] / 1e12 * bits[dtype] for dtype in bits if dtype in chip.peak_flops}
    if not scores:
        return None
    value = max(scores.values())
    settled = [min(_peaks(chip, dtype)) * bits[dtype] for dtype in scores if dtype in SETTLED_BITS]
    return ProcessingPerformance(
        value=value,
        binding=tuple(dtype for dtype, score in scores.items() if score >= value * (1 - TIE)),
        low=min(value, max(settled, default=value)),
        high=max(max(_peaks(chip, dtype)) * widest[dtype] for dtype in scores),
    )


def performance_density(chip: Chip, reading: Reading = USUAL) -> float | None:
    """TPP per mm2 of applicable die area. Zero where no logic die counts; None where peak or area is unknown."""
    performance = total_processing_performance(chip, reading)
    if performance is None:
        return None
    if chip.non_planar is False:
        return 0.0
    return performance.value / chip.die_area_mm2 if chip.die_area_mm2 else None


def performance_density_range(chip: Chip) -> tuple[float, float] | None:
    """Least and greatest PD over the range of TPP and every die area that a source states; None as above."""
    performance = total_processing_performance(chip)
    if performance is None:
        return None
    if chip.non_planar is False:
        return 0.0, 0.0
    if not chip.die_area_mm2:
        return None
    areas = [chip.die_area_mm2, *_dissents(chip, "die_area")]
    return performance.low / max(areas), performance.high / min(areas)


def io_bandwidth(chip: Chip) -> float | None:
    """Bytes per second over all links, both directions summed, as the rule of October 2022 counts it (600 GB/s)."""
    return chip.scaleup_both_directions_bw


def _peaks(chip: Chip, dtype: Dtype) -> tuple[float, ...]:
    """The peak of a format in TOPS, and every one that another source states."""
    return (chip.peak_flops[dtype] / 1e12, *_dissents(chip, f"peak_{dtype}"))


def _dissents(chip: Chip, field: str) -> Iterator[float]:
    fact = chip.facts.get(field)
    return (cast(float, other.value) for other in (fact.dissents if fact else ()))
