"""Every answer to the unknown facts: one status for all is the verdict, otherwise unknown with the facts to ask for.

A fact is answered by one value from each cell that the rules can tell apart: between two thresholds, in the same
country groups, named by the same tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from math import prod

from twoeyes.facts.conditions import Test, tests_of
from twoeyes.facts.vocabulary import vocabulary
from twoeyes.law.evaluate import bounds
from twoeyes.law.facts import Value
from twoeyes.law.residual import NONE, Facts, ends, holds
from twoeyes.law.rulebook import GRAVITY, TRACKS, Rulebook, Track
from twoeyes.law.transaction import as_frame

LIMIT = 20_000
OTHER_WORD = "(another)"
OTHER_PLACE = "ZZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The statuses that one jurisdiction could give a transaction.

    `low` and `high` are gravities by track over all answers. `deciding` is the smallest set of facts any answer to
    which leaves one status on both tracks; `answers` are those, with their gravities as (letter, practice). Where the
    answers were too many to try, `tried_all` is False and the range is the bounds'.
    """

    low: Mapping[Track, int]
    high: Mapping[Track, int]
    deciding: tuple[str, ...] = ()
    answers: tuple[tuple[Mapping[str, Value], tuple[int, int]], ...] = ()
    tried_all: bool = True

    def status(self, track: Track) -> int:
        """The verdict's gravity: the one status, or unknown."""
        return self.low[track] if self.low[track] == self.high[track] else GRAVITY["unknown"]


def outcome(book: Rulebook, jurisdiction: str, facts: Facts) -> Outcome:
    """The outcome for one transaction, its unknown facts answered in every way that matters."""
    low: dict[Track, int] = {}
    high: dict[Track, int] = {}
    turning = NONE
    for track in TRACKS:
        low[track], high[track], asked = ends(book, jurisdiction, facts, track)
        turning |= asked if low[track] != high[track] else NONE
    if low == high:
        return Outcome(low=low, high=high)
    names = sorted(turning)
    options = {name: cells(book, name) for name in names}
    if prod(len(values) for values in options.values()) > LIMIT:
        return Outcome(low=low, high=high, deciding=tuple(names), tried_all=False)
    answers = [dict(zip(names, values)) for values in product(*options.values())]
    statuses = _evaluated(book, jurisdiction, facts, answers)
    return _summarised(names, answers, statuses)


def _evaluated(book: Rulebook, jurisdiction: str, facts: Facts, answers: Sequence[Facts]) -> list[tuple[int, int]]:
    frame = as_frame([{**facts, **answer} for answer in answers], book.facts)
    table = bounds(book, frame, jurisdiction)
    return [(letter, practice) for letter, practice in table.select("letter_best", "practice_best").iter_rows()]


def _summarised(names: list[str], answers: list[dict[str, Value]], statuses: list[tuple[int, int]]) -> Outcome:
    columns = {track: [status[place] for status in statuses] for place, track in enumerate(TRACKS)}
    low = {track: min(values) for track, values in columns.items()}
    high = {track: max(values) for track, values in columns.items()}
    if low == high:
        return Outcome(low=low, high=high)
    for size in range(1, len(names) + 1):
        for chosen in combinations(names, size):
            grouped = _grouped(chosen, answers, statuses)
            if all(len(found) == 1 for found in grouped.values()):
                told = [(dict(zip(chosen, key)), next(iter(found))) for key, found in grouped.items()]
                return Outcome(low=low, high=high, deciding=chosen, answers=tuple(told))
    raise AssertionError("all the facts together decide")


def _grouped(
    chosen: Sequence[str], answers: list[dict[str, Value]], statuses: list[tuple[int, int]]
) -> dict[tuple[Value, ...], set[tuple[int, int]]]:
    grouped: dict[tuple[Value, ...], set[tuple[int, int]]] = {}
    for answer, status in zip(answers, statuses):
        grouped.setdefault(tuple(answer[name] for name in chosen), set()).add(status)
    return grouped


@lru_cache(maxsize=4096)
def _tests(book: Rulebook, fact: str) -> tuple[Test, ...]:
    trees = [rule.when for rules in book.rules.values() for rule in rules]
    trees += [tree for values in book.definitions.values() for tree in values.values()]
    return tuple({test: None for tree in trees for test in tests_of(tree) if test.fact == fact})


@lru_cache(maxsize=4096)
def cells(book: Rulebook, fact: str) -> tuple[Value, ...]:
    """One value of a fact from every cell that the tests of a day can tell apart."""
    match vocabulary()[fact].type:
        case "flag":
            return (False, True)
        case "number":
            return tuple(_between(edges_of(book, fact)))
        case "place":
            return tuple(dict.fromkeys([*class_of(book, fact).values(), OTHER_PLACE]))
        case "words":
            return ((), *((str(name),) for name in named_by(book, fact)))
        case _:
            return (*named_by(book, fact), OTHER_WORD)


def edges_of(book: Rulebook, fact: str) -> tuple[float, ...]:
    """The thresholds that a number is held against, in order."""
    return tuple(sorted({float(test.values[0]) for test in _tests(book, fact)}))


def named_by(book: Rulebook, fact: str) -> tuple[str | float | bool, ...]:
    """The values of a fact that tests name."""
    return tuple(dict.fromkeys(value for test in _tests(book, fact) for value in test.values))


@lru_cache(maxsize=4096)
def class_of(book: Rulebook, fact: str) -> Mapping[str, str]:
    """For every place that tests name, the one that stands for all that they treat alike."""
    tests = _tests(book, fact)
    named = {str(value) for value in named_by(book, fact)}
    places = sorted(set().union(*(book.groups.get(name, {name} if ":" not in name else set()) for name in named)))
    kinds: dict[tuple[bool, ...], str] = {tuple(holds(test, OTHER_PLACE, book) for test in tests): OTHER_PLACE}
    alike = {}
    for place in places:
        alike[place] = kinds.setdefault(tuple(holds(test, place, book) for test in tests), place)
    return alike


def _between(edges: Sequence[float]) -> Iterator[float]:
    """One number below the first edge (none where that would be negative), each edge, and one after it."""
    if not edges:
        yield 0.0
        return
    if edges[0] > 0:
        yield edges[0] / 2
    for edge, after in zip(edges, [*edges[1:], edges[-1] + 2]):
        yield edge
        yield (edge + after) / 2
