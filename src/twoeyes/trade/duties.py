"""What one entry pays: rules that cover it, who displaces whom, exemptions, ceilings, cascades, and the range of doubt.

Order: origin and code, conditions, most specific origin within a layer (then longest code, then latest), displacement,
exemption, ceilings over the base duty, cascades on value plus duty. Fees and import tax stand apart from the total.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Literal

from twoeyes.trade.book import Rule
from twoeyes.trade.codes import matches

Status = Literal["applied", "displaced", "exempt", "undecided"]
State = bool | frozenset[str]  # decided, or the unknown facts that leave it open
BASE = "mfn"
_APART = ("fee_pct", "vat", "origin_rule", "pending")
_EXEMPT = ("exempt", "exempt_discretionary")
_MOST_OPEN = 6
_DIGITS = 6  # decimal places of a per cent


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One rule in the answer. `pct` is of customs value, None where the rate is not yet set; `by` names the rule that
    displaced or exempted it; `open` the facts that would decide it."""

    layer: str
    name: str
    measure: str
    status: Status
    pct: float | None
    by: str
    open: tuple[str, ...]
    refundable: bool
    heading: str
    citation: str
    event: str
    known_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The duty on one entry, in per cent of customs value.

    `total` counts what the stated facts establish; `low` and `high` span every answer to the `missing` facts. `total`
    is None where a rate is not yet set; `low` is then the floor. `high` is None where nothing bounds it.
    """

    total: float | None
    low: float
    high: float | None
    vat: float
    missing: tuple[str, ...]
    components: tuple[tuple[str, float], ...]
    exempt: tuple[tuple[str, str], ...]
    refundable: float
    layers: tuple[Layer, ...]
    fees: tuple[Layer, ...]

    @property
    def unknown(self) -> bool:
        """Whether a rate that applies is not yet set."""
        return self.total is None


@dataclass(frozen=True, slots=True)
class Cover:
    """A rule that covers goods by origin and code: by how many digits, and whether more digits would decide."""

    rule: Rule
    length: int
    open: bool


@dataclass(frozen=True, slots=True)
class _Match:
    rule: Rule
    length: int
    open: frozenset[str]  # empty: it applies for certain


@dataclass(frozen=True, slots=True)
class _Outcome:
    pcts: Mapping[str, float | None]  # by measure; None: rate not yet set
    by: Mapping[str, tuple[Status, str]]
    exempt: Mapping[str, str]
    first: Mapping[str, str]  # in each layer, the name of the rule that beats the others

    @property
    def floor(self) -> float:
        return round(sum(pct for pct in self.pcts.values() if pct is not None), _DIGITS)

    @property
    def unset(self) -> bool:
        return None in self.pcts.values()


def covers(rules: Sequence[Rule], code: str, origin: str, fab: str | None) -> tuple[Cover, ...]:
    """Those of `rules` that cover goods of `code` (digits) and `origin`.

    Where a rule of origin covers the code, the place of the wafer `fab` counts in place of the stated origin.
    """
    by_fab = any(rule.rate_type == "origin_rule" and matches(code, rule.prefixes or ("",))[0] for rule in rules)
    place = fab if fab is not None and by_fab else origin
    found = []
    for rule in rules:
        if (rule.origins is not None and place not in rule.origins) or place in rule.origins_not:
            continue
        covered, length = (True, 0) if rule.prefixes is None else matches(code, rule.prefixes)
        spared = matches(code, rule.prefixes_not)[0] if rule.prefixes_not else False
        if covered is not False and spared is not True:
            found.append(Cover(rule, length, covered is None or spared is None))
    return tuple(found)


def assess(covered: Sequence[Cover], states: Mapping[int, State], shares: Mapping[str, float | None]) -> Assessment:
    """The duty under the rules that cover some goods.

    `states` holds the decision of each condition of the book that they ask; `shares` the stated shares of value, from 0
    to 1.
    """
    found = [match for cover in covered if (match := _match(cover, states, shares)) is not None]
    duties = [match for match in found if match.rule.rate_type not in _APART]
    sure = [match for match in duties if not match.open]
    doubtful = [match for match in duties if match.open]
    outcome = _resolve(sure, shares)
    low, high, missing = _range(sure, doubtful, outcome, shares)
    if not any(match.rule.layer == BASE for match in duties):
        high, missing = None, missing | {"base_duty"}
    total = None if outcome.unset else outcome.floor
    vat = sum(match.rule.rate for match in found if match.rule.rate_type == "vat" and not match.open)
    return Assessment(
        total=total,
        low=low,
        high=high,
        vat=0.0 if "vat" in outcome.exempt else vat,
        missing=tuple(sorted(missing)),
        components=tuple(_components(sure, outcome)),
        exempt=tuple(outcome.exempt.items()),
        refundable=round(sum((outcome.pcts.get(m.rule.measure) or 0.0) for m in sure if m.rule.refundable), _DIGITS),
        layers=tuple(_layer(match, outcome) for match in duties),
        fees=tuple(_fee(match) for match in found if match.rule.rate_type == "fee_pct"),
    )


def _match(cover: Cover, states: Mapping[int, State], shares: Mapping[str, float | None]) -> _Match | None:
    rule = cover.rule
    state = True if rule.condition is None else states[rule.condition]
    if state is False:
        return None
    open_facts = frozenset({"hts"}) if cover.open else frozenset()
    if state is not True:
        open_facts |= state
    if rule.share_fact and shares.get(rule.share_fact) is None:
        open_facts |= {rule.share_fact}
    return _Match(rule, cover.length, open_facts)


def _resolve(chosen: Sequence[_Match], shares: Mapping[str, float | None]) -> _Outcome:
    exempt: dict[str, str] = {}
    for match in chosen:
        if match.rule.rate_type in _EXEMPT:
            for layer in match.rule.takes:
                exempt.setdefault(layer, match.rule.name)
    winners = _winners(match for match in chosen if match.rule.rate_type not in _EXEMPT)
    by: dict[str, tuple[Status, str]] = {
        rule.measure: ("exempt", exempt[rule.layer]) for rule in winners if rule.layer in exempt
    }
    for displacer in [rule for rule in winners if rule.takes and rule.measure not in by]:
        for rule in winners:
            if rule.layer in displacer.takes and rule.measure not in by:
                by[rule.measure] = ("displaced", displacer.name)
    pcts = _rates([rule for rule in winners if rule.measure not in by], shares)
    return _Outcome(pcts, by, exempt, {rule.layer: rule.name for rule in winners})


def _winners(chosen: Iterable[_Match]) -> list[Rule]:
    """In each layer the most specific origin, then the longest code, then the latest start; cascades all add."""
    best: dict[str, _Match] = {}
    cascades = []
    for match in chosen:
        if match.rule.rate_type == "cascade_on_value_plus_duty":
            cascades.append(match.rule)
        elif match.rule.layer not in best or _rank(match) > _rank(best[match.rule.layer]):
            best[match.rule.layer] = match
    return [*(match.rule for match in best.values()), *cascades]


def _rank(match: _Match) -> tuple[int, int, date]:
    return match.rule.precision, match.length, match.rule.start


def _rates(rules: Sequence[Rule], shares: Mapping[str, float | None]) -> dict[str, float | None]:
    base = sum(rule.rate for rule in rules if rule.layer == BASE)
    pcts: dict[str, float | None] = {}
    for rule in rules:
        match rule.rate_type:
            case "unknown_future":
                pcts[rule.measure] = None
            case "ceiling_all_in":
                pcts[rule.measure] = max(rule.rate - base, 0.0)
            case "on_content":
                share = shares.get(rule.share_fact)
                pcts[rule.measure] = rule.rate * (1.0 if share is None else share)
            case "cascade_on_value_plus_duty":
                below = sum(pct for pct in pcts.values() if pct is not None)
                pcts[rule.measure] = rule.rate * (1 + below / 100)
            case _:
                pcts[rule.measure] = rule.rate
    return {measure: None if pct is None else round(pct, _DIGITS) for measure, pct in pcts.items()}


def _range(
    sure: list[_Match], doubtful: list[_Match], outcome: _Outcome, shares: Mapping[str, float | None]
) -> tuple[float, float | None, frozenset[str]]:
    """Least and greatest duty over every answer, and the facts of those rules that move it.

    Every subset of up to six open rules is tried; with more, each alone, none and all.
    """
    span = range(len(doubtful) + 1)
    sizes = span if len(doubtful) <= _MOST_OPEN else (0, 1, len(doubtful))
    outcomes = {
        frozenset(picked): _resolve([*sure, *(doubtful[index] for index in picked)], shares)
        for size in sizes
        for picked in combinations(range(len(doubtful)), size)
    } or {frozenset(): outcome}
    moving = {
        index
        for picked, one in outcomes.items()
        for index in picked
        if (rest := outcomes.get(picked - {index})) is not None and _moved(one, rest)
    }
    missing = frozenset(fact for index in moving for fact in doubtful[index].open)
    unset = any(one.unset for one in outcomes.values())
    floors = [one.floor for one in outcomes.values()]
    return min(floors), None if unset else max(floors), missing


def _moved(one: _Outcome, other: _Outcome) -> bool:
    return one.floor != other.floor or one.unset != other.unset


def _components(sure: list[_Match], outcome: _Outcome) -> Iterable[tuple[str, float]]:
    for match in sure:
        pct = outcome.pcts.get(match.rule.measure)
        if pct is not None and (pct or match.rule.layer == BASE):
            yield match.rule.name, pct


def _layer(match: _Match, outcome: _Outcome) -> Layer:
    rule = match.rule
    exempts = rule.rate_type in _EXEMPT
    status, by = outcome.by.get(rule.measure, ("applied", ""))
    if not match.open and not exempts and rule.measure not in outcome.pcts and not by:
        status = "displaced"
        by = outcome.first[rule.layer]
    pct = outcome.pcts.get(rule.measure, 0.0 if exempts else rule.rate)
    return _answer(rule, "undecided" if match.open else status, pct, by, tuple(sorted(match.open)))


def _fee(match: _Match) -> Layer:
    status: Status = "undecided" if match.open else "applied"
    return _answer(match.rule, status, match.rule.rate, "", tuple(sorted(match.open)))


def _answer(rule: Rule, status: Status, pct: float | None, by: str, open_facts: tuple[str, ...]) -> Layer:
    return Layer(
        layer=rule.layer,
        name=rule.name,
        measure=rule.measure,
        status=status,
        pct=pct,
        by=by,
        open=open_facts,
        refundable=rule.refundable,
        heading=rule.heading,
        citation=rule.citation,
        event=rule.event,
        known_from=rule.known_from,
    )
