"""The catalogue's tables, read once: one row a cell with its source, turned into things in SI units.

`data/*.csv` is the source of truth, edited by hand: `id, field, value, unit, confidence, sources, known_from, standing,
note`. `standing` is `chosen`, or `dissent` for a figure that disagrees and is kept. `data check` reads them all.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, cast, get_args

from twoeyes.errors import InputError
from twoeyes.facts.catalog import Chip, Model, Place, Price, PriceKind, System
from twoeyes.facts.cells import FIELDS, Kind, field_of, typed
from twoeyes.facts.fact import Confidence, Fact, Source
from twoeyes.facts.names import Index, index, normal, resolve
from twoeyes.facts.things import MAKE, Facts, Thing, as_known

TABLES: Mapping[Kind, str] = {"chip": "chips", "system": "systems", "model": "models", "place": "places"}
FILES = ("aliases", "chips", "contracts", "models", "places", "prices", "sources", "systems")

Row = Mapping[str, str]
Tables = Mapping[str, str]  # the text of each file by its name


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Everything in the tables, by id. `digest` is over the bytes that it was read from."""

    chips: Mapping[str, Chip]
    systems: Mapping[str, System]
    models: Mapping[str, Model]
    places: Mapping[str, Place]
    prices: tuple[Price, ...]
    names: Mapping[str, Index]  # by kind, `vendor` among them
    digest: str
    later: frozenset[str] = frozenset()  # ids that the tables hold, but that were not announced by the day asked

    def as_known(self, known: date) -> Catalogue:
        """The catalogue of a day: nothing announced later, no cell published later, no price seen later."""
        chips = as_known("chip", self.chips, known)
        systems = as_known("system", self.systems, known)
        models = as_known("model", self.models, known)
        systems = {name: system for name, system in systems.items() if system.chip in chips}
        return replace(
            self,
            chips=chips,
            systems=systems,
            models=models,
            places=as_known("place", self.places, known),
            prices=tuple(price for price in self.prices if price.known_from <= known),
            later=frozenset({*self.chips, *self.systems, *self.models} - {*chips, *systems, *models}) | self.later,
        )

    def chip(self, name: str) -> Chip:
        """One chip by id or exact alias. Raises UnknownNameError with the nearest names."""
        return self.chips[resolve("chip", name, self.names["chip"], self.chips)]

    def system(self, name: str) -> System:
        """One system by id or exact alias. Raises UnknownNameError with the nearest names."""
        return self.systems[resolve("system", name, self.names["system"], self.systems)]

    def model(self, name: str) -> Model:
        """One model by id or exact alias. Raises UnknownNameError with the nearest names."""
        return self.models[resolve("model", name, self.names["model"], self.models)]

    def place(self, name: str) -> Place:
        """One country or territory by its ISO 3166-1 code or exact name. Raises UnknownNameError with the nearest."""
        return self.places[resolve("place", name, self.names["place"], self.places)]

    def vendor(self, name: str) -> str:
        """A vendor's name as the tables spell it, from that or an alias. Raises UnknownNameError with the nearest."""
        return resolve("vendor", name, self.names["vendor"], self.vendors)

    @property
    def vendors(self) -> frozenset[str]:
        """Every vendor of a chip or a system."""
        return frozenset({*vendors_of(self.chips), *vendors_of(self.systems)})

    def prices_of(self, item: str) -> tuple[Price, ...]:
        """Prices seen for a chip or system, oldest first."""
        return tuple(sorted((price for price in self.prices if price.item == item), key=lambda price: price.known_from))

    def exists_later(self, name: str) -> bool:
        """Whether a name is in the tables, but was not announced by the day of this catalogue."""
        kinds: tuple[Kind, ...] = get_args(Kind)
        return any(self.later.intersection(self.names[kind].get(normal(name), ())) for kind in kinds)


@cache
def load_catalogue() -> Catalogue:
    """The shipped catalogue, whole."""
    return read_catalogue(shipped_tables())


def read_catalogue(tables: Tables) -> Catalogue:
    """The catalogue in a set of tables. Raises InputError with file and line for the first fault."""
    sources = sources_of(tables)
    digest = hashlib.sha256("".join(tables[name] for name in FILES).encode())
    return catalogue_of(
        {kind: dict(_things(kind, cells_of(tables, kind, sources))) for kind in TABLES},
        tuple(price_of(row, sources, where) for where, row in rows_of(tables, "prices")),
        aliases=[(row["kind"], row["alias"], row["id"]) for _, row in rows_of(tables, "aliases")],
        digest=digest.hexdigest(),
    )


def catalogue_of(
    things: Mapping[Kind, Mapping[str, Thing]],
    prices: tuple[Price, ...],
    *,
    aliases: Iterable[tuple[str, str, str]],
    digest: str,
) -> Catalogue:
    """A catalogue with its names: ids, the things' own names, and aliases as (kind, alias, id)."""
    pairs: dict[str, list[tuple[str, str]]] = {kind: list(own_names(table)) for kind, table in things.items()}
    pairs["vendor"] = [(vendor, vendor) for kind in things for vendor in vendors_of(things[kind])]
    for kind, alias, thing in aliases:
        pairs[kind].append((alias, thing))
    values: Any = {TABLES[kind]: table for kind, table in things.items()}
    names = {kind: index(table) for kind, table in pairs.items()}
    return Catalogue(prices=prices, names=names, digest=digest, **values)


def vendors_of(table: Mapping[str, Thing]) -> Iterator[str]:
    """The vendors of chips or systems."""
    return (thing.vendor for thing in table.values() if isinstance(thing, (Chip, System)))


def own_names(table: Mapping[str, Thing]) -> Iterator[tuple[str, str]]:
    """Pairs of a thing's name and its id."""
    for name, thing in table.items():
        yield thing.name, name
        if isinstance(thing, Place) and thing.name_zh:
            yield thing.name_zh, name


def _things(kind: Kind, cells: Mapping[str, Facts]) -> Iterator[tuple[str, Any]]:
    for name, facts in cells.items():
        yield name, MAKE[kind](name, facts)


def cells_of(tables: Tables, kind: Kind, sources: Mapping[str, Source]) -> dict[str, dict[str, Fact]]:
    """The cells of every thing of a kind, dissents beside the chosen figure. Raises InputError with file and line."""
    chosen: dict[str, dict[str, Fact]] = defaultdict(dict)
    dissents: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for where, row in rows_of(tables, TABLES[kind]):
        cell = fact_of(kind, row, sources, where)
        if row["standing"] == "dissent":
            dissents[row["id"], row["field"]].append(cell)
        elif row["standing"] != "chosen" or row["field"] in chosen[row["id"]]:
            raise InputError(f"{where}: expected one `chosen` row for {row['id']} {row['field']}, the others `dissent`")
        else:
            chosen[row["id"]][row["field"]] = cell
    for (name, field), others in dissents.items():
        if field not in chosen[name]:
            raise InputError(f"{TABLES[kind]}.csv: {name} {field} has a dissent and no chosen figure; choose one")
        chosen[name][field] = replace(chosen[name][field], dissents=tuple(others))
    return dict(chosen)


def fact_of(kind: Kind, row: Row, sources: Mapping[str, Source], where: str) -> Fact:
    """One row as a fact, in its published unit. Raises InputError that names `where`."""
    field = field_of(kind, row["field"], where)
    unit = "date" if field.type == "date" else field.unit
    if row["unit"] != unit:
        raise InputError(f"{where}: expected the unit {unit!r} for {row['field']}, got {row['unit']!r}")
    if row["confidence"] not in get_args(Confidence):
        raise InputError(
            f"{where}: expected a confidence of {', '.join(get_args(Confidence))}, got {row['confidence']!r}"
        )
    return Fact(
        value=typed(row["value"], field, where),
        unit=unit,
        confidence=cast(Confidence, row["confidence"]),
        sources=cited(row["sources"], sources, where),
        known_from=_date(row["known_from"], where),
        note=row["note"],
    )


def price_of(row: Row, sources: Mapping[str, Source], where: str) -> Price:
    """One price observation. Raises InputError that names `where`."""
    number = FIELDS["place"]["duty_servers"]  # any finite number from zero
    if row["kind"] not in get_args(PriceKind):
        raise InputError(f"{where}: expected a kind of {', '.join(get_args(PriceKind))}, got {row['kind']!r}")
    low, high = (cast(float, typed(row[end], number, where)) for end in ("low", "high"))
    known_from = _date(row["known_from"], where)
    if known_from is None or low > high:
        raise InputError(f"{where}: expected a day in known_from and low <= high, got {dict(row)}")
    return Price(
        item=row["item"],
        label=row["label"],
        kind=cast(PriceKind, row["kind"]),
        low=low,
        high=high,
        currency=row["currency"],
        unit=row["unit"],
        known_from=known_from,
        confidence=cast(Confidence, row["confidence"]),
        sources=cited(row["sources"], sources, where),
        note=row["note"],
    )


def cited(text: str, sources: Mapping[str, Source], where: str) -> tuple[Source, ...]:
    """The sources named in a cell, `|` between them. Raises InputError for one that sources.csv does not hold."""
    names = [name for name in text.split("|") if name]
    unknown = [name for name in names if name not in sources]
    if unknown:
        raise InputError(f"{where}: sources.csv has no {', '.join(unknown)}; add the document there first")
    return tuple(sources[name] for name in names)


def sources_of(tables: Tables) -> Mapping[str, Source]:
    """Every document cited, by its id."""
    return {row["id"]: Source(url=row["url"], read=row["read"] == "yes") for _, row in rows_of(tables, "sources")}


def rows_of(tables: Tables, name: str) -> Iterator[tuple[str, Row]]:
    """The rows of one table, each with its file and line."""
    reader = csv.DictReader(io.StringIO(tables[name]))
    return ((f"{name}.csv:{reader.line_num}", row) for row in reader)


@cache
def shipped_tables() -> Tables:
    """The text of every shipped table, by name."""
    folder = resources.files("twoeyes.facts").joinpath("data")
    return {name: folder.joinpath(f"{name}.csv").read_text(encoding="utf-8") for name in FILES}


def _date(text: str, where: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"{where}: expected a day as YYYY-MM-DD or nothing, got {text!r}") from None
