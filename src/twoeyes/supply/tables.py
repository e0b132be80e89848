"""The supply tables, read once and checked; chains of chips as they were known on a day.

`facts/supply/*.csv` is the source of truth. Of the rows for one edge or one estimate, the latest known counts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from math import isfinite
from types import MappingProxyType
from typing import cast, get_args

from twoeyes.errors import InputError, UnknownNameError, nearest
from twoeyes.facts.fact import Confidence, Source
from twoeyes.supply.graph import Chain, Dep, Edge, Estimate, Group, Kind, Need, Node, Range

Row = Mapping[str, str]
SHARE_MOST = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The tables as read. `parts` lists the parts of a chain, `chains` the chain and the remark of a chip."""

    sources: Mapping[str, Source]
    operators: Mapping[str, Row]
    nodes: Mapping[str, Row]
    edges: tuple[Row, ...]
    estimates: tuple[Row, ...]
    parts: Mapping[str, tuple[str, ...]]
    chains: Mapping[str, tuple[str, str]]

    @property
    def actors(self) -> frozenset[str]:
        """Operators, by id and by name, and nodes: every party or plant that a veto may name."""
        return frozenset({*self.operators, *(row["name"] for row in self.operators.values()), *self.nodes})


def rows(name: str) -> list[dict[str, str]]:
    """One of the shipped tables."""
    text = (resources.files("twoeyes.facts") / "supply" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


@cache
def load_tables() -> Tables:
    """The shipped supply tables. Raises InputError for a row that names what is not there, or is out of bounds."""
    sources = {row["id"]: Source(url=row["url"], read=row["read"] == "yes") for row in rows("sources")}
    parts = {row["chain"]: tuple(row["parts"].split("|")) for row in rows("chains")}
    tables = Tables(
        sources=MappingProxyType(sources),
        operators=MappingProxyType({row["id"]: row for row in rows("operators")}),
        nodes=MappingProxyType({row["id"]: row for row in rows("nodes")}),
        edges=tuple(rows("edges")),
        estimates=tuple(rows("estimates")),
        parts=MappingProxyType(parts),
        chains=MappingProxyType({row["chip"]: (row["chain"], row["note"]) for row in rows("chips")}),
    )
    _check(tables)
    return tables


def chain_of(chip: str, on: date, known: date = date.max) -> Chain:
    """The chain of a catalogue chip on a day, from what was public by `known`; by default, from all the tables hold.

    Raises UnknownNameError for a chip without a recorded chain, InputError for one that nobody could name by `known`.
    """
    tables = load_tables()
    if chip not in tables.chains:
        close = ", ".join(nearest(chip, tables.chains)) or ", ".join(tables.chains)
        raise UnknownNameError(f"no supply chain is recorded for the chip {chip!r}; chips that have one: {close}")
    name = tables.chains[chip][0]
    return Chain(id=name, on=on, groups=_groups(name, known))


@cache
def _groups(name: str, known: date) -> tuple[Group, ...]:
    tables = load_tables()
    parts = tables.parts[name]
    mine = [row for part in parts for row in tables.edges if row["part"] == part]
    current = _current(mine, known, lambda row: (row["part"], row["group"], row["node"]))
    if not any(row["part"] == parts[0] for row in current):
        first = min(row["known_from"] for row in mine if row["part"] == parts[0])
        raise InputError(f"the supply of {name} is recorded from what was public on {first}; known is {known}")
    estimates = _current(tables.estimates, known, lambda row: (row["node"], row["measure"]))
    edges = [_edge(row, tables, estimates) for row in current]
    names = dict.fromkeys(edge.group for edge in edges)
    return tuple(group_of([edge for edge in edges if edge.group == name]) for name in names)


def group_of(edges: Iterable[Edge]) -> Group:
    """Edges that name one group, as that group. Raises InputError where they differ in dep or need."""
    edges = tuple(edges)
    kinds = {(edge.group, edge.dep, edge.need) for edge in edges}
    if len(kinds) != 1:
        raise InputError(f"edges of one group must agree in group, dep and need; got {sorted(kinds)}")
    name, dep, need = kinds.pop()
    return Group(name=name, dep=dep, need=need, edges=edges)


def _current(table: Iterable[Row], known: date, key: Callable[[Row], tuple[str, ...]]) -> list[Row]:
    """Of the rows of each key, the latest that was known by the day, in the table's order."""
    latest: dict[tuple[str, ...], Row] = {}
    for row in table:
        if date.fromisoformat(row["known_from"]) <= known:
            before = latest.get(key(row))
            if before is None or before["known_from"] <= row["known_from"]:
                latest[key(row)] = row
    return list(latest.values())


def _edge(row: Row, tables: Tables, estimates: Iterable[Row]) -> Edge:
    return Edge(
        group=row["group"],
        dep=cast(Dep, row["dep"]),
        need=cast(Need, row["need"]),
        node=_node(tables.nodes[row["node"]], tables, estimates),
        share=_range(row),
        valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else date.min,
        until=date.fromisoformat(row["until"]) if row["until"] else date.max,
        confidence=cast(Confidence, row["confidence"]),
        sources=_sources(row, tables),
        known_from=date.fromisoformat(row["known_from"]),
        note=row["note"],
    )


def _node(row: Row, tables: Tables, estimates: Iterable[Row]) -> Node:
    operator = tables.operators[row["operator"]]
    return Node(
        id=row["id"],
        name=row["name"],
        kind=cast(Kind, row["kind"]),
        operator=operator["id"],
        operator_name=operator["name"],
        headquarters=operator["hq"],
        territorial=_set(row["territorial"]),
        extraterritorial=_set(row["extraterritorial"]),
        confidence=cast(Confidence, row["confidence"]),
        estimates={one["measure"]: _estimate(one, tables) for one in estimates if one["node"] == row["id"]},
        note=row["note"],
    )


def _estimate(row: Row, tables: Tables) -> Estimate:
    return Estimate(
        measure=row["measure"],
        value=_range(row),
        unit=row["unit"],
        confidence=cast(Confidence, row["confidence"]),
        sources=_sources(row, tables),
        known_from=date.fromisoformat(row["known_from"]),
        note=row["note"],
    )


def _range(row: Row) -> Range:
    return Range(float(row["low"]), float(row["mid"]), float(row["high"]))


def _set(cell: str) -> frozenset[str]:
    return frozenset(cell.split("|")) if cell else frozenset()


def _sources(row: Row, tables: Tables) -> tuple[Source, ...]:
    return tuple(tables.sources[name] for name in row["sources"].split("|") if name)


def _check(tables: Tables) -> None:
    parts = {row["part"] for row in tables.edges}
    for chain, named in tables.parts.items():
        _known("chains.csv", chain, set(named), parts)
    _known("chips.csv", "chain", {chain for chain, _ in tables.chains.values()}, set(tables.parts))
    for row in tables.nodes.values():
        _known("nodes.csv", row["id"], {row["operator"]}, set(tables.operators))
        _known("nodes.csv", row["id"], {row["kind"]}, set(get_args(Kind)))
    for row in tables.edges:
        where = f"{row['part']} {row['group']}"
        _known("edges.csv", where, {row["node"]}, set(tables.nodes))
        _known("edges.csv", where, {row["dep"]}, set(get_args(Dep)))
        _known("edges.csv", where, {row["need"]}, set(get_args(Need)))
        _figures("edges.csv", f"{where} {row['node']}", _range(row), SHARE_MOST)
    for row in tables.estimates:
        _known("estimates.csv", row["measure"], {row["node"]}, set(tables.nodes))
        _figures("estimates.csv", f"{row['node']} {row['measure']}", _range(row), float("inf"))
    for row in (*tables.edges, *tables.estimates):
        where = f"{row.get('part', '')} {row['node']} known from {row['known_from']}"
        _known("edges.csv or estimates.csv", where, set(row["sources"].split("|")) - {""}, set(tables.sources))
        _known("edges.csv or estimates.csv", where, {row["confidence"]}, set(get_args(Confidence)))


def _known(table: str, where: str, names: set[str], known: set[str]) -> None:
    if missing := names - known:
        raise InputError(f"facts/supply/{table}, {where}: {sorted(missing)} is not among {sorted(known)}")


def _figures(table: str, where: str, value: Range, most: float) -> None:
    low, mid, high = value
    if not (0 <= low <= mid <= high <= most and isfinite(high)):
        raise InputError(
            f"facts/supply/{table}, {where}: expected 0 <= low <= mid <= high <= {most:g}, got {low}, {mid}, {high}"
        )
