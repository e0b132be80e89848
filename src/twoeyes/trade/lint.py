"""What looks wrong in the duties of the log, before it reaches an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

from twoeyes.facts.events import Change, Event
from twoeyes.trade.book import Rule, book_of
from twoeyes.trade.codes import digits
from twoeyes.world import World

_ADDING = ("cascade_on_value_plus_duty", "fee_pct", "exempt", "exempt_discretionary", "origin_rule", "pending")
_SETS_RATE = frozenset({"name", "rate_pct", "rate_type", "hts", "origins"})
_HEADING, _LINE = 4, 8  # digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One doubt: which rule of the linter, about which announcement or measure, and why."""

    rule: str
    about: str
    message: str


def duty_faults(world: World) -> tuple[Finding, ...]:
    """Everything doubtful among the duties that a world knows, each once, in a steady order.

    `overlap` two rates of one layer for the same goods; `gap` days between versions; `heading` a four-digit code among
    lines of a list that adds duty, as when prose is read for a code; `retroactive` days before the announcement without
    a note that says so; `source` an announcement without one.
    """
    found = {*_overlaps(world), *_gaps(world), *_of_events(world.events, world)}
    return tuple(sorted(found, key=lambda finding: (finding.rule, finding.about, finding.message)))


def _overlaps(world: World) -> Iterator[Finding]:
    for stretch in book_of(world).stretches:
        rates = [rule for rule in stretch.rules if rule.rate_type not in _ADDING]
        for one, other in combinations(rates, 2):
            if one.layer == other.layer and one.measure != other.measure and _same_goods(one, other):
                names = " and ".join(sorted((one.measure, other.measure)))
                message = f"from {stretch.start} both rate the same goods in layer {one.layer}"
                yield Finding(rule="overlap", about=names, message=message)


def _same_goods(one: Rule, other: Rule) -> bool:
    if one.precision != other.precision or one.condition != other.condition:
        return False
    apart = one.origins is not None and other.origins is not None and not one.origins & other.origins
    return not apart and bool(set(one.prefixes or ("",)) & set(other.prefixes or ("",)))


def _gaps(world: World) -> Iterator[Finding]:
    for measure, timeline in world.timelines.items():
        for earlier, later in pairwise(timeline):
            if earlier.kind == "duty" and earlier.valid[1] != later.valid[0]:
                message = f"says nothing from {earlier.valid[1]} to {later.valid[0]}"
                yield Finding(rule="gap", about=measure, message=message)


def _of_events(events: Iterable[Event], world: World) -> Iterator[Finding]:
    duties = {version.measure for version in world.versions("duty")}
    for event in events:
        changes = [change for change in event.changes if change.target in duties]
        if changes and not event.sources and event.instrument not in ("baseline", "hypothetical"):
            yield Finding(rule="source", about=event.id, message="no source for a change of duty")
        for change in changes:
            if _reaches_back(event, change):
                message = (
                    f"{change.target} from {change.valid and change.valid[0]}, without a note that it is retroactive"
                )
                yield Finding(rule="retroactive", about=event.id, message=message)
            yield from _headings(event, change)


def _reaches_back(event: Event, change: Change) -> bool:
    sets = change.verb != "amend" or not _SETS_RATE.isdisjoint(change.content)
    early = change.valid is not None and change.valid[0] < event.announced
    return sets and early and "retroactive" not in event.note.lower()


def _headings(event: Event, change: Change) -> Iterator[Finding]:
    codes = [digits(code) for code in change.content.get("hts", ()) if code != "*"]
    adds = change.content.get("rate_type", "ad_valorem") == "ad_valorem" and float(change.content.get("rate_pct") or 0)
    if adds and any(len(code) >= _LINE for code in codes):
        for code in (code for code in codes if len(code) <= _HEADING):
            message = f"{change.target}: heading {code} stands among lines; a description read as a code?"
            yield Finding(rule="heading", about=event.id, message=message)
