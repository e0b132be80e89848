"""Statuses of many transactions at once: one Polars expression per rule, bounds where facts are unknown.

For a row and a track, `worst` is the gravest status that any rule could still give, `best` the gravest of those that
are certain; where they agree the verdict is definite, whatever the unknown facts are.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from twoeyes.facts.conditions import Derived, compile_condition, is_true
from twoeyes.law.rulebook import GRAVITY, LINKED, SUBJECT, TRACKS, Rule, Rulebook, Track

BOUNDS = tuple(f"{track}_{end}" for track in TRACKS for end in ("best", "worst"))
NOTHING = -1


def column(fact: str, value: str) -> str:
    """The name of the Boolean column that says whether a derived fact has a value."""
    return f"{fact}={value}"


def with_definitions(book: Rulebook, frame: pl.LazyFrame, jurisdiction: str) -> pl.LazyFrame:
    """`frame` with one Boolean column per derived fact and value that the jurisdiction asks for; null if undecided."""
    hooks = _hooks(book)
    present = set(book.facts_of(jurisdiction))
    for fact, value in book.levels:
        tree = book.definitions[fact][value]
        if not book.expanded(tree) - {*book.definitions} <= present:
            continue
        frame = frame.with_columns(compile_condition(tree, book.groups, hooks).alias(column(fact, value)))
    return frame


def _hooks(book: Rulebook) -> Derived:
    return {fact: _hook(book, fact) for fact in {*book.definitions, "eccn", SUBJECT, LINKED}}


def _hook(book: Rulebook, fact: str) -> Callable[[tuple[str, ...]], pl.Expr]:
    defined = book.definitions.get(fact, {})

    def test(values: tuple[str, ...]) -> pl.Expr:
        parts = [pl.col(column(fact, value)) for value in values if value in defined]
        derived = pl.any_horizontal(parts) if parts else pl.lit(False)
        if fact != "eccn":
            return derived
        if not parts:
            derived = pl.when("chip").then(False)
        return pl.when(pl.col("eccn").is_not_null()).then(pl.col("eccn").is_in(list(values))).otherwise(derived)

    return test


def bounds(book: Rulebook, frame: pl.DataFrame, jurisdiction: str, *, matches: bool = False) -> pl.DataFrame:
    """Best and worst gravity on both tracks, one row per row of `frame` (Int8 columns `BOUNDS`).

    `matches`: also one Boolean column `?rule` per rule, and `touch`.
    """
    rules = book.rules_of(jurisdiction)
    hooks = _hooks(book)
    link = compile_condition(book.link(jurisdiction), book.groups, hooks)
    touch = compile_condition(book.touch(jurisdiction), book.groups, hooks)
    held = [(match_column(rule), (compile_condition(rule.when, book.groups, hooks) & pl.col("link"))) for rule in rules]
    lazy = with_definitions(book, frame.lazy(), jurisdiction).with_columns(link.alias("link"), touch.alias("touch"))
    lazy = lazy.with_columns(expression.alias(name) for name, expression in held)
    ends = [expr for track in TRACKS for expr in _ends(book, rules, jurisdiction, track)]
    shown = ["touch", *(name for name, _ in held)] if matches else []
    return lazy.with_columns(ends).select(*BOUNDS, *shown).collect()


def match_column(rule: Rule) -> str:
    """The name of the column that says whether a rule holds."""
    return f"?{rule.id}"


def _ends(book: Rulebook, rules: tuple[Rule, ...], jurisdiction: str, track: Track) -> tuple[pl.Expr, pl.Expr]:
    spoken = [rule for rule in rules if rule.gravity(track) is not None]
    binding = [rule for rule in rules if track == "letter" or rule.version.status != "unenforced"]
    over = {rule.id: [o for o in binding if rule.id in o.overrides] for rule in spoken}
    least, most = _base(book, jurisdiction)
    certain, possible = [least], [most]
    for rule in spoken:
        match, gravity = pl.col(match_column(rule)), pl.lit(rule.gravity(track), pl.Int8)
        surely, maybe = is_true(match), match.fill_null(True)
        for other in over[rule.id]:
            surely &= ~pl.col(match_column(other)).fill_null(True)
            maybe &= ~is_true(pl.col(match_column(other)))
        certain.append(pl.when(surely).then(gravity).otherwise(pl.lit(NOTHING, pl.Int8)))
        possible.append(pl.when(maybe).then(gravity).otherwise(pl.lit(NOTHING, pl.Int8)))
    return (
        pl.max_horizontal(certain).alias(f"{track}_best"),
        pl.max_horizontal(possible).alias(f"{track}_worst"),
    )


def _base(book: Rulebook, jurisdiction: str) -> tuple[pl.Expr, pl.Expr]:
    if not book.has_table(jurisdiction):
        unknown = pl.lit(GRAVITY["unknown"], pl.Int8)
        return unknown, unknown
    silent, apart = (pl.lit(GRAVITY[status], pl.Int8) for status in ("no_licence", "not_subject"))
    touch = pl.col("touch")
    return (
        pl.when(is_true(touch)).then(silent).otherwise(apart),
        pl.when(touch.fill_null(True)).then(silent).otherwise(apart),
    )
