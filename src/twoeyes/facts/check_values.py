"""Are the catalogue's figures possible? What cannot be is an error; what looks wrong is one until a note says why.

So every warning that remains is explained in the `note` of its cell (`stands: ...`), and a new oddity stops the check.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from twoeyes.facts.catalog import Chip, Model, System
from twoeyes.facts.cells import FIELDS
from twoeyes.facts.control_metrics import performance_density, total_processing_performance
from twoeyes.facts.fact import Fact
from twoeyes.facts.model_size import parameters
from twoeyes.facts.tables import Catalogue
from twoeyes.facts.things import Thing

RETICLE_MM2 = 858  # the largest field of an exposure tool, 26 x 33 mm
ROOFLINE = (20, 1200)  # dense 16-bit FLOP per byte of memory traffic
DENSITY_CEILING = 100
STANDS = "stands: "  # in a note: the figure is odd, was read again, and is right
POWER_SHARE = (0.8, 6.0)  # of a system to that of its chips
SLACK = {"format ratio": 0.045, "total": 0.05, "parameters": 0.01, "contract": 0.03, "published TPP": 0.001}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, or odd and explained."""

    severity: Literal["error", "warning"]
    where: str
    what: str
    mend: str


def check_values(catalogue: Catalogue, contracts: list[Mapping[str, str]]) -> Iterator[Finding]:
    """Everything that looks wrong about the figures themselves."""
    for chip in catalogue.chips.values():
        for check in _CHIP_CHECKS:
            yield from check(chip)
    for system in catalogue.systems.values():
        yield from _system(system, catalogue.chips)
    for model in catalogue.models.values():
        yield from _model(model)
    yield from _duplicates(catalogue.chips)
    yield from _lineage(catalogue.chips)
    for contract in contracts:
        yield from _contract(contract, catalogue.chips)


def _impossible(thing: Thing, field: str, what: str, mend: str) -> Finding:
    return Finding(severity="error", where=f"{thing.id} {field}", what=what, mend=mend)


def _odd(thing: Thing, field: str, what: str) -> Finding:
    note = thing.facts[field].note if field in thing.facts else ""
    mend = f"read the source again; if the figure stands, say why in the cell's note, as `{STANDS}...`"
    if STANDS in note:
        return Finding(severity="warning", where=f"{thing.id} {field}", what=what, mend=note)
    return Finding(severity="error", where=f"{thing.id} {field}", what=what, mend=mend)


# Chips -------------------------------------------------------------------------------------------------------------


def _format_ratios(chip: Chip) -> Iterator[Finding]:
    """Rates of the formats stand to each other as powers of two, from an eighth to eight."""
    base = chip.peak_flops.get("bf16") or chip.peak_flops.get("fp16")
    for dtype, peak in chip.peak_flops.items():
        if base is None or dtype in ("fp32", "bf16"):
            continue
        steps = math.log2(peak / base)
        if abs(steps - round(steps)) > SLACK["format ratio"] or abs(steps) > 3:
            yield _odd(chip, f"peak_{dtype}", f"{peak / base:.3g} times the 16-bit rate is no power of two within 8")


def _roofline(chip: Chip) -> Iterator[Finding]:
    base = chip.peak_flops.get("bf16") or chip.peak_flops.get("fp16")
    if base is None or chip.memory_bw is None or chip.memory_type == "SRAM":
        return
    ratio = base / chip.memory_bw
    if not ROOFLINE[0] <= ratio <= ROOFLINE[1]:
        yield _odd(chip, "memory_bw", f"{ratio:.0f} FLOP a byte is outside {ROOFLINE[0]} to {ROOFLINE[1]}")


def _dies(chip: Chip) -> Iterator[Finding]:
    if chip.die_area_mm2 and chip.compute_dies and chip.die_area_mm2 / chip.compute_dies > RETICLE_MM2:
        yield _odd(chip, "die_area", f"more than {RETICLE_MM2} mm2 for each of {chip.compute_dies} dies")
    density = performance_density(chip)
    if density is not None and density > DENSITY_CEILING:
        what = f"performance density {density:.0f} is beyond any process"
        yield _impossible(chip, "die_area", what, "check the area's unit and whether the peak is dense")


def _published_performance(chip: Chip) -> Iterator[Finding]:
    performance, fact = total_processing_performance(chip), chip.facts.get("tpp_published")
    if performance is None or fact is None:
        return
    published, slack = cast(float, fact.value), SLACK["published TPP"]
    if not performance.low * (1 - slack) <= published <= performance.high * (1 + slack):
        yield _odd(chip, "tpp_published", f"computed {performance.low:,.0f} to {performance.high:,.0f}")


def _links(chip: Chip) -> Iterator[Finding]:
    one, both = chip.scaleup_bw, chip.scaleup_both_directions_bw
    if one and both and not math.isclose(both, 2 * one, rel_tol=0.02):
        yield _odd(chip, "scaleup_both_directions_bw", f"{both / one:.2f} times the rate of one direction")


_CHIP_CHECKS: tuple[Callable[[Chip], Iterator[Finding]], ...] = (
    _format_ratios,
    _roofline,
    _dies,
    _published_performance,
    _links,
)


def _duplicates(chips: Mapping[str, Chip]) -> Iterator[Finding]:
    """Chips of two makers that agree to the last of three or more digits: one may have been copied from the other."""
    seen: dict[tuple[str, float], list[Chip]] = defaultdict(list)
    for chip in chips.values():
        for field, fact in chip.facts.items():
            if (field.startswith("peak_") or field == "die_area") and _telling(fact):
                seen[field, cast(float, fact.value)].append(chip)
    for (field, value), alike in seen.items():
        if len({chip.vendor for chip in alike}) > 1:
            for chip in alike:
                others = ", ".join(other.id for other in alike if other.vendor != chip.vendor)
                yield _odd(chip, field, f"{value:g} equals the figure of {others}")


def _telling(fact: Fact) -> bool:
    """Whether agreement would be a surprise: three digits or more, and no round binary number."""
    value = cast(float, fact.value)
    digits = f"{value:g}".replace(".", "").strip("0")
    mantissa = math.frexp(value)[0]
    return len(digits) >= 3 and (mantissa * 8) % 1 != 0


def _lineage(chips: Mapping[str, Chip]) -> Iterator[Finding]:
    for chip in chips.values():
        if chip.variant_of is not None and chip.variant_of not in chips:
            what = f"variant of {chip.variant_of!r}, which is not in the table"
            yield _impossible(chip, "variant_of", what, "give the id of a chip")


# Systems -----------------------------------------------------------------------------------------------------------


def _system(system: System, chips: Mapping[str, Chip]) -> Iterator[Finding]:
    chip = chips.get(system.chip)
    if chip is None:
        yield _impossible(system, "chip", f"no chip {system.chip!r} in the table", "give the id of a chip")
        return
    yield from _power(system, chip)
    if system.scaleup_domain and system.scaleup_domain > system.chips:
        yield _impossible(system, "scaleup_domain", f"larger than the {system.chips} chips", "count chips, not dies")
    if system.announced and chip.announced and system.announced < chip.announced:
        what = f"announced {system.announced}, before its chip ({chip.announced})"
        yield _impossible(system, "announced", what, "one of the two dates is wrong")
    yield from _totals(system, chip)


def _power(system: System, chip: Chip) -> Iterator[Finding]:
    if not system.power_w or not chip.tdp_w:
        return
    share = system.power_w / (system.chips * chip.tdp_w)
    if not POWER_SHARE[0] <= share <= POWER_SHARE[1]:
        what = f"{share:.2f} times the power of its {system.chips} chips"
        yield _impossible(system, "power", what, "check kW, the count, and whether dies or packages are counted")


def _totals(system: System, chip: Chip) -> Iterator[Finding]:
    """Published totals against the sum over the chips."""
    singles: dict[str, float | None] = {"memory_total": chip.memory_bytes}
    singles |= {f"peak_total_{dtype}": chip.peak_flops.get(dtype) for dtype in ("bf16", "fp8", "fp4")}
    for field, single in singles.items():
        fact = system.facts.get(field)
        if fact is None or single is None:
            continue
        total, summed = cast(float, fact.value) * FIELDS["system"][field].si, single * system.chips
        if not math.isclose(total, summed, rel_tol=SLACK["total"]):
            yield _odd(system, field, f"published {total:.4g}, the chips sum to {summed:.4g}")


def _contract(contract: Mapping[str, str], chips: Mapping[str, Chip]) -> Iterator[Finding]:
    """A contract's total over its cards against the chip's own peak."""
    if contract["chip"] not in chips or contract["field"] not in chips[contract["chip"]].facts:
        return  # the check of the rows says so
    chip, field = chips[contract["chip"]], contract["field"]
    share = float(contract["pflops"]) * 1e3 / float(contract["cards"])
    stated = cast(float, chip.facts[field].value)
    if not math.isclose(share, stated, rel_tol=SLACK["contract"]):
        yield _impossible(chip, field, f"{stated:g}, but a contract implies {share:.1f}", "one of the two is wrong")


# Models ------------------------------------------------------------------------------------------------------------


def _model(model: Model) -> Iterator[Finding]:
    if model.top_k > model.experts:
        yield _impossible(model, "top_k", f"{model.top_k} of {model.experts} experts", "count routed experts")
    if model.dense_layers > model.layers:
        yield _impossible(model, "dense_layers", f"more than the {model.layers} layers", "count layers without experts")
    fact = model.facts.get("params_total")
    if fact is None or model.attention in ("hybrid", "sparse"):  # their layers differ: not computed
        return
    computed, _ = parameters(model)
    stated = [cast(float, figure.value) * 1e9 for figure in (fact, *fact.dissents)]
    if not any(math.isclose(computed, total, rel_tol=SLACK["parameters"]) for total in stated):
        what = f"the architecture gives {computed / 1e9:.2f}e9, published are {stated[0] / 1e9:g}e9"
        yield _impossible(model, "params_total", what, "check layers, widths, experts and tied embeddings")
