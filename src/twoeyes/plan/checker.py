"""An independent check of a plan: plain loops over its purchases, no optimiser, no shared arithmetic.

Every promise that a plan prints is computed here a second time from the lots and the problem's data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from twoeyes.plan.problem import Lot, Mode, Problem, VetoCase

TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One promise that does not hold: what was promised, and what was found."""

    what: str
    promised: float
    found: float

    def __str__(self) -> str:
        return f"{self.what}: at most or at least {self.promised:,.6g} was promised, {self.found:,.6g} was found"


def breaches(problem: Problem, units: Mapping[str, int], mode_id: str) -> list[Breach]:
    """Every promise of `problem` that a purchase breaks; empty for a sound plan."""
    lots = {lot.id: lot for lot in problem.lots}
    strangers = [name for name in units if name not in lots]
    if strangers:
        return [Breach(what=f"lot {name} is none of the case's", promised=0, found=units[name]) for name in strangers]
    mode = next((mode for mode in problem.modes if mode.id == mode_id), None)
    if mode is None:
        return [Breach(what=f"mode {mode_id} is none of the case's", promised=0, found=1)]
    bought = [(lots[name], count) for name, count in units.items()]
    found: list[Breach] = []
    found += _at_least("tokens trained by the finish", problem.tokens, _trained(problem, bought, mode, None))
    for veto in problem.vetoes:
        if veto.required is not None:
            share = _trained(problem, bought, mode, veto) / problem.tokens
            found += _at_least(f"share of the training under {veto.id}", veto.required, share)
    found += _money(problem, bought)
    for step in problem.power:
        drawn = sum(count * lot.power_w for lot, count in bought if _is_on(lot, step.place, step.start, step.end))
        found += _at_most(f"watts at {step.place} from {step.start}", step.watts, drawn)
    for offer, chips in problem.available_chips.items():
        taken = sum(count * lot.chips for lot, count in bought if lot.offer == offer)
        found += _at_most(f"chips of {offer}", chips, taken)
    for year in {lot.export.year for lot, _ in bought}:
        under = sum(c * lot.tpp for lot, c in bought if lot.basis == "exception" and lot.export.year == year)
        found += _at_most(f"TPP under the exception in {year}", problem.exception_tpp_per_year, under)
    for h100e, day in problem.keep:
        owned = sum(count * lot.h100e for lot, count in bought if not lot.rented and lot.use_from <= day)
        found += _at_least(f"H100-equivalents owned on {day}", h100e, owned)
    return found


def surviving_share(problem: Problem, units: Mapping[str, int], mode_id: str, veto: VetoCase) -> float:
    """Share of the training still delivered under a veto, day by day."""
    lots = {lot.id: lot for lot in problem.lots}
    mode = next(mode for mode in problem.modes if mode.id == mode_id)
    return _trained(problem, [(lots[name], count) for name, count in units.items()], mode, veto) / problem.tokens


def _trained(problem: Problem, bought: list[tuple[Lot, int]], mode: Mode, veto: VetoCase | None) -> float:
    total = 0.0
    for lot, count in bought:
        if lot.place != mode.place or lot.chip not in mode.chips:
            continue
        first = max(problem.start, lot.train_from)
        last = min(problem.finish, lot.until or problem.finish)
        days = [first + timedelta(days=n) for n in range(max(0, (last - first).days))]
        exposed = next((day for day in days if veto is not None and day >= veto.start), last)
        running = sum(_running_share(problem, lot, day, veto, exposed) for day in days)
        total += count * lot.tokens_per_s * problem.uptime * 86_400 * running * mode.efficiency
    return total


def _running_share(problem: Problem, lot: Lot, day: date, veto: VetoCase | None, exposed: date) -> float:
    if veto is None:
        return 1.0
    surviving = (veto.rent_survives if lot.rented else veto.survives)[lot.chip]
    if lot.entry >= veto.start:
        return surviving
    if day < veto.start or surviving >= 1.0:
        return 1.0
    days = (day - exposed).days + 0.5
    return max(0.0, 1.0 - problem.attrition_per_year * days / 365.25)


def _money(problem: Problem, bought: list[tuple[Lot, int]]) -> list[Breach]:
    hardware = sum(count * line.usd for lot, count in bought for line in lot.cost if line.year is None)
    found = _at_most("hardware budget in USD", problem.it_capex, hardware)
    for year in {line.year for lot, _ in bought for line in lot.cost} - {None}:
        running = sum(count * line.usd for lot, count in bought for line in lot.cost if line.year == year)
        found += _at_most(f"running cost of {year} in USD", problem.opex_per_year, running)
    return found


def _is_on(lot: Lot, place: str, start: date, end: date) -> bool:
    return lot.place == place and lot.use_from < end and (lot.until is None or start < lot.until)


def _at_most(what: str, promised: float, found: float) -> list[Breach]:
    over = found > promised * (1 + TOLERANCE) + TOLERANCE
    return [Breach(what=what, promised=promised, found=found)] if over else []


def _at_least(what: str, promised: float, found: float) -> list[Breach]:
    under = found < promised * (1 - TOLERANCE) - TOLERANCE
    return [Breach(what=what, promised=promised, found=found)] if under else []
