"""Duty over whole frames: rows that ask the same are found, each distinct question is answered once and joined back.

A question is a stretch of days of one importer, a code, an origin as far as rules tell it apart, the answers to the
conditions, and shares of value. Single questions take the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from twoeyes.errors import InputError, nearest
from twoeyes.facts.conditions import Condition, compile_condition, facts_of
from twoeyes.facts.vocabulary import FactType, vocabulary
from twoeyes.trade.book import YEARS_APART, Book, Rule, book_of, unions
from twoeyes.trade.codes import importer_code
from twoeyes.trade.duties import Assessment, Cover, State, assess, covers
from twoeyes.world import FIRST_DAY, World

NEEDED = ("hts", "origin", "to", "on")
DTYPES: Mapping[FactType, pl.DataType] = {
    "place": pl.String(),
    "word": pl.String(),
    "code": pl.String(),
    "number": pl.Float64(),
    "flag": pl.Boolean(),
    "words": pl.List(pl.String()),
}
_SILENT: Mapping[FactType, object] = {"flag": False, "word": "", "place": "", "code": "", "words": []}
_OTHER = "*"
_UNKNOWN = 2  # state of a condition: 0 no, 1 yes, 2 and more open, with a bit for each fact that is null
_PAIR = pl.List(pl.Struct({"measure": pl.String(), "pct": pl.Float64()}))
_TAKEN = pl.List(pl.Struct({"layer": pl.String(), "measure": pl.String()}))


@dataclass(frozen=True, slots=True)
class Answers:
    """The distinct answers, and for each row of the frame the number of its own."""

    distinct: tuple[Assessment, ...]
    row: pl.Series


def land_frame(world: World, frame: pl.DataFrame) -> pl.DataFrame:
    """The duty on each row of `frame`, whose rows and order are kept.

    Columns: `hts`, `origin`, `to` (importer) as text, `on` as a date, and any fact of the vocabulary, null where
    unknown. Adds `total_pct`, `low`, `high`, `vat_pct`, `unknown`, `missing`, `components`, `exempt`, and
    `refundable_pct`. Raises InputError for a missing or unknown column, or a value that cannot be used.
    """
    answers = answer(world, frame)
    distinct = answers.distinct
    table = pl.DataFrame(
        {
            "total_pct": pl.Series([one.total for one in distinct], dtype=pl.Float64),
            "low": pl.Series([one.low for one in distinct], dtype=pl.Float64),
            "high": pl.Series([one.high for one in distinct], dtype=pl.Float64),
            "vat_pct": pl.Series([one.vat for one in distinct], dtype=pl.Float64),
            "unknown": pl.Series([one.unknown for one in distinct], dtype=pl.Boolean),
            "missing": pl.Series([list(one.missing) for one in distinct], dtype=pl.List(pl.String)),
            "components": _structs((one.components for one in distinct), ("measure", "pct"), _PAIR),
            "exempt": _structs((one.exempt for one in distinct), ("layer", "measure"), _TAKEN),
            "refundable_pct": pl.Series([one.refundable for one in distinct], dtype=pl.Float64),
        }
    )
    return frame.hstack(table[answers.row])


def answer(world: World, frame: pl.DataFrame) -> Answers:
    """The distinct answers behind `land_frame`."""
    _check_columns(frame)
    book = book_of(world)
    questions = _questions(world, book, frame)
    distinct = questions.unique(maintain_order=True)
    numbers, found = _asked(book, distinct)
    numbered = distinct.with_columns(pl.Series("answer", numbers, dtype=pl.UInt32))
    rows = questions.join(numbered, on=questions.columns, how="left", nulls_equal=True, maintain_order="left")
    return Answers(found, rows["answer"])


def _asked(book: Book, questions: pl.DataFrame) -> tuple[list[int], tuple[Assessment, ...]]:
    """The number of each question's answer, and the answers; questions under the same rules share one."""
    covered: dict[tuple[Any, ...], tuple[Cover, ...]] = {}
    numbers: dict[tuple[Any, ...], int] = {}
    answers: list[Assessment] = []
    rows = []
    goods = ("stretch", "code", "origin", "fab")
    states = [questions[f"c{index}"].to_list() for index in range(len(book.conditions))]
    shares = {fact: questions[f"share:{fact}"].to_list() for fact in book.shares}
    for row, key in enumerate(questions.select(goods).iter_rows()):
        if key not in covered:
            covered[key] = covers(book.stretches[key[0]].rules, *key[1:])
        found = covered[key]
        asked = tuple(
            (cover.rule.number, cover.length, cover.open, _own_state(cover.rule, states, row)) for cover in found
        )
        stated = {fact: shares[fact][row] for fact in _own_shares(found)}
        question = (asked, tuple(stated.items()))
        if question not in numbers:
            numbers[question] = len(answers)
            decided = {index: _read_state(tree, states[index][row]) for index, tree in enumerate(book.conditions)}
            answers.append(assess(found, decided, stated))
        rows.append(numbers[question])
    return rows, tuple(answers)


def _own_state(rule: Rule, states: list[list[int]], row: int) -> int:
    return 1 if rule.condition is None else states[rule.condition][row]


def _own_shares(found: tuple[Cover, ...]) -> list[str]:
    return [cover.rule.share_fact for cover in found if cover.rule.share_fact]


def _structs(rows: Iterable[Sequence[tuple[str, object]]], names: tuple[str, str], dtype: pl.DataType) -> pl.Series:
    return pl.Series([[dict(zip(names, pair)) for pair in row] for row in rows], dtype=dtype)


def _check_columns(frame: pl.DataFrame) -> None:
    absent = [name for name in NEEDED if name not in frame.columns]
    if absent:
        raise InputError(f"duty frame: column {absent[0]!r} is missing; it needs {', '.join(NEEDED)}")
    known = [*NEEDED, *vocabulary()]
    for name in frame.columns:
        if name not in known:
            close = nearest(name, known)
            raise InputError(f"duty frame: unknown column {name!r}" + (f"; nearest {close[0]!r}" if close else ""))
    for name in NEEDED:
        wanted = pl.Date if name == "on" else pl.String
        if frame.height and (frame.schema[name] != wanted or frame[name].null_count()):
            raise InputError(f"duty frame: {name!r} must hold {wanted} in every row, got {frame.schema[name]} or null")
    if frame.filter(pl.col("on") < FIRST_DAY).height:
        raise InputError(f"duty frame: the log begins on {FIRST_DAY}; a row of `on` lies before it")


def _questions(world: World, book: Book, frame: pl.DataFrame) -> pl.DataFrame:
    """One row per row: stretch, code, origin, fab, a column for each condition of the book and each share of value."""
    stretch = pl.Series("stretch", _stretches(book, frame))
    frame = _with_facts(book, frame)
    return frame.select(
        stretch,
        _mapped(frame, "hts", "code", lambda to, hts: importer_code(hts, to, book.us_lines)),
        _mapped(frame, "origin", "origin", lambda to, origin: _told_apart(world, book, to, origin)),
        _mapped(frame, "fab", "fab", lambda to, fab: _told_apart(world, book, to, fab)),
        *[_state(tree, index) for index, tree in enumerate(book.conditions)],
        *_shares(book, frame),
    )


def _mapped(frame: pl.DataFrame, column: str, name: str, of: Callable[[str, str], str]) -> pl.Series:
    """`of(importer, value)` for each row, worked out once per distinct pair; null stays null."""
    pairs = frame.select("to", column).unique()
    values = [None if value is None else of(to, value) for to, value in pairs.iter_rows()]
    if all(value is None for value in values):
        return pl.Series(name, [None], dtype=pl.String).new_from_index(0, frame.height)
    pairs = pairs.with_columns(pl.Series("_of", values, dtype=pl.String))
    rows = frame.select("to", column).join(
        pairs, on=["to", column], how="left", nulls_equal=True, maintain_order="left"
    )
    return rows["_of"].alias(name)


def _told_apart(world: World, book: Book, importer: str, origin: str) -> str:
    if origin not in unions():
        world.place(origin)
    return origin if origin in book.named[importer] else _OTHER


def _with_facts(book: Book, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with every fact that rules ask for: null where it is not stated, or absent where silence means that."""
    asked = {fact for tree in book.conditions for fact in facts_of(tree)} | book.shares | {"fab"}
    terms = [vocabulary()[fact] for fact in sorted(asked)]
    frame = frame.with_columns(
        pl.lit(None, dtype=DTYPES[term.type]).alias(term.fact) for term in terms if term.fact not in frame.columns
    )
    absent = [term for term in terms if term.not_stated != "unknown"]
    try:
        typed = frame.with_columns(pl.col(term.fact).cast(DTYPES[term.type]) for term in terms)
    except pl.exceptions.PolarsError as error:
        raise InputError(f"duty frame: a fact has values of the wrong type: {error}") from error
    return typed.with_columns(pl.col(term.fact).fill_null(pl.lit(_SILENT[term.type])) for term in absent)


def _state(tree: Condition, index: int) -> pl.Expr:
    bits = [pl.col(fact).is_null().cast(pl.Int16) * (1 << bit) for bit, fact in enumerate(sorted(facts_of(tree)))]
    decided = compile_condition(tree, {}).cast(pl.Int16)
    return decided.fill_null(_UNKNOWN + pl.sum_horizontal(bits)).alias(f"c{index}")


def _read_state(tree: Condition, code: int) -> State:
    if code < _UNKNOWN:
        return code == 1
    return frozenset(fact for bit, fact in enumerate(sorted(facts_of(tree))) if (code - _UNKNOWN) >> bit & 1)


def _shares(book: Book, frame: pl.DataFrame) -> list[pl.Expr]:
    for fact in sorted(book.shares):
        if not frame[fact].is_between(0, 1).all():
            raise InputError(f"duty frame: {fact} is a share of value, from 0 to 1")
    return [pl.col(fact).alias(f"share:{fact}") for fact in sorted(book.shares)]


def _stretches(book: Book, frame: pl.DataFrame) -> npt.NDArray[np.int64]:
    """The number of the stretch of each row: last one of its importer that begins on or before its day."""
    numbers = {name: book.importer(name) for name in frame["to"].unique().to_list()}
    importer = frame["to"].replace_strict(numbers, return_dtype=pl.Int64).to_numpy()
    days = frame["on"].cast(pl.Int64).to_numpy()
    return np.asarray(np.searchsorted(book.starts, importer * YEARS_APART + days, side="right") - 1, dtype=np.int64)
