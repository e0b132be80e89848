"""The duties of a world, compiled once: rules by importer, cut into stretches of days on which nothing changes.

A rule is one version of one duty that is in force. The evaluation of rules is in `duties`, over frames in `frame`.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib import resources

from twoeyes.errors import unknown_name
from twoeyes.facts.conditions import ALWAYS, Condition, facts_of
from twoeyes.facts.events import Change, Event
from twoeyes.facts.fold import Version
from twoeyes.trade.codes import digits
from twoeyes.world import World

EPOCH = date(1970, 1, 1)
_RATE = frozenset({"name", "rate_pct", "rate_type"})
YEARS_APART = 1_000_000  # days between two importers in `Book.starts`: more than any calendar holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One duty, exemption, tax or fee as it stands on some days.

    `origins` and `prefixes` are None where the rule covers all; `condition` is the index of its condition in the book,
    None where it has none. `number` is its own in the book. `precision` ranks origins: 2 a country or territory, 1 a
    union, 0 all.
    """

    measure: str
    name: str
    layer: str
    rate_type: str
    rate: float
    origins: frozenset[str] | None
    origins_not: frozenset[str]
    number: int
    precision: int
    prefixes: tuple[str, ...] | None
    prefixes_not: tuple[str, ...]
    condition: int | None
    asks: tuple[str, ...]
    takes: tuple[str, ...]
    share_fact: str
    refundable: bool
    heading: str
    citation: str
    start: date
    event: str
    known_from: date
    first_known: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Days from `start` on which `rules` of `importer` stand unchanged."""

    importer: str
    start: date
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """All stretches in order of importer and day, with the conditions that their rules ask.

    `starts` is `importer x YEARS_APART + days since 1970` of each stretch; `shares` the facts that hold a share of
    value; `named` the origins that some rule of an importer tells apart: every other origin is treated alike.
    """

    stretches: tuple[Stretch, ...]
    starts: tuple[int, ...]
    importers: Mapping[str, int]
    conditions: tuple[Condition, ...]
    shares: frozenset[str]
    named: Mapping[str, frozenset[str]]
    us_lines: frozenset[str]

    def importer(self, name: str) -> int:
        """The number of an importer. Raises UnknownNameError for one without duties in the log."""
        if name not in self.importers:
            raise unknown_name("importer", name, self.importers)
        return self.importers[name]


@lru_cache(maxsize=32)
def book_of(world: World) -> Book:
    """The compiled duties of a world. Worlds do not change, so the book is kept with them."""
    conditions: dict[Condition, int] = {}
    rules: dict[str, list[tuple[Rule, date | None]]] = defaultdict(list)
    first_known = _first_known(world)
    edges: dict[str, set[date]] = defaultdict(lambda: {EPOCH})
    for number, version in enumerate(world.versions("duty")):
        importer = version.content.importer
        edges[importer] |= {edge for edge in version.valid if edge is not None}
        if version.status == "in_force":
            known = first_known[version.measure]
            rule = _rule(version, number, conditions, known, _rate_setter(world, version))
            rules[importer].append((rule, version.valid[1]))
    importers = {name: number for number, name in enumerate(sorted(edges))}
    stretches = [stretch for name in importers for stretch in _stretches(name, edges[name], rules[name])]
    return Book(
        stretches=tuple(stretches),
        starts=tuple(importers[one.importer] * YEARS_APART + (one.start - EPOCH).days for one in stretches),
        importers=importers,
        conditions=tuple(conditions),
        shares=frozenset(rule.share_fact for one in stretches for rule in one.rules if rule.share_fact),
        named={name: _named(rules[name]) for name in importers},
        us_lines=frozenset(prefix[:8] for rule, _ in rules["US"] for prefix in rule.prefixes or () if len(prefix) >= 8),
    )


def _first_known(world: World) -> dict[str, date]:
    return {
        change.target: event.announced for event in world.events for change in event.changes if change.verb == "open"
    }


def _stretches(importer: str, edges: set[date], rules: list[tuple[Rule, date | None]]) -> Iterator[Stretch]:
    days = sorted(edges)
    for start in days:
        standing = [rule for rule, end in rules if rule.start <= start and (end is None or start < end)]
        standing.sort(key=lambda rule: (rule.first_known, rule.measure))
        yield Stretch(importer=importer, start=start, rules=tuple(standing))


def _rate_setter(world: World, version: Version) -> Event:
    """The last announcement that set the rate or the status of a version; others may have touched it since."""
    made = [event for event in world.events if event.id in version.events]
    setters = [event for event in made if any(_sets_rate(change, version.measure) for change in event.changes)]
    return (setters or made)[-1]


def _sets_rate(change: Change, measure: str) -> bool:
    return change.target == measure and (change.verb != "amend" or not change.content.keys().isdisjoint(_RATE))


def _rule(version: Version, number: int, conditions: dict[Condition, int], first_known: date, setter: Event) -> Rule:
    duty = version.content
    free = duty.when == ALWAYS
    return Rule(
        measure=version.measure,
        name=duty.name,
        layer=duty.layer,
        rate_type=duty.rate_type,
        rate=duty.rate_pct or 0.0,
        origins=None if "*" in duty.origins else _members(duty.origins),
        origins_not=_members(duty.origins_not),
        number=number,
        precision=0 if "*" in duty.origins else 1 if any(name in unions() for name in duty.origins) else 2,
        prefixes=None if "*" in duty.hts else tuple(digits(code) for code in duty.hts),
        prefixes_not=tuple(digits(code) for code in duty.hts_not),
        condition=None if free else conditions.setdefault(duty.when, len(conditions)),
        asks=() if free else tuple(sorted(facts_of(duty.when))),
        takes=duty.layers,
        share_fact=duty.share_fact,
        refundable=duty.refundable,
        heading=duty.heading,
        citation=duty.citation,
        start=version.valid[0],
        event=setter.id,
        known_from=setter.announced,
        first_known=first_known,
    )


def _named(rules: list[tuple[Rule, date | None]]) -> frozenset[str]:
    return frozenset(name for rule, _ in rules for name in (rule.origins or frozenset()) | rule.origins_not)


def _members(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(member for name in names for member in (name, *unions().get(name, ())))


@cache
def unions() -> Mapping[str, tuple[str, ...]]:
    """Members of each customs union that duties name as one origin."""
    members: dict[str, list[str]] = defaultdict(list)
    for row in table("unions"):
        members[row["union"]].append(row["member"])
    return {union: tuple(names) for union, names in members.items()}


@cache
def table(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of one of trade's own tables in `facts/trade`."""
    text = resources.files("twoeyes.facts").joinpath("trade", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
