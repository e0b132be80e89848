"""Conditions as data: a tree of named tests in the log's YAML, compiled to one Polars expression.

Logic is Kleene's, and null is unknown. Nothing else in the project filters on a raw condition: `filter` and `when`
would take unknown for false. Use `is_true`, `is_false`, `is_null`. A number that is not finite counts as unknown.
Polars is loaded when the first condition is compiled, not when one is read.

    when: {all: [{designed_in: "D:5"}, {any: [{tpp: {ge: 4800}}, {not: {dc_marketed: no}}]}]}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

from twoeyes.errors import nearest
from twoeyes.facts.vocabulary import Term, vocabulary

if TYPE_CHECKING:
    import polars as pl

Groups = Mapping[str, frozenset[str]]
Derived = Mapping[str, Callable[[tuple[str, ...]], "pl.Expr"]]
Operator = Literal["in", "ge", "gt", "le", "lt"]

_COMPARISONS: Mapping[str, Callable[[pl.Expr, float], pl.Expr]] = {
    "ge": lambda fact, bound: fact >= bound,
    "gt": lambda fact, bound: fact > bound,
    "le": lambda fact, bound: fact <= bound,
    "lt": lambda fact, bound: fact < bound,
}
_FLAGS = {"yes": True, "no": False, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class Test:
    """One fact against values: `in` a tuple of them, or a comparison with one number."""

    fact: str
    operator: Operator
    values: tuple[str | float | bool, ...]


Condition = All | Either | Not | Test
ALWAYS = All(())


def condition(raw: Any) -> Condition:
    """Read a condition from parsed YAML. Raises ValueError that says what was expected."""
    if isinstance(raw, All | Either | Not | Test):
        return raw
    if not isinstance(raw, Mapping) or not raw:
        raise ValueError(f"a condition is a mapping such as {{to: CN}} or {{all: [...]}}, not {raw!r}")
    parts = tuple(_entry(key, value) for key, value in raw.items())
    return parts[0] if len(parts) == 1 else All(parts)


def _entry(key: str, value: Any) -> Condition:
    match key:
        case "all" | "any":
            if not isinstance(value, Sequence) or isinstance(value, str) or not value:
                raise ValueError(f"{key!r} takes a list of one or more conditions, not {value!r}")
            parts = tuple(condition(part) for part in value)
            return All(parts) if key == "all" else Either(parts)
        case "not":
            return Not(condition(value))
        case _:
            return _tests(_term(key), value)


def _term(fact: str) -> Term:
    terms = vocabulary()
    if fact not in terms:
        close = nearest(fact, [*terms, "all", "any", "not"])
        raise ValueError(f"unknown fact {fact!r}" + (f"; did you mean {close[0]!r}?" if close else ""))
    return terms[fact]


def _tests(term: Term, value: Any) -> Condition:
    if isinstance(value, Mapping):
        unknown = set(value) - set(_COMPARISONS)
        if unknown or term.type != "number" or not value:
            raise ValueError(f"{term.fact!r} ({term.type}) cannot be compared by {sorted(value)}; use ge, gt, le, lt")
        tests = tuple(Test(term.fact, operator, (_number(term, bound),)) for operator, bound in value.items())
        return tests[0] if len(tests) == 1 else All(tests)
    values = value if isinstance(value, list | tuple) else [value]
    if not values:
        raise ValueError(f"{term.fact!r} names no value; write one, or leave the test out")
    return Test(term.fact, "in", tuple(_typed(term, item) for item in values))


def _typed(term: Term, text: Any) -> str | float | bool:
    if term.type == "flag":
        flag = _FLAGS.get(str(text).lower())
        if flag is None:
            raise ValueError(f"{term.fact!r} takes yes or no, not {text!r}")
        return flag
    if term.type == "number":
        return _number(term, text)
    if not isinstance(text, str) or not text:
        raise ValueError(f"{term.fact!r} takes text, not {text!r}")
    return text


def _number(term: Term, text: Any) -> float:
    try:
        number = float(text)
    except (TypeError, ValueError):
        raise ValueError(f"{term.fact!r} takes a number, not {text!r}") from None
    if not isfinite(number):
        raise ValueError(f"{term.fact!r} takes a finite number, not {text!r}")
    return number


def tests_of(tree: Condition) -> Iterator[Test]:
    """Every test in the tree, in reading order."""
    match tree:
        case Test():
            yield tree
        case Not(part):
            yield from tests_of(part)
        case All(parts) | Either(parts):
            for part in parts:
                yield from tests_of(part)


def facts_of(tree: Condition) -> frozenset[str]:
    """The names of all facts that the tree asks for."""
    return frozenset(test.fact for test in tests_of(tree))


def compile_condition(tree: Condition, groups: Groups, derived: Derived | None = None) -> pl.Expr:
    """The tree as one Boolean expression over columns named by fact; null where it cannot be decided.

    `groups` gives the members of country groups on the day asked (a value such as `D:5` stands for them). `derived`
    replaces the equality test of a fact by an expression of its own, given the values (as for a computed `eccn`).
    """
    match tree:
        case Test():
            return _compile_test(tree, groups, derived or {})
        case Not(part):
            return ~compile_condition(part, groups, derived)
        case All(parts):
            return _fold([compile_condition(part, groups, derived) for part in parts], empty=True)
        case Either(parts):
            return _fold([compile_condition(part, groups, derived) for part in parts], empty=False)


def _fold(parts: list[pl.Expr], *, empty: bool) -> pl.Expr:
    import polars as pl

    if not parts:
        return pl.lit(empty)
    return reduce(lambda a, b: a & b if empty else a | b, parts)


def _compile_test(test: Test, groups: Groups, derived: Derived) -> pl.Expr:
    import polars as pl

    fact = pl.col(test.fact)
    if vocabulary()[test.fact].type == "number":
        fact = pl.when(fact.is_finite()).then(fact.cast(pl.Float64))
    if test.operator != "in":
        return _COMPARISONS[test.operator](fact, float(test.values[0]))
    if test.fact in derived:
        return derived[test.fact](tuple(str(value) for value in test.values))
    match vocabulary()[test.fact].type:
        case "words":
            return _fold([fact.list.contains(str(value)) for value in test.values], empty=False)
        case "place":
            return fact.is_in(sorted(_members(test.values, groups)))
        case "code":
            return _fold([fact.str.starts_with(str(value)) for value in test.values], empty=False)
        case _:
            return fact.is_in(list(test.values))


def _members(values: tuple[str | float | bool, ...], groups: Groups) -> frozenset[str]:
    places: set[str] = set()
    for value in map(str, values):
        places |= groups.get(value, frozenset()) if ":" in value else {value}
    return frozenset(places)


def is_true(result: pl.Expr) -> pl.Expr:
    """Definitely so."""
    return result.fill_null(False)


def is_false(result: pl.Expr) -> pl.Expr:
    """Definitely not so."""
    return ~result.fill_null(True)


def is_null(result: pl.Expr) -> pl.Expr:
    """Undecided: some fact that it needs is unknown."""
    return result.is_null()
