"""On which unknown facts the status of each row turns, for many rows at once: `residual.worth` over whole columns.

A node of a condition is true, false or open; an open one carries the set of unknown facts behind it, as bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import polars as pl

from twoeyes.facts.conditions import All, Condition, Either, Not, Test, compile_condition, tests_of
from twoeyes.law.evaluate import NOTHING
from twoeyes.law.rulebook import GRAVITY, TRACKS, Rule, Rulebook

Flags = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint64]
MOST_FACTS = 64


@dataclass(frozen=True, slots=True)
class Node:
    """One condition over all rows: where it is true, where false, and the open facts (zero where it is settled)."""

    true: Flags
    false: Flags
    open: Bits

    @property
    def unsettled(self) -> Flags:
        return ~(self.true | self.false)


class Columns:
    """The nodes of a rulebook's conditions over one frame of facts, each computed once."""

    def __init__(self, book: Rulebook, frame: pl.DataFrame, jurisdiction: str) -> None:
        self.book = book
        self.height = frame.height
        self.names = [fact for fact in frame.columns if frame[fact].null_count()][:MOST_FACTS]
        self.bits = {fact: np.uint64(1 << place) for place, fact in enumerate(self.names)}
        self.stated = frame["eccn"].is_not_null().to_numpy()
        self.chip = frame["chip"].fill_null(False).to_numpy()
        self.leaves = self._leaves(frame, jurisdiction)
        self.derived: dict[tuple[str, str], Node] = {}

    def _leaves(self, frame: pl.DataFrame, jurisdiction: str) -> Mapping[Test, Node]:
        trees = [self.book.touch(jurisdiction), self.book.link(jurisdiction)]
        trees += [rule.when for rule in self.book.rules_of(jurisdiction)]
        tests = dict.fromkeys(test for tree in trees for test in self.book.tests_behind(tree))
        tests |= dict.fromkeys(
            test
            for values in self.book.definitions.values()
            for tree in values.values()
            for test in tests_of(tree)
            if test.fact in frame.columns
        )
        plain = [test for test in tests if test.fact in frame.columns]
        exprs = [compile_condition(test, self.book.groups).alias(str(place)) for place, test in enumerate(plain)]
        table = frame.with_columns(exprs).select(str(place) for place in range(len(plain)))
        return {test: self._leaf(test.fact, table[str(place)]) for place, test in enumerate(plain)}

    def _leaf(self, fact: str, column: pl.Series) -> Node:
        true = column.fill_null(False).to_numpy()
        false = ~column.fill_null(True).to_numpy()
        bit = self.bits.get(fact, np.uint64(0))
        return Node(true, false, np.where(true | false, np.uint64(0), bit))

    def node(self, tree: Condition) -> Node:
        """A condition over all rows."""
        match tree:
            case Test():
                return self._test(tree)
            case Not(part):
                inner = self.node(part)
                return Node(inner.false, inner.true, inner.open)
            case All(parts):
                return self.every([self.node(part) for part in parts])
            case Either(parts):
                return self.some([self.node(part) for part in parts])

    def every(self, nodes: Iterable[Node]) -> Node:
        """All of them together."""
        turned = self.some([Node(node.false, node.true, node.open) for node in nodes])
        return Node(turned.false, turned.true, turned.open)

    def some(self, nodes: list[Node]) -> Node:
        """At least one of them."""
        nothing = np.zeros(self.height, bool)
        true = reduce(np.logical_or, (node.true for node in nodes), nothing)
        false = reduce(np.logical_and, (node.false for node in nodes), ~nothing)
        bits = reduce(np.bitwise_or, (node.open for node in nodes), np.zeros(self.height, np.uint64))
        return Node(true, false, np.where(true | false, np.uint64(0), bits))

    def _test(self, test: Test) -> Node:
        if test.fact == "eccn":
            return self._eccn(test)
        if test.fact not in self.book.definitions:
            return self.leaves[test]
        return self.some([self._defined(test.fact, str(value)) for value in test.values])

    def _defined(self, fact: str, value: str) -> Node:
        if (fact, value) not in self.derived:
            tree = self.book.definitions[fact].get(value)
            self.derived[fact, value] = self.some([] if tree is None else [self.node(tree)])
        return self.derived[fact, value]

    def _eccn(self, test: Test) -> Node:
        defined = self.book.definitions.get("eccn", {})
        found = self.some([self._defined("eccn", str(value)) for value in test.values if str(value) in defined])
        if not any(str(value) in defined for value in test.values):
            unclear = ~self.chip & ~self.stated
            bit = self.bits.get("eccn", np.uint64(0))
            found = Node(found.true, found.false & ~unclear, np.where(unclear, bit, np.uint64(0)))
        leaf = self.leaves[test]
        true = np.where(self.stated, leaf.true, found.true)
        false = np.where(self.stated, leaf.false, found.false)
        return Node(true, false, np.where(self.stated, np.uint64(0), found.open))


def turning(book: Rulebook, frame: pl.DataFrame, table: pl.DataFrame, jurisdiction: str) -> list[frozenset[str]]:
    """Per row of `frame`, with its bounds in `table`: the unknown facts on which a status above the best turns."""
    columns = Columns(book, frame, jurisdiction)
    link, touch = columns.node(book.link(jurisdiction)), columns.node(book.touch(jurisdiction))
    rules = book.rules_of(jurisdiction)
    matches = {rule.id: columns.every([link, columns.node(rule.when)]) for rule in rules}
    wanted = np.zeros(frame.height, np.uint64)
    for track in TRACKS:
        best = table[f"{track}_best"].to_numpy()
        wanted |= np.where(best < GRAVITY["no_licence"], touch.open, np.uint64(0))
        for rule in rules:
            gravity = rule.gravity(track)
            reach = best < (NOTHING if gravity is None else gravity)
            over = [matches[other.id] for other in _overriders(rules, rule)]
            displaced = columns.some(over)
            alive = reach & ~matches[rule.id].false & ~displaced.true
            wanted |= np.where(alive, matches[rule.id].open | displaced.open, np.uint64(0))
    kinds, index = np.unique(wanted, return_inverse=True)
    named = [frozenset(fact for fact, bit in columns.bits.items() if int(kind) & int(bit)) for kind in kinds]
    return [named[place] for place in index]


def _overriders(rules: tuple[Rule, ...], rule: Rule) -> list[Rule]:
    return [other for other in rules if rule.id in other.overrides]
