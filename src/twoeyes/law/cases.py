"""`check --cases`: a file of transactions in, a JSON row per jurisdiction concerned out; bad rows carry their error."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from twoeyes.errors import InputError, TwoeyesError, nearest
from twoeyes.law.check import check
from twoeyes.law.rulebook import as_known
from twoeyes.law.transaction import Transaction, parse_listed, parse_owners
from twoeyes.law.verdict import summary
from twoeyes.world import World, day

COLUMNS = (
    *("id", "on", "known", "jurisdiction", "item", "item_facts", "action", "from", "to"),
    *("exporter", "exporter_letters", "end_user", "end_user_country", "end_user_parent"),
    *("end_user_owned_by", "end_user_listed", "end_use", "conditions", "licences", "unknown"),
)
NEVER_READ = ("expect_letter", "expect_practice", "must_cite", "reason", "source_url", "confidence")
ENCODINGS = ("utf-8-sig", "gb18030")
Row = Mapping[str, str]


def check_cases(path: Path | str, world: World | None = None) -> list[dict[str, Any]]:
    """Rows in the file's order. `world` holds what else than `known` is assumed: its log and the user's data.

    Raises InputError for a file or header that cannot be read.
    """
    base = world or World()
    worlds: dict[str, World] = {"": base}

    def world_of(text: str) -> World:
        if text not in worlds:
            worlds[text] = as_known(base, day(text, "known"))
        return worlds[text]

    return [answer for row in read_cases(Path(path)) for answer in _answered(row, world_of)]


def read_cases(path: Path) -> list[Row]:
    """The rows of a case file, UTF-8 with or without BOM, or GB18030. Raises InputError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error}; give a CSV file of cases") from error
    reader = csv.DictReader(io.StringIO(_decoded(raw, path)))
    for name in reader.fieldnames or ():
        if name not in (*COLUMNS, *NEVER_READ):
            close = nearest(name, COLUMNS)
            hint = f"; did you mean {close[0]!r}?" if close else f"; it may hold {', '.join(COLUMNS)}"
            raise InputError(f"{path}: unknown column {name!r}{hint}")
    if "item" not in (reader.fieldnames or ()) or "on" not in (reader.fieldnames or ()):
        raise InputError(f"{path}: needs at least the columns 'item' and 'on'")
    return [{name: (row.get(name) or "").strip() for name in COLUMNS} for row in reader]


def _decoded(raw: bytes, path: Path) -> str:
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{path}: neither UTF-8 nor GB18030")


def _answered(row: Row, world_of: Callable[[str], World]) -> Iterable[dict[str, Any]]:
    try:
        world = world_of(row["known"])
        asked = (row["jurisdiction"],) if row["jurisdiction"] else None
        verdict = check(world, transaction_of(row), on=day(row["on"], "on"), jurisdictions=asked, outlook=False)
    except TwoeyesError as error:
        return [{"id": row["id"], "jurisdiction": row["jurisdiction"] or None, "error": str(error)}]
    return [{"id": row["id"], **summary(verdict, ruling)} for ruling in verdict.rulings]


def transaction_of(row: Row) -> Transaction:
    """A row of a case file as a transaction. Raises InputError for a cell that cannot be read."""
    return Transaction(
        item=row["item"],
        action=row["action"] or "export",
        to=row["to"] or None,
        from_=row["from"] or None,
        exporter=row["exporter"] or None,
        exporter_letters=_parts(row["exporter_letters"]),
        end_user=row["end_user"] or None,
        end_user_country=row["end_user_country"] or None,
        end_user_parent=row["end_user_parent"] or None,
        end_user_listed=parse_listed(row["end_user_listed"]),
        end_user_owned_by=parse_owners(row["end_user_owned_by"]),
        end_use=row["end_use"] or None,
        licences=row["licences"],
        facts={**_pairs(row["item_facts"], "item_facts"), **_pairs(row["conditions"], "conditions")},
        unknown=frozenset(_parts(row["unknown"])),
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _pairs(text: str, column: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for part in _parts(text):
        name, equals, value = part.partition("=")
        if not equals:
            raise InputError(f"{column}: expected fact=value, got {part!r}")
        pairs[name.strip()] = value.strip()
    return pairs
