"""One row at a time: what a condition is worth, and on which unknown facts that turns.

The same logic as the vectorised path, written plainly; it serves explanations and the search for the facts that would
decide, and is what the fast path is tested against.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from twoeyes.facts.conditions import All, Condition, Either, Not, Test
from twoeyes.facts.vocabulary import vocabulary
from twoeyes.law.facts import Value
from twoeyes.law.rulebook import GRAVITY, Rule, Rulebook, Track

Facts = Mapping[str, Value]
NONE: frozenset[str] = frozenset()
COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
}


@dataclass(frozen=True, slots=True)
class Worth:
    """True, False, or None with the unknown facts that would settle it."""

    value: bool | None
    open: frozenset[str] = NONE


def worth(book: Rulebook, tree: Condition, facts: Facts) -> Worth:
    """The condition under Kleene's logic."""
    match tree:
        case Test():
            return _test(book, tree, facts)
        case Not(part):
            inner = worth(book, part, facts)
            return Worth(None if inner.value is None else not inner.value, inner.open)
        case All(parts):
            return _joined((worth(book, part, facts) for part in parts), decided_by=False)
        case Either(parts):
            return _joined((worth(book, part, facts) for part in parts), decided_by=True)


def _joined(parts: Iterable[Worth], *, decided_by: bool) -> Worth:
    """All parts together, or any of them: one part with the value `decided_by` settles it."""
    unsettled = []
    for part in parts:
        if part.value is decided_by:
            return part
        if part.value is None:
            unsettled.append(part.open)
    return Worth(None, NONE.union(*unsettled)) if unsettled else Worth(not decided_by)


def _test(book: Rulebook, test: Test, facts: Facts) -> Worth:
    if test.fact in book.definitions or test.fact == "eccn":
        return _derived(book, test, facts)
    value = facts[test.fact]
    if value is None:
        return Worth(None, frozenset({test.fact}))
    return Worth(holds(test, value, book))


def holds(test: Test, value: Value, book: Rulebook) -> bool:
    """Whether a known value passes a plain test."""
    if test.operator in COMPARE:
        return isinstance(value, float) and COMPARE[test.operator](value, float(test.values[0]))
    match vocabulary()[test.fact].type:
        case "place":
            return any(value in book.groups.get(str(name), {name}) for name in test.values)
        case "words":
            return isinstance(value, tuple) and any(name in value for name in test.values)
        case "code":
            return str(value).startswith(tuple(map(str, test.values)))
        case _:
            return value in test.values


def _derived(book: Rulebook, test: Test, facts: Facts) -> Worth:
    if test.fact == "eccn" and facts["eccn"] is not None:
        return Worth(facts["eccn"] in test.values)
    defined = book.definitions.get(test.fact, {})
    trees = [defined[str(value)] for value in test.values if value in defined]
    if test.fact == "eccn" and not trees and facts["chip"] is not True:
        return Worth(None, frozenset({"eccn"}))
    return _joined((worth(book, tree, facts) for tree in trees), decided_by=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one rule says of one transaction on the facts known: whether it holds, and whether others displace it."""

    rule: Rule
    match: Worth
    displaced: Worth


def readings(book: Rulebook, jurisdiction: str, facts: Facts, track: Track) -> tuple[Worth, tuple[Reading, ...]]:
    """What ties the transaction to the jurisdiction, and every rule of a track with what it is worth."""
    touch = worth(book, book.touch(jurisdiction), facts)
    link = worth(book, book.link(jurisdiction), facts)
    rules = [rule for rule in book.rules_of(jurisdiction) if track == "letter" or rule.version.status != "unenforced"]
    matches = {rule.id: _joined([link, worth(book, rule.when, facts)], decided_by=False) for rule in rules}
    found = []
    for rule in rules:
        over = [matches[other.id] for other in rules if rule.id in other.overrides]
        displaced = _joined(over, decided_by=True) if over else Worth(False)
        found.append(Reading(rule=rule, match=matches[rule.id], displaced=displaced))
    return touch, tuple(found)


def ends(book: Rulebook, jurisdiction: str, facts: Facts, track: Track) -> tuple[int, int, frozenset[str]]:
    """Best and worst gravity, and the unknown facts on which a status above the best turns."""
    touch, found = readings(book, jurisdiction, facts, track)
    least, most = base_of(book, jurisdiction, touch)
    spoken = [(reading, gravity) for reading in found if (gravity := reading.rule.gravity(track)) is not None]
    sure = [gravity for r, gravity in spoken if r.match.value is True and r.displaced.value is False]
    maybe = [(r, gravity) for r, gravity in spoken if r.match.value is not False and r.displaced.value is not True]
    best = max([least, *sure])
    worst = max([most, *(gravity for _, gravity in maybe)])
    turning = [reading.match.open | reading.displaced.open for reading, gravity in maybe if gravity > best]
    facts_open = frozenset().union(*turning, touch.open if most > best else NONE)
    return best, worst, facts_open


def base_of(book: Rulebook, jurisdiction: str, touch: Worth) -> tuple[int, int]:
    """What stands where no rule binds: silence where something ties the act to the law, apart where nothing does."""
    if not book.has_table(jurisdiction):
        return GRAVITY["unknown"], GRAVITY["unknown"]
    reached, apart = GRAVITY["no_licence"], GRAVITY["not_subject"]
    return (reached if touch.value is True else apart), (apart if touch.value is False else reached)
