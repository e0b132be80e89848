"""The user's own facts: a file that adds or overrides chips, systems, models, places and prices.

YAML, CSV, or a Hugging Face `config.json`. Fields and units are those of our tables. A figure without a source is
`assumed`; the figure that it replaces stays beside it as a dissent.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, cast, get_args

from twoeyes.errors import InputError, nearest
from twoeyes.facts import yamltext
from twoeyes.facts.catalog import Price
from twoeyes.facts.cells import Kind, field_of, typed
from twoeyes.facts.fact import Confidence, Fact, Source
from twoeyes.facts.hf_config import facts_from_hf_config, hf_name, identity, model_from_hf_config
from twoeyes.facts.names import extended, normal, resolve
from twoeyes.facts.tables import TABLES, Catalogue, own_names, price_of, vendors_of
from twoeyes.facts.things import MAKE
from twoeyes.facts.yamltext import Document, Location

CELL_KEYS = ("value", "unit", "source", "confidence", "known_from", "note")
CSV_COLUMNS = ("kind", "id", "field", *CELL_KEYS)
PRICE_KEYS = ("item", "label", "kind", "low", "high", "currency", "unit", "known_from", "confidence", "source", "note")
_PRICE_NEEDS = ("item", "kind", "low", "high", "currency", "unit", "known_from")


@dataclass(slots=True)
class UserFacts:
    """What one file holds: cells by kind and id, prices, and the other files that it names."""

    path: Path
    cells: dict[Kind, dict[str, dict[str, Fact]]] = field(default_factory=dict)
    prices: list[tuple[str, Price]] = field(default_factory=list)  # with the place that each stands at
    named: list[Path] = field(default_factory=list)

    def of(self, kind: Kind, name: str) -> dict[str, Fact]:
        """The cells of one thing, to be added to."""
        return self.cells.setdefault(kind, {}).setdefault(name, {})


def with_overrides(catalogue: Catalogue, path: Path) -> Catalogue:
    """The catalogue with a user's facts on top. Raises InputError with file, line and nearest known field."""
    user = read_user_file(path)
    whole = replace(catalogue, digest=_digest(catalogue, user))
    for kind in TABLES:  # chips before the systems that hold them
        whole = _with_things(whole, kind, user)
    prices = tuple(replace(price, item=_item(whole, price.item, where)) for where, price in user.prices)
    return replace(whole, prices=(*whole.prices, *prices))


def _with_things(catalogue: Catalogue, kind: Kind, user: UserFacts) -> Catalogue:
    if kind not in user.cells:
        return catalogue
    old: Mapping[str, Any] = getattr(catalogue, TABLES[kind])
    new: dict[str, Any] = {}
    for given, cells in user.cells[kind].items():
        known = normal(given) in catalogue.names[kind]
        name = _resolved(catalogue, kind, given, str(user.path)) if known else given
        if kind == "system" and "chip" in cells:
            chip = _resolved(catalogue, "chip", str(cells["chip"].value), f"{user.path}: system {name}")
            cells["chip"] = replace(cells["chip"], value=chip)
        new[name] = _merged(kind, name, cells, new.get(name) or old.get(name), user.path)
    names = dict(catalogue.names)
    names[kind] = extended(names[kind], own_names(new))
    names["vendor"] = extended(names["vendor"], ((vendor, vendor) for vendor in vendors_of(new)))
    changed: dict[str, Any] = {TABLES[kind]: {**old, **new}}
    return replace(catalogue, names=names, **changed)


def read_user_file(path: Path) -> UserFacts:
    """Read a user's file by its suffix: `.csv`, `.json` (a model's config), else YAML."""
    user = UserFacts(path)
    match path.suffix.lower():
        case ".csv":
            _read_csv(user)
        case ".json":
            user.of("model", hf_name(path)).update(facts_from_hf_config(path) | identity(hf_name(path)))
        case _:
            _read_yaml(user, yamltext.load(path))
    return user


def _merged(kind: Kind, name: str, cells: Mapping[str, Fact], old: Any, path: Path) -> Any:
    facts: dict[str, Fact] = dict(old.facts) if old is not None else {}
    for key, fact in cells.items():
        before = facts.get(key)
        others = () if before is None else (replace(before, dissents=()), *before.dissents)
        facts[key] = replace(fact, dissents=others)
    try:
        return MAKE[kind](name, facts)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _item(catalogue: Catalogue, name: str, where: str) -> str:
    """The chip or system that a price is for."""
    if name in catalogue.systems or normal(name) in catalogue.names["system"]:
        return _resolved(catalogue, "system", name, where)
    return _resolved(catalogue, "chip", name, where)


def _resolved(catalogue: Catalogue, kind: Kind, name: str, where: str) -> str:
    try:
        return resolve(kind, name, catalogue.names[kind], getattr(catalogue, TABLES[kind]))
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def _digest(catalogue: Catalogue, user: UserFacts) -> str:
    digest = hashlib.sha256(catalogue.digest.encode())
    for path in (user.path, *user.named):
        digest.update(path.read_bytes())
    return digest.hexdigest()


# YAML --------------------------------------------------------------------------------------------------------------


def _read_yaml(user: UserFacts, document: Document) -> None:
    sections = {table: kind for kind, table in TABLES.items()}
    for section, content in _mapping(document, ()).items():
        if section == "prices":
            user.prices += _yaml_prices(document)
            continue
        if section not in sections:
            raise InputError(_unknown(document.where((section,)), "section", section, [*sections, "prices"]))
        kind = sections[section]
        for name in _mapping(document, (section,)) if content is not None else ():
            user.of(kind, name).update(_yaml_cells(user, document, kind, (section, name)))


def _yaml_cells(user: UserFacts, document: Document, kind: Kind, at: Location) -> dict[str, Fact]:
    cells: dict[str, Fact] = {}
    content = dict(_mapping(document, at))
    if kind == "model" and "hf_config" in content:
        config = user.path.parent / _scalar(content.pop("hf_config"), document.where((*at, "hf_config")))
        cells |= facts_from_hf_config(config) | identity(str(at[-1]))
        user.named.append(config)
    for name, value in content.items():
        where = document.where((*at, name))
        stated = dict(_mapping(document, (*at, name))) if isinstance(value, dict) else {"value": value}
        for key in stated.keys() - set(CELL_KEYS):
            raise InputError(_unknown(document.where((*at, name, key)), "key", key, CELL_KEYS))
        cells[name] = _fact(kind, name, {key: _scalar(text, where) for key, text in stated.items()}, where)
    return cells


def _yaml_prices(document: Document) -> Iterator[tuple[str, Price]]:
    rows = document.data["prices"]
    if not isinstance(rows, list):
        raise InputError(f"{document.where(('prices',))}: prices: expected a list of observations")
    for number in range(len(rows)):
        at: Location = ("prices", number)
        row = {key: _scalar(value, document.where((*at, key))) for key, value in _mapping(document, at).items()}
        for key in row.keys() - set(PRICE_KEYS):
            raise InputError(_unknown(document.where((*at, key)), "key", key, PRICE_KEYS))
        yield document.where(at), _price(row, document.where(at))


def _mapping(document: Document, at: Location) -> Mapping[str, Any]:
    value = document.data
    for step in at:
        value = value[step]
    if not isinstance(value, dict):
        raise InputError(f"{document.where(at)}: expected a mapping of names, got {value!r}")
    return value


def _scalar(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"{where}: expected one value, got {value!r}; leave out what is unknown")
    return value


# CSV ---------------------------------------------------------------------------------------------------------------


def _read_csv(user: UserFacts) -> None:
    reader = csv.DictReader(io.StringIO(_decoded(user.path)), restkey="", restval="")
    for column in reader.fieldnames or ():
        if column not in CSV_COLUMNS:
            raise InputError(_unknown(f"{user.path}:1", "column", column, CSV_COLUMNS))
    for row in reader:
        where = f"{user.path}:{reader.line_num}"
        stated = {key: text.strip() for key, text in row.items() if key and text.strip()}
        for key in ("kind", "id", "field", "value"):
            if key not in stated:
                raise InputError(f"{where}: {key!r} is missing; a row needs kind, id, field and value")
        if stated["kind"] not in get_args(Kind):
            raise InputError(_unknown(where, "kind", stated["kind"], get_args(Kind)))
        kind = cast(Kind, stated["kind"])
        user.of(kind, stated["id"])[stated["field"]] = _fact(kind, stated["field"], stated, where)


def _decoded(path: Path) -> str:
    """UTF-8, with or without a byte order mark, or else GB18030."""
    try:
        read = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error}") from error
    try:
        return read.decode("utf-8-sig")
    except UnicodeDecodeError:
        return read.decode("gb18030", errors="replace")


# Both --------------------------------------------------------------------------------------------------------------


def _fact(kind: Kind, name: str, stated: Mapping[str, str], where: str) -> Fact:
    field = field_of(kind, name, where)
    unit = "date" if field.type == "date" else field.unit
    if "value" not in stated:
        raise InputError(f"{where}: 'value' is missing")
    if stated.get("unit", unit) != unit:
        raise InputError(f"{where}: {name} is given in {unit or 'units of one'}, not {stated['unit']}; convert it")
    return Fact(
        value=typed(stated["value"], field, where),
        unit=unit,
        confidence=_confidence(stated, where),
        sources=_sources(stated),
        known_from=_day(stated["known_from"], where) if "known_from" in stated else None,
        note=stated.get("note", ""),
    )


def _price(row: Mapping[str, str], where: str) -> Price:
    for key in _PRICE_NEEDS:
        if key not in row:
            raise InputError(f"{where}: {key!r} is missing; a price needs {', '.join(_PRICE_NEEDS)}")
    whole = {**dict.fromkeys(PRICE_KEYS, ""), **row, "confidence": _confidence(row, where), "sources": ""}
    return replace(price_of(whole, {}, where), sources=_sources(row), label=row.get("label", row["item"]))


def _confidence(stated: Mapping[str, str], where: str) -> Confidence:
    given = stated.get("confidence", "reported" if "source" in stated else "assumed")
    if given not in get_args(Confidence):
        raise InputError(_unknown(where, "confidence", given, get_args(Confidence)))
    if given in ("official", "reported") and "source" not in stated:
        raise InputError(f"{where}: confidence {given!r} needs a `source`; without one a figure is `assumed`")
    return cast(Confidence, given)


def _sources(stated: Mapping[str, str]) -> tuple[Source, ...]:
    return (Source(url=stated["source"], read=False),) if "source" in stated else ()


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{where}: known_from: expected a day as YYYY-MM-DD, got {text!r}") from None


def _unknown(where: str, what: str, name: str, known: Any) -> str:
    close = nearest(name, known)
    hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"
    return f"{where}: unknown {what} {name!r}; {hint}"


__all__ = ["UserFacts", "model_from_hf_config", "read_user_file", "with_overrides"]
