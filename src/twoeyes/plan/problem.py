"""The planning problem as plain numbers: lots, places, requirements, vetoes; for the optimiser and for the checker.

A lot is one way to get one unit of one offer to one place on one day. Nothing here knows law, tariffs or chips: the
join that made the lot has already asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Basis = Literal["open", "exception", "non_enforcement", "licence", "held"]
DAY_S = 86_400.0
YEAR_DAYS = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """One line of the cost of one unit, in US dollars; a line with a `year` is paid from that year's running cost."""

    label: str
    usd: float
    year: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """One unit of an offer, ordered on a day, for a place.

    `basis` is what its lawfulness under the stance rests on. `tokens_per_s` is the unit's rate in a job of its own
    kind, before uptime; `power_w` is at the meter. A rented lot ends on `until`.
    """

    id: str
    offer: str
    rented: bool
    system: str
    chip: str
    vendor: str
    place: str
    country: str
    basis: Basis
    order: date
    export: date
    entry: date
    use_from: date
    train_from: date
    until: date | None
    chips: int
    most: int
    cost: tuple[CostLine, ...]
    power_w: float
    tokens_per_s: float
    h100e: float
    tpp: float

    @property
    def usd(self) -> float:
        """The whole cost of the unit."""
        return sum(line.usd for line in self.cost)

    @property
    def capex_usd(self) -> float:
        """What the hardware budget pays."""
        return sum(line.usd for line in self.cost if line.year is None)

    def running_usd(self, year: int) -> float:
        """What the running-cost budget of a calendar year pays."""
        return sum(line.usd for line in self.cost if line.year == year)

    def training_seconds(self, start: date, end: date) -> float:
        """Seconds of `start <= day < end` in which the unit can train."""
        first = max(start, self.train_from)
        last = end if self.until is None else min(end, self.until)
        return max(0.0, (last - first).days * DAY_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """One way to run the colocated job: at one place, on these chips, at this efficiency."""

    place: str
    chips: frozenset[str]
    efficiency: float

    @property
    def id(self) -> str:
        return f"{'+'.join(sorted(self.chips))} at {self.place}"

    def uses(self, lot: Lot) -> bool:
        """Whether the job can run on the lot."""
        return lot.place == self.place and lot.chip in self.chips


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerStep:
    """The most that a place may draw at the meter in `start <= day < end`."""

    place: str
    start: date
    end: date
    watts: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VetoCase:
    """One actor cutting supply off from a day on. `survives` gives, by chip, the share of new units that still come.

    `required` is the share of the training that must be delivered all the same; None: printed, not required.
    """

    actor: str
    kind: str
    start: date
    survives: Mapping[str, float]
    rent_survives: Mapping[str, float]
    required: float | None

    @property
    def id(self) -> str:
        return f"{self.actor} from {self.start}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Everything the optimiser may use, in tokens, seconds, watts and US dollars."""

    lots: tuple[Lot, ...]
    modes: tuple[Mode, ...]
    tokens: float
    start: date
    finish: date  # the first day after the last on which the training may run
    uptime: float
    power: tuple[PowerStep, ...]
    available_chips: Mapping[str, int]  # by offer
    it_capex: float
    opex_per_year: float
    porting_usd: Mapping[str, float]  # by vendor
    keep: tuple[tuple[float, date], ...]  # H100-equivalents owned, by day
    exception_tpp_per_year: float
    vetoes: tuple[VetoCase, ...]
    attrition_per_year: float

    @property
    def years(self) -> tuple[int, ...]:
        """Calendar years in which some lot has running cost."""
        return tuple(sorted({line.year for lot in self.lots for line in lot.cost if line.year is not None}))

    def tokens_of(self, lot: Lot) -> float:
        """Tokens that one unit of the lot trains by the finish, in a job of its own kind."""
        return lot.tokens_per_s * self.uptime * lot.training_seconds(self.start, self.finish)

    def tokens_under(self, lot: Lot, veto: VetoCase) -> float:
        """Tokens that one unit of the lot still trains by the finish under a veto.

        A lot in use before the veto's start runs on, less attrition where its supply is cut and spares with it; a later
        one comes in the share that survives.
        """
        rate = lot.tokens_per_s * self.uptime
        surviving = veto.rent_survives if lot.rented else veto.survives
        if lot.entry >= veto.start:
            return rate * lot.training_seconds(self.start, self.finish) * surviving[lot.chip]
        if surviving[lot.chip] >= 1.0:
            return self.tokens_of(lot)
        before = lot.training_seconds(self.start, min(veto.start, self.finish))
        after = lot.training_seconds(max(veto.start, self.start), self.finish)
        years = after / DAY_S / YEAR_DAYS
        kept = max(0.0, 1.0 - self.attrition_per_year * years / 2)
        return rate * (before + after * kept)
