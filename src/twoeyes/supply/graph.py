"""The supply chain of a chip as an AND of groups, each an OR of nodes with shares; from the project's own tables.

`facts/supply/nodes.csv` says who and where, and which governments reach it; `edges.csv` what a chain needs from it, how
soon its loss bites (`dep`) and whether there is another source (`need`); `chips.csv` which chip comes down which chain.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal, cast

from twoeyes.errors import unknown_name

Dependence = Literal["flow", "capital", "design"]
Need = Literal["any", "all", "buffered"]
Reach = Literal["territorial", "headquarters", "extraterritorial"]
Share = tuple[float, float, float]  # low, mid, high


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A supplier or a stock. `reaches` gives, by reach, the governments that can stop it."""

    id: str
    name: str
    kind: str
    party: str
    hq: str
    sites: tuple[str, ...]
    reaches: Mapping[Reach, tuple[str, ...]]
    source: str
    confidence: str
    note: str

    def reach_of(self, government: str) -> Reach | None:
        """The first reach by which a government holds the node, or None."""
        return next((reach for reach, governments in self.reaches.items() if government in governments), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What a chain takes from a node: the share of the group, and how soon its loss bites."""

    group: str
    dep: Dependence
    need: Need
    node: Node
    share: Share
    valid: tuple[date | None, date | None]
    source: str
    confidence: str
    note: str

    def holds_on(self, day: date) -> bool:
        """Whether the edge is part of the chain on a day."""
        start, end = self.valid
        return (start is None or start <= day) and (end is None or day <= end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Every edge behind a chip on one day."""

    id: str
    edges: tuple[Edge, ...]

    @property
    def groups(self) -> Mapping[str, tuple[Edge, ...]]:
        """Edges by group, in the order of the table."""
        found: dict[str, list[Edge]] = {}
        for edge in self.edges:
            found.setdefault(edge.group, []).append(edge)
        return {group: tuple(edges) for group, edges in found.items()}


def chain_of(chip: str, on: date) -> Chain:
    """The chain behind a chip on a day. Raises UnknownNameError for a chip whose chain nobody has written down."""
    chains = chips()
    if chip not in chains:
        raise unknown_name("supply chain of chip", chip, chains)
    name = chains[chip]
    return Chain(id=name, edges=tuple(edge for edge in _edges()[name] if edge.holds_on(on)))


@cache
def chips() -> Mapping[str, str]:
    """Chain by chip."""
    return MappingProxyType({row["chip"]: row["chain"] for row in _rows("chips")})


@cache
def nodes() -> Mapping[str, Node]:
    """Every node by id."""
    return MappingProxyType({row["id"]: _node(row) for row in _rows("nodes")})


def _node(row: Mapping[str, str]) -> Node:
    def split(name: str) -> tuple[str, ...]:
        return tuple(part for part in row[name].split("|") if part)

    return Node(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        party=row["party"],
        hq=row["hq"],
        sites=split("sites"),
        reaches=MappingProxyType(
            {
                "territorial": split("reach_territorial"),
                "headquarters": split("reach_hq"),
                "extraterritorial": split("reach_extraterritorial"),
            }
        ),
        source=row["source"],
        confidence=row["confidence"],
        note=row["note"],
    )


@cache
def _edges() -> Mapping[str, tuple[Edge, ...]]:
    found: dict[str, list[Edge]] = {}
    for row in _rows("edges"):
        found.setdefault(row["chain"], []).append(_edge(row))
    return {chain: tuple(edges) for chain, edges in found.items()}


def _edge(row: Mapping[str, str]) -> Edge:
    low, mid, high = (float(row[name]) for name in ("share_low", "share_mid", "share_high"))
    start, end = (date.fromisoformat(row[name]) if row[name] else None for name in ("valid_from", "valid_to"))
    return Edge(
        group=row["group"],
        dep=cast(Dependence, row["dep"]),
        need=cast(Need, row["need"]),
        node=nodes()[row["node"]],
        share=(low, mid, high),
        valid=(start, end),
        source=row["source"],
        confidence=row["confidence"],
        note=row["note"],
    )


def _rows(name: str) -> Iterable[Mapping[str, str]]:
    text = resources.files("twoeyes.facts").joinpath("supply", f"{name}.csv").read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())
