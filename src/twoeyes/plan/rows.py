"""Limits that are linear in the units bought, as a table: what each lot uses, how much there is, and what may give.

The optimiser reads the table as constraints, the answer reads it again to say which of them bind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from twoeyes.plan.problem import Lot, PowerStep, Problem

USD_UNIT = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Limits that are relaxed together. One unit of slack is `per_unit` of `unit`; no `unit`: never relaxed."""

    id: str
    unit: str = ""
    per_unit: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """sum(uses[lot] x units[lot]) <= limit, in the unit of its family."""

    id: str
    family: Family
    uses: Mapping[str, float]
    limit: float

    def used(self, units: Mapping[str, int]) -> float:
        """What a purchase uses of the limit."""
        return sum(self.uses.get(lot, 0.0) * count for lot, count in units.items())


HARDWARE = Family(id="hardware budget", unit="USD", per_unit=USD_UNIT)
RUNNING = Family(id="running-cost budget", unit="USD a year", per_unit=USD_UNIT)
SURVIVAL = Family(id="share that survives a veto", unit="of the work")
RULE = Family(id="rule")
KEEP = Family(id="capacity to keep")


def rows(problem: Problem) -> tuple[Row, ...]:
    """Every linear limit of a problem, empty ones left out."""
    every = (*_budgets(problem), *_power(problem), *_availability(problem), *_exception(problem), *_keep(problem))
    return tuple(row for row in every if row.uses)


def families(problem: Problem) -> tuple[Family, ...]:
    """What an infeasible problem may relax, in order of first appearance."""
    found = {row.family.id: row.family for row in rows(problem) if row.family.unit}
    return (*found.values(), SURVIVAL)


def _budgets(problem: Problem) -> Iterator[Row]:
    yield Row(
        id="hardware budget",
        family=HARDWARE,
        uses=_nonzero({lot.id: lot.capex_usd / USD_UNIT for lot in problem.lots}),
        limit=problem.it_capex / USD_UNIT,
    )
    for year in problem.years:
        yield Row(
            id=f"running-cost budget {year}",
            family=RUNNING,
            uses=_nonzero({lot.id: lot.running_usd(year) / USD_UNIT for lot in problem.lots}),
            limit=problem.opex_per_year / USD_UNIT,
        )


def _power(problem: Problem) -> Iterator[Row]:
    for step in problem.power:
        yield Row(
            id=f"power at {step.place} from {step.start}",
            family=Family(id=f"power at {step.place}", unit="MW at the meter"),
            uses=_nonzero({lot.id: lot.power_w / 1e6 for lot in problem.lots if draws(lot, step)}),
            limit=step.watts / 1e6,
        )


def draws(lot: Lot, step: PowerStep) -> bool:
    """Whether the lot is switched on at the place during some of the step."""
    return lot.place == step.place and lot.use_from < step.end and (lot.until is None or lot.until > step.start)


def _availability(problem: Problem) -> Iterator[Row]:
    for offer, chips in problem.available_chips.items():
        yield Row(
            id=f"availability of {offer}",
            family=Family(id=f"availability of {offer}", unit="chips"),
            uses={lot.id: float(lot.chips) for lot in problem.lots if lot.offer == offer},
            limit=float(chips),
        )


def _exception(problem: Problem) -> Iterator[Row]:
    for year in sorted({lot.export.year for lot in problem.lots if lot.basis == "exception"}):
        under = [lot for lot in problem.lots if lot.basis == "exception" and lot.export.year == year]
        yield Row(
            id=f"volume under the licence exception in {year}",
            family=RULE,
            uses={lot.id: lot.tpp / 1e6 for lot in under},
            limit=problem.exception_tpp_per_year / 1e6,
        )


def _keep(problem: Problem) -> Iterator[Row]:
    for h100e, day in problem.keep:
        owned = {lot.id: -lot.h100e for lot in problem.lots if not lot.rented and lot.use_from <= day}
        yield Row(id=f"capacity to keep from {day}", family=KEEP, uses=owned or {"none": -1.0}, limit=-h100e)


def _nonzero(uses: dict[str, float]) -> dict[str, float]:
    return {lot: use for lot, use in uses.items() if use}
