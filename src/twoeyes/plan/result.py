"""What a plan says: the purchase, its reasons, and the tables that the faces print."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from twoeyes.plan.problem import CostLine, Lot
from twoeyes.plan.stance import Admission, Reading

if TYPE_CHECKING:
    import polars as pl

NOT_LEGAL_ADVICE = {
    "en": "This is a planning calculation. It is no legal advice.",
    "zh": "本文件为规划测算，不构成法律意见。",
}


class Both(NamedTuple):
    """One sentence in the two languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """Units of one lot, with the readings of law that it rests on."""

    lot: Lot
    units: int
    admission: Admission

    @property
    def usd(self) -> float:
        return self.units * self.lot.usd

    @property
    def chips(self) -> int:
        return self.units * self.lot.chips


@dataclass(frozen=True, slots=True, kw_only=True)
class VetoRow:
    """What is left of the training if one actor cuts supply off from a day on."""

    actor: str
    kind: str
    start: date
    share: float
    required: float | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """An offer that was not bought, and why. `reason` is one of the keys of `words.REASON`."""

    offer: str
    reason: str
    detail: str
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A limit that the plan uses up, or nearly."""

    limit: str
    used: float
    most: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """How fast one system trains the model of the case: tokens a second a chip, its range, and what that rests on."""

    system: str
    chips: int
    tokens_per_s_per_chip: float
    low: float
    high: float
    mfu: float
    strategy: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPoint:
    """The least cost at which a share of the training survives every single veto that the case requires."""

    share: float
    usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The least-cost plan under the buyer's stance, as known on a day."""

    case: str
    title: str
    known: date
    horizon: date
    digest: str
    stance: Mapping[str, str]
    mode: str
    start: date
    finish: date
    finish_low: date
    finish_high: date
    purchases: tuple[Purchase, ...]
    porting: tuple[CostLine, ...]
    usd: float
    gap: float
    binding: tuple[Binding, ...]
    vetoes: tuple[VetoRow, ...]
    lost: tuple[Lost, ...]
    speeds: tuple[Speed, ...]
    assumptions: tuple[Both, ...]
    sources: tuple[str, ...]
    frontier: tuple[FrontierPoint, ...] = ()

    @property
    def cost_lines(self) -> tuple[CostLine, ...]:
        """The cost by label and year, over all purchases; it adds up to `usd`."""
        totals: dict[tuple[str, int | None, str], float] = defaultdict(float)
        for purchase in self.purchases:
            for line in purchase.lot.cost:
                totals[line.label, line.year, line.source] += purchase.units * line.usd
        lines = [CostLine(label=a, year=y, source=s, usd=usd) for (a, y, s), usd in totals.items()]
        return (*sorted(lines, key=lambda line: (line.year or 0, -line.usd)), *self.porting)

    def share_of_spend(self, basis: str) -> float:
        """The share of the cost of all lots that rests on one basis, such as `non_enforcement`."""
        whole = sum(purchase.usd for purchase in self.purchases)
        part = sum(purchase.usd for purchase in self.purchases if purchase.lot.basis == basis)
        return part / whole if whole else 0.0

    def frame(self) -> pl.DataFrame:
        """One row a purchase: what, how many, where, when, on what basis, at what cost."""
        import polars as pl

        return pl.DataFrame([purchase_row(purchase) for purchase in self.purchases])

    def to_json(self) -> str:
        """Everything, as JSON; dates as ISO 8601."""
        data = asdict(self) | {"cost_lines": [asdict(line) for line in self.cost_lines]}
        return json.dumps(data, ensure_ascii=False, indent=2, default=_plain)

    def explain(self, lang: str = "en") -> str:
        """The plan in words, for a terminal."""
        from twoeyes.plan.words import plan_in_words

        return plan_in_words(self, lang)


def purchase_row(purchase: Purchase) -> dict[str, Any]:
    """A purchase as one flat row."""
    lot = purchase.lot
    return {
        "offer": lot.offer,
        "system": lot.system,
        "units": purchase.units,
        "chips": purchase.chips,
        "place": lot.place,
        "basis": lot.basis,
        "order": lot.order,
        "export": lot.export,
        "entry": lot.entry,
        "use_from": lot.use_from,
        "until": lot.until,
        "usd": purchase.usd,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(value)
    return str(value)
