"""The rules that one day's schedule holds, jurisdiction by jurisdiction, ready to be asked.

A rule binds where its jurisdiction's law reaches the transaction, its scope and its condition hold, and no rule that
overrides it holds. A jurisdiction without a definition of `subject_to` has no table: beyond single rules it is unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Literal

from twoeyes.errors import InputError
from twoeyes.facts.conditions import All, Condition, Either, Groups, Test, facts_of, tests_of
from twoeyes.facts.fold import Version
from twoeyes.facts.kinds import VERDICTS
from twoeyes.world import World

Track = Literal["letter", "practice"]
TRACKS: tuple[Track, Track] = ("letter", "practice")
GRAVITY: Mapping[str, int] = {status: len(VERDICTS) - 1 - place for place, status in enumerate(VERDICTS)}
STATUS: Mapping[int, str] = {gravity: status for status, gravity in GRAVITY.items()}
SUBJECT = "subject_to"
LINKED = "linked_to"
KINDS_OF_LAW = ("control", "definition", "membership", "listing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One control on one day. `letter` and `practice` are gravities, None where the rule says nothing on that track."""

    id: str
    version: Version
    when: Condition
    letter: int | None
    practice: int | None
    overrides: frozenset[str]

    def gravity(self, track: Track) -> int | None:
        return self.letter if track == "letter" else self.practice


@dataclass(frozen=True, kw_only=True, eq=False)
class Rulebook:
    """Everything that decides a transaction on a day: rules by jurisdiction, definitions, groups."""

    rules: Mapping[str, tuple[Rule, ...]]
    definitions: Mapping[str, Mapping[str, Condition]]  # fact -> value -> the condition under which it has it
    sources: Mapping[tuple[str, str], tuple[Version, ...]]  # (fact, value) -> the definitions behind it
    groups: Groups

    def has_table(self, jurisdiction: str) -> bool:
        """Whether the log says whom this jurisdiction's law reaches."""
        return jurisdiction in self.definitions.get(SUBJECT, {})

    def link(self, jurisdiction: str) -> Condition:
        """The condition under which its law reaches a transaction."""
        return Test(SUBJECT, "in", (jurisdiction,)) if self.has_table(jurisdiction) else All(())

    def touch(self, jurisdiction: str) -> Condition:
        """The condition under which anything ties a transaction to the jurisdiction; without it, it is not subject."""
        defined = jurisdiction in self.definitions.get(LINKED, {})
        return Test(LINKED, "in", (jurisdiction,)) if defined else self.link(jurisdiction)

    def rules_of(self, jurisdiction: str) -> tuple[Rule, ...]:
        return self.rules.get(jurisdiction, ())

    def reading(self, jurisdiction: str) -> object:
        """What tells one day's rules of a jurisdiction from another's: equal where nothing that decides differs."""
        if jurisdiction not in self._readings:
            versions = [rule.version for rule in self.rules_of(jurisdiction)]
            asked = {fact for rule in self.rules_of(jurisdiction) for fact in facts_of(rule.when)}
            for (fact, value), found in self.sources.items():
                if fact in asked | {"eccn"} or (fact in (SUBJECT, LINKED) and value == jurisdiction):
                    versions += found
            rules = frozenset((version.measure, version.valid[0], version.status) for version in versions)
            self._readings[jurisdiction] = rules, frozenset(self.groups.items())
        return self._readings[jurisdiction]

    @cached_property
    def _readings(self) -> dict[str, object]:
        return {}

    @property
    def jurisdictions(self) -> tuple[str, ...]:
        """Those with a table."""
        return tuple(sorted(self.definitions.get(SUBJECT, {})))

    def expanded(self, tree: Condition) -> frozenset[str]:
        """The facts that a condition asks for, those behind derived facts included."""
        found: set[str] = set()
        for fact in facts_of(tree):
            found |= {fact} if fact not in self.definitions else self._behind(fact)
        return frozenset(found)

    def _behind(self, fact: str) -> set[str]:
        found = {fact, "chip"} if fact == "eccn" else set()
        for tree in self.definitions[fact].values():
            found |= self.expanded(tree)
        return found

    def tests_behind(self, tree: Condition) -> tuple[Test, ...]:
        """The plain tests of a condition, those behind derived facts included, each once."""
        found: dict[Test, None] = {}
        for test in tests_of(tree):
            if test.fact in self.definitions:
                for value in map(str, test.values):
                    inner = self.definitions[test.fact].get(value)
                    found |= dict.fromkeys(self.tests_behind(inner) if inner is not None else ())
            if test.fact not in self.definitions or test.fact == "eccn":
                found[test] = None
        return tuple(found)

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """Every plain fact that some rule or definition of this day may ask for."""
        trees = [rule.when for rules in self.rules.values() for rule in rules]
        trees += [tree for values in self.definitions.values() for tree in values.values()]
        found = {fact for tree in trees for fact in self.expanded(tree)}
        return tuple(sorted(found - (set(self.definitions) - {"eccn"})))

    def facts_of(self, jurisdiction: str) -> tuple[str, ...]:
        """The plain facts that this jurisdiction's rules may ask for."""
        if jurisdiction not in self._facts_of:
            trees = [
                self.link(jurisdiction),
                self.touch(jurisdiction),
                *(rule.when for rule in self.rules_of(jurisdiction)),
            ]
            found = {fact for tree in trees for fact in self.expanded(tree)} | {"chip", "eccn"}
            self._facts_of[jurisdiction] = tuple(sorted(found - (set(self.definitions) - {"eccn"})))
        return self._facts_of[jurisdiction]

    @cached_property
    def _facts_of(self) -> dict[str, tuple[str, ...]]:
        return {}

    @cached_property
    def levels(self) -> tuple[tuple[str, str], ...]:
        """Derived (fact, value) pairs, each after those that it asks for. Raises InputError for a ring."""
        order: list[tuple[str, str]] = []

        def place(fact: str, path: tuple[str, ...]) -> None:
            if fact in path:
                raise InputError(f"definitions ask for one another in a ring: {' -> '.join((*path, fact))}")
            for value, tree in self.definitions[fact].items():
                for asked in sorted(facts_of(tree) & set(self.definitions)):
                    place(asked, (*path, fact))
                if (fact, value) not in order:
                    order.append((fact, value))

        for fact in sorted(self.definitions):
            place(fact, ())
        return tuple(order)


def as_known(world: World, known: date) -> World:
    """The same log, hypotheses and user's data on another day of knowledge."""
    then = World(known, log=world.log)
    for path in world.data:
        then = then.with_data(path)
    for event in world.hypotheses:
        then = then.with_(event)
    return then


def days_of_law(world: World) -> tuple[date, ...]:
    """The days on which some control, definition, group or listing begins to read otherwise."""
    return _days(world)


@lru_cache(maxsize=64)
def _days(world: World) -> tuple[date, ...]:
    return tuple(world.days_of_change(*KINDS_OF_LAW))


def rulebook(world: World, on: date) -> Rulebook:
    """The rulebook of a day, kept for the stretch of days on which it is the same."""
    return _rulebook(world, stretch(world, on)[0])


def stretch(world: World, on: date) -> tuple[date, date | None]:
    """The half-open stretch of days around `on` in which no measure of law changes."""
    days = days_of_law(world)
    before = [day for day in days if day <= on]
    after = next((day for day in days if day > on), None)
    return (before[-1] if before else on), after


@lru_cache(maxsize=512)
def _rulebook(world: World, on: date) -> Rulebook:
    definitions: dict[str, dict[str, list[Condition]]] = defaultdict(lambda: defaultdict(list))
    sources: dict[tuple[str, str], list[Version]] = defaultdict(list)
    for version in world.schedule("definition", on):
        if version.status == "in_force":
            definitions[version.content.fact][version.content.value].append(version.content.when)
            sources[version.content.fact, version.content.value].append(version)
    rules: dict[str, list[Rule]] = defaultdict(list)
    for version in world.schedule("control", on):
        if version.status in ("in_force", "unenforced"):
            rules[version.content.jurisdiction].append(_rule(version))
    return Rulebook(
        rules={name: tuple(entries) for name, entries in rules.items()},
        definitions={fact: {v: _any(trees) for v, trees in values.items()} for fact, values in definitions.items()},
        sources={key: tuple(versions) for key, versions in sources.items()},
        groups=world.groups(on),
    )


def _any(trees: Iterable[Condition]) -> Condition:
    trees = tuple(trees)
    return trees[0] if len(trees) == 1 else Either(trees)


def _rule(version: Version) -> Rule:
    content = version.content
    letter = content.effect.letter
    practice = None if version.status == "unenforced" else content.effect.practice or letter
    return Rule(
        id=version.measure,
        version=version,
        when=All((content.scope, content.when)),
        letter=None if letter is None else GRAVITY[letter],
        practice=None if practice is None else GRAVITY[practice],
        overrides=frozenset(content.overrides),
    )
