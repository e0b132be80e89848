"""Lists of shipments in a file: one duty question a row, each with its own day and its own knowledge.

Columns with expected answers are accepted and never read.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from twoeyes.errors import InputError, TwoeyesError, nearest
from twoeyes.facts.vocabulary import vocabulary
from twoeyes.trade.book import book_of, unions
from twoeyes.trade.codes import importer_code
from twoeyes.trade.duties import Assessment
from twoeyes.trade.frame import DTYPES, answer
from twoeyes.trade.stated import read_facts
from twoeyes.world import World, question_day

_NEEDED = ("importer", "origin", "hts", "entry_date")
_READ = (*_NEEDED, "id", "as_known_on", "facts")
_IGNORED = (
    "item",
    "total_ad_valorem_pct",
    "import_vat_pct",
    "components",
    "exemptions_in_play",
    "basis",
    "source",
    "note",
)


@dataclass(frozen=True, slots=True)
class _Query:
    row: int
    importer: str
    origin: str
    hts: str
    on: date
    facts: Mapping[str, Any]


def land_cases(path: str | Path, world: World | None = None) -> list[dict[str, Any]]:
    """One answer per row of a CSV file (UTF-8, with or without mark, or GB18030), in the file's order.

    `importer, origin, hts, entry_date` are needed; `id`, `facts` (`tpp=15832;bw=4800`) and `as_known_on` may be blank
    or absent. A blank `as_known_on` is answered in `world`, by default the whole log, past its horizon too. A row that
    cannot be answered has `error` in place of an answer. Raises InputError for an unreadable file, a missing column,
    or an unknown one (with the nearest name).
    """
    records = _records(Path(path))
    whole = world if world is not None else World(date.max)
    worlds = {"": whole}
    answers: dict[int, dict[str, Any]] = {}
    by_known: dict[str, list[_Query]] = defaultdict(list)
    for row, record in enumerate(records):
        known = (record.get("as_known_on") or "").strip()
        try:
            if known not in worlds:
                worlds[known] = World(known, log=whole.log)
            by_known[known].append(_query(row, record, worlds[known]))
        except TwoeyesError as error:
            answers[row] = {"error": str(error)}
    for known, queries in by_known.items():
        answers |= _answered(worlds[known], queries)
    return [{"id": record.get("id") or str(row + 1)} | answers[row] for row, record in enumerate(records)]


def answer_row(found: Assessment) -> dict[str, Any]:
    """An assessment as the row of a bulk answer."""
    return {
        "total_pct": found.total,
        "low": found.low,
        "high": found.high,
        "vat_pct": found.vat,
        "unknown": found.unknown,
        "missing": list(found.missing),
        "components": dict(found.components),
        "exempt": dict(found.exempt),
    }


def _records(path: Path) -> list[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(_text(path), newline=""), restkey="", restval="")
    columns = [name.strip() for name in reader.fieldnames or ()]
    for name in columns:
        if name not in (*_READ, *_IGNORED):
            close = nearest(name, (*_READ, *_IGNORED))
            raise InputError(f"{path}: unknown column {name!r}" + (f"; nearest {close[0]!r}" if close else ""))
    absent = [name for name in _NEEDED if name not in columns]
    if absent:
        raise InputError(f"{path}: column {absent[0]!r} is missing; a list needs {', '.join(_NEEDED)}")
    reader.fieldnames = columns
    return list(reader)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; give a CSV file") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{path}: neither UTF-8 nor GB18030; save it as CSV in UTF-8")


def _query(row: int, record: Mapping[str, str], world: World) -> _Query:
    for name in _NEEDED:
        if not (record.get(name) or "").strip():
            raise InputError(f"{name} is blank")
    importer, origin, hts = (record[name].strip() for name in ("importer", "origin", "hts"))
    book = book_of(world)
    book.importer(importer)
    importer_code(hts, importer, book.us_lines)
    if origin not in unions():
        world.place(origin)
    facts = read_facts(record.get("facts") or "")
    return _Query(row, importer, origin, hts, question_day(record["entry_date"].strip(), "entry_date"), facts)


def _answered(world: World, queries: list[_Query]) -> dict[int, dict[str, Any]]:
    if not queries:
        return {}
    answers = answer(world, frame_of(queries))
    rows = {number: answer_row(found) for number, found in enumerate(answers.distinct)}
    return {query.row: dict(rows[number]) for query, number in zip(queries, answers.row.to_list())}


def frame_of(queries: list[_Query]) -> pl.DataFrame:
    """The frame that asks `queries`, with a column for each fact that some query states."""
    facts = sorted({fact for query in queries for fact in query.facts})
    return pl.DataFrame(
        {
            "hts": [query.hts for query in queries],
            "origin": [query.origin for query in queries],
            "to": [query.importer for query in queries],
            "on": [query.on for query in queries],
        }
        | {
            fact: pl.Series([query.facts.get(fact) for query in queries], dtype=DTYPES[vocabulary()[fact].type])
            for fact in facts
        }
    )
