"""What export rules and one tariff measure of a chip: total processing performance and performance density.

15 CFR 774 Supp. 1, technical notes to ECCN 3A090: TPP is 2 x MacTOPS x the bit length of the operation, summed over the
processing units, the best over the formats that the chip runs, dense. 2 x MacTOPS is what data sheets give as TOPS or
TFLOP/s. PD is TPP over the applicable die area: logic dies made on a non-planar transistor node.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from twoeyes.facts.catalog import Chip, Dtype

BITS: Mapping[Dtype, int] = {
    "fp32": 32,
    "tf32": 19,  # stored in 32 bits; 19 enter the multiplier
    "fp16": 16,
    "bf16": 16,
    "fp8": 8,
    "int8": 8,
    "fp6": 8,  # run and stored as 8 on the chips that offer it
    "fp4": 4,
    "int4": 4,
}
DISPUTED: Mapping[Dtype, int] = {"tf32": 32, "fp6": 6}
VECTOR_ONLY: frozenset[Dtype] = frozenset({"fp32"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingPerformance:
    """TPP by the usual reading, the formats that give it, and its range over the disputed readings of bit length."""

    value: float
    binding: tuple[Dtype, ...]
    low: float
    high: float


def total_processing_performance(chip: Chip) -> ProcessingPerformance | None:
    """TPP in TOPS x bits; None where no dense peak of a matrix format is known."""
    scores = {dtype: peak / 1e12 * BITS[dtype] for dtype, peak in chip.peak_flops.items() if dtype not in VECTOR_ONLY}
    if not scores:
        return None
    value = max(scores.values())
    disputed = [peak / 1e12 * DISPUTED[dtype] for dtype, peak in chip.peak_flops.items() if dtype in DISPUTED]
    settled = [score for dtype, score in scores.items() if dtype not in DISPUTED]
    return ProcessingPerformance(
        value=value,
        binding=tuple(dtype for dtype, score in scores.items() if score >= value * 0.9995),
        low=min([value, *([max(settled)] if settled else [])]),
        high=max([value, *disputed]),
    )


def performance_density(chip: Chip) -> float | None:
    """TPP per mm2 of applicable die area. Zero on planar nodes; None where peak or area is unknown."""
    performance = total_processing_performance(chip)
    if performance is None:
        return None
    if chip.non_planar is False:
        return 0.0
    return performance.value / chip.die_area_mm2 if chip.die_area_mm2 else None
