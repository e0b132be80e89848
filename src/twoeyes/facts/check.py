"""The check of the catalogue's own tables, run in CI: row by row, then thing by thing.

Reading stops at its first fault; this goes on, so that one run shows every one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from twoeyes.errors import InputError
from twoeyes.facts.cells import FIELDS, Kind, needed
from twoeyes.facts.check_values import Finding, check_values
from twoeyes.facts.fact import Source
from twoeyes.facts.tables import (
    TABLES,
    Row,
    Tables,
    fact_of,
    price_of,
    read_catalogue,
    rows_of,
    shipped_tables,
    sources_of,
)

NEEDS_SOURCE = ("official", "reported")
START: Mapping[Kind, str] = {"chip": "announced", "system": "announced", "model": "released", "place": ""}


def check_catalogue(tables: Tables | None = None) -> list[Finding]:
    """What is wrong or odd in the tables (the shipped ones, where none are given); errors first."""
    tables = shipped_tables() if tables is None else tables
    findings = [*_check_rows(tables)]
    try:
        whole = read_catalogue(tables)
    except InputError as error:
        if all(finding.severity == "warning" for finding in findings):
            findings.append(_error("tables", str(error), "mend the row"))
    else:
        findings += check_values(whole, [row for _, row in rows_of(tables, "contracts")])
    return sorted(findings, key=lambda finding: (finding.severity, finding.where))


def _error(where: str, what: str, mend: str) -> Finding:
    return Finding(severity="error", where=where, what=what, mend=mend)


def _check_rows(tables: Tables) -> Iterator[Finding]:
    sources = sources_of(tables)
    cited: set[str] = set()
    ids: dict[str, set[str]] = {}
    trust: Counter[str] = Counter()
    for kind in TABLES:
        rows = list(rows_of(tables, TABLES[kind]))
        ids[kind] = {row["id"] for _, row in rows}
        cited |= {name for _, row in rows for name in row["sources"].split("|")}
        trust.update(row["confidence"] for _, row in rows)
        yield from _cells(kind, rows, sources)
        yield from _things(kind, rows)
    yield from _prices(tables, sources, ids["chip"] | ids["system"])
    cited |= {name for table in ("prices", "contracts") for _, row in rows_of(tables, table) for name in _cites(row)}
    yield from _sources(tables, cited)
    yield from _aliases(tables, ids)
    yield from _contracts(tables, ids["chip"])
    yield Finding(
        severity="warning",
        where="tables",
        what=f"{trust['memory']:,} of {trust.total():,} cells rest on memory alone",
        mend="read a source and say so in the row",
    )


def _cites(row: Row) -> Iterable[str]:
    return row["sources"].split("|")


def _cells(kind: Kind, rows: list[tuple[str, Row]], sources: Mapping[str, Source]) -> Iterator[Finding]:
    """Faults of single rows."""
    for where, row in rows:
        try:
            fact_of(kind, row, sources, where)
        except InputError as error:
            yield _error(where, str(error).removeprefix(f"{where}: "), "mend the row")
        if row["confidence"] in NEEDS_SOURCE and not row["sources"]:
            yield _error(where, f"{row['confidence']} without a source", "cite one, or call it estimated or memory")
        if row["confidence"] == "estimated" and not (row["sources"] or row["note"]):
            yield _error(where, "an estimate without source or note", "say in the note how it was made")


def _things(kind: Kind, rows: list[tuple[str, Row]]) -> Iterator[Finding]:
    """Faults of rows beside each other: what is chosen, what is missing, and dates out of order."""
    chosen = Counter((row["id"], row["field"]) for _, row in rows if row["standing"] == "chosen")
    begins = (START[kind], "chosen")
    starts = {row["id"]: row["value"] for _, row in rows if (row["field"], row["standing"]) == begins}
    for where, row in rows:
        cell = (row["id"], row["field"])
        if row["standing"] not in ("chosen", "dissent"):
            yield _error(where, f"standing {row['standing']!r}", "write chosen or dissent")
        elif row["standing"] == "dissent" and not chosen[cell]:
            yield _error(where, f"{' '.join(cell)} has a dissent and no chosen figure", "choose one")
        elif row["standing"] == "chosen" and chosen[cell] > 1:
            yield _error(
                where, f"{' '.join(cell)} is chosen {chosen[cell]} times", "keep one, make the others dissents"
            )
        start = starts.get(row["id"])
        if start and row["known_from"] and row["known_from"] < start and row["field"] != START[kind]:
            yield _error(where, f"known from {row['known_from']}, before the thing itself ({start})", "correct a date")
    yield from _needs(kind, rows, starts)


def _needs(kind: Kind, rows: list[tuple[str, Row]], starts: Mapping[str, str]) -> Iterator[Finding]:
    """Fields that a thing must have, on every day on which it exists."""
    first: dict[tuple[str, str], str] = {}
    for _, row in rows:
        cell = (row["id"], row["field"])
        first[cell] = min(first.get(cell, row["known_from"]), row["known_from"])
    fields = needed(kind) if kind == "place" else (*needed(kind), START[kind])
    for field in fields:
        for name in dict.fromkeys(name for name, _ in first):
            if (name, field) not in first:
                yield _error(f"{TABLES[kind]}.csv", f"{name} has no {field}", "add the row")
            elif name in starts and first[name, field] > starts[name]:
                yield _error(f"{TABLES[kind]}.csv", f"{name} {field} is known after its start", "correct known_from")


def _prices(tables: Tables, sources: Mapping[str, Source], items: set[str]) -> Iterator[Finding]:
    for where, row in rows_of(tables, "prices"):
        try:
            price_of(row, sources, where)
        except InputError as error:
            yield _error(where, str(error).removeprefix(f"{where}: "), "mend the row")
        if row["item"] and row["item"] not in items:
            yield _error(where, f"no chip or system {row['item']!r}", "give an id, or leave the item blank")
        if row["confidence"] in NEEDS_SOURCE and not row["sources"]:
            yield _error(where, "a price without a source", "cite one, or call it memory")


def _sources(tables: Tables, cited: set[str]) -> Iterator[Finding]:
    rows = list(rows_of(tables, "sources"))
    times = Counter(row["id"] for _, row in rows)
    for where, row in rows:
        if times[row["id"]] > 1:
            yield _error(where, f"{row['id']} stands {times[row['id']]} times", "keep one")
        if row["read"] not in ("yes", "no") or not row["url"].startswith("http"):
            yield _error(where, f"url {row['url']!r}, read {row['read']!r}", "give a web address, and yes or no")
        if row["id"] not in cited:
            yield _error(where, f"{row['id']} is cited nowhere", "remove it")


def _aliases(tables: Tables, ids: Mapping[str, set[str]]) -> Iterator[Finding]:
    for where, row in rows_of(tables, "aliases"):
        kind = row["kind"]
        if kind != "vendor" and (kind not in get_args(Kind) or row["id"] not in ids[kind]):
            yield _error(where, f"no {kind} {row['id']!r} for the alias {row['alias']!r}", "correct the id")


def _contracts(tables: Tables, chips: set[str]) -> Iterator[Finding]:
    for where, row in rows_of(tables, "contracts"):
        if row["chip"] not in chips or row["field"] not in FIELDS["chip"]:
            yield _error(where, f"no chip {row['chip']!r} with a field {row['field']!r}", "correct them")


__all__ = ["Finding", "check_catalogue"]
