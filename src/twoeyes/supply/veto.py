"""What is left of a chip's supply when one actor stops what it reaches.

A veto bites by horizon. `installed`: chips delivered keep running. `orders` (four quarters): nothing new passes a flow
node that the actor reaches. `industry` (twelve quarters): capital and design too. Buffered inputs (rare earths, gallium,
germanium) are stocks: they are gone only in `industry`, and then leave what other sources give.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from twoeyes.supply.graph import Chain, Dependence, Edge, Node, Reach, Share

Horizon = Literal["installed", "orders", "industry"]
ActorKind = Literal["government", "vendor", "foundry"]

BITES: Mapping[Horizon, frozenset[Dependence]] = {
    "installed": frozenset(),
    "orders": frozenset({"flow"}),
    "industry": frozenset({"flow", "capital", "design"}),
}
KIND_OF_NODE: Mapping[str, ActorKind] = {"vendor": "vendor", "fab": "foundry"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who may cut supply off: a government by its country code, a vendor or a foundry by its name."""

    kind: ActorKind
    name: str

    def reach(self, node: Node) -> Reach | None:
        """By which reach the actor holds a node; its own nodes are territorial."""
        if self.kind == "government":
            return node.reach_of(self.name)
        return "territorial" if KIND_OF_NODE.get(node.kind) == self.kind and node.party == self.name else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A node that an actor reaches, and what the chain takes from it."""

    node: Node
    reach: Reach
    group: str
    dep: Dependence
    share: Share


def actors(chains: Iterable[Chain]) -> tuple[Actor, ...]:
    """Everyone who reaches any node of the chains: vendors, foundries, then governments, each by name."""
    found: set[tuple[ActorKind, str]] = set()
    for chain in chains:
        for edge in chain.edges:
            kind = KIND_OF_NODE.get(edge.node.kind)
            if kind:
                found.add((kind, edge.node.party))
            found |= {("government", name) for names in edge.node.reaches.values() for name in names}
    order: tuple[ActorKind, ...] = ("vendor", "foundry", "government")
    return tuple(Actor(kind=kind, name=name) for kind, name in sorted(found, key=lambda a: (order.index(a[0]), a[1])))


def held(chain: Chain, actor: Actor) -> tuple[Held, ...]:
    """The nodes of a chain that an actor reaches."""
    return tuple(
        Held(node=edge.node, reach=reach, group=edge.group, dep=edge.dep, share=edge.share)
        for edge in chain.edges
        if (reach := actor.reach(edge.node)) is not None
    )


def survival(chain: Chain, actor: Actor, horizon: Horizon) -> Share:
    """(low, mid, high) share of new supply that still comes: the weakest group's, groups being an AND.

    Within a group of alternatives the lost shares are lost (the others have no spare capacity in the horizon), scaled to
    one at mid. A node that everything needs takes its own share of all supply with it.
    """
    if horizon == "installed":
        return (1.0, 1.0, 1.0)
    left = [_left(edges, actor, horizon) for edges in chain.groups.values()]
    low, mid, high = (min((share[i] for share in left), default=1.0) for i in range(3))
    return low, mid, high


def _left(edges: tuple[Edge, ...], actor: Actor, horizon: Horizon) -> Share:
    bitten = [edge for edge in edges if edge.dep in BITES[horizon] and actor.reach(edge.node) is not None]
    if edges[0].need == "buffered" and horizon != "industry":
        bitten = []
    if not bitten:
        return (1.0, 1.0, 1.0)
    if any(edge.need == "all" for edge in bitten):
        left = [(1 - edge.share[2], 1 - edge.share[1], 1 - edge.share[0]) for edge in bitten if edge.need == "all"]
        low, mid, high = (min(share[i] for share in left) for i in range(3))
        return low, mid, high
    whole = sum(edge.share[1] for edge in edges) or 1.0
    kept = [edge for edge in edges if edge not in bitten]
    low, mid, high = (min(1.0, sum(edge.share[i] for edge in kept) / whole) for i in range(3))
    return low, mid, high
