"""The nouns of the supply graph: nodes that somebody runs, dated edges, and the AND/OR chain of one chip.

A chain needs every one of its groups; within a group the `need` says how its nodes stand to one another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple

from twoeyes.facts.fact import Confidence, Source

if TYPE_CHECKING:
    import rustworkx as rx

Dep = Literal["flow", "capital", "design"]
Need = Literal["any", "all", "buffered"]
Kind = Literal[
    "vendor", "fab", "memory", "packaging", "substrate", "material", "assembly", "tool", "eda", "ip", "stockpile"
]


class Range(NamedTuple):
    """A low, a middle and a high figure."""

    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One estimate of a node. `measure` is share, quantity, lead_weeks, ttr_weeks or tts_weeks.

    `ttr_weeks` is the time to recover full output after a loss; `tts_weeks` the time that what depends on the node
    survives without it (Simchi-Levi et al. 2015).
    """

    measure: str
    value: Range
    unit: str
    confidence: Confidence
    sources: tuple[Source, ...]
    known_from: date
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A plant, a stock, a maker or a designer, with the governments whose word reaches it.

    `territorial`: its output leaves from their soil; `headquarters`: its operator's seat; `extraterritorial`: through
    content or technology of theirs. Countries and territories are ISO 3166-1 alpha-2.
    """

    id: str
    name: str
    kind: Kind
    operator: str
    operator_name: str
    headquarters: str
    territorial: frozenset[str]
    extraterritorial: frozenset[str]
    confidence: Confidence = "memory"
    estimates: Mapping[str, Estimate] = field(default_factory=dict, hash=False)
    note: str = ""

    @property
    def survives_days(self) -> Range:
        """Days that its users last without it; zero where no buffer is estimated."""
        weeks = self.estimates["tts_weeks"].value if "tts_weeks" in self.estimates else Range(0, 0, 0)
        return Range(*(7 * week for week in weeks))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A chip needs a node, on `valid_from <= day < until`. `share` is of the group's input that comes through it."""

    group: str
    dep: Dep
    need: Need
    node: Node
    share: Range
    valid_from: date
    until: date
    confidence: Confidence = "memory"
    sources: tuple[Source, ...] = ()
    known_from: date = date.min
    note: str = ""

    def live(self, day: date) -> bool:
        return self.valid_from <= day < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One necessary input. `any`: its nodes share it; `all`: each is necessary; `buffered`: each runs down a stock."""

    name: str
    dep: Dep
    need: Need
    edges: tuple[Edge, ...]

    def live(self, day: date) -> tuple[Edge, ...]:
        return tuple(edge for edge in self.edges if edge.live(day))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Everything that new supply of one chip passes through, read on the day `on`; edges of other days are kept too."""

    id: str
    on: date
    groups: tuple[Group, ...]

    @property
    def edges(self) -> tuple[Edge, ...]:
        return tuple(edge for group in self.groups for edge in group.edges)

    @property
    def gaps(self) -> tuple[str, ...]:
        """Groups of output that have no known source on the day: nothing new comes."""
        return tuple(group.name for group in self.groups if group.dep == "flow" and not group.live(self.on))


def digraph(chain: Chain) -> rx.PyDiGraph[str, str]:
    """The AND/OR graph of the chain's day: node to group, labelled with its need; group to chip, labelled with its dep.

    Also operator to node and government to node, labelled with the reach. Payloads are `kind:id`.
    """
    import rustworkx as rx

    graph: rx.PyDiGraph[str, str] = rx.PyDiGraph()
    index: dict[str, int] = {}

    def at(label: str) -> int:
        if label not in index:
            index[label] = graph.add_node(label)
        return index[label]

    drawn: set[str] = set()
    for group in chain.groups:
        graph.add_edge(at(f"group:{group.name}"), at(f"chip:{chain.id}"), group.dep)
        for edge in group.live(chain.on):
            node = edge.node
            graph.add_edge(at(f"node:{node.id}"), at(f"group:{group.name}"), group.need)
            if node.id in drawn:
                continue
            drawn.add(node.id)
            graph.add_edge(at(f"operator:{node.operator}"), at(f"node:{node.id}"), "operator")
            graph.add_edge(at(f"government:{node.headquarters}"), at(f"node:{node.id}"), "headquarters")
            for reach, governments in (("territorial", node.territorial), ("extraterritorial", node.extraterritorial)):
                for government in sorted(governments):
                    graph.add_edge(at(f"government:{government}"), at(f"node:{node.id}"), reach)
    return graph
