"""Who can stop a chip, through which nodes, and what share of new supply is left.

Survival under a veto is the least of the chain's groups, where buffers count until they run out: the minimum over
AND-groups of the surviving share of each OR-group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal, get_args

from twoeyes.errors import InputError, UnknownNameError, nearest
from twoeyes.supply.graph import Chain, Dep, Edge, Group, Kind, Need, Node, Range
from twoeyes.supply.tables import load_tables

Reach = Literal["territorial", "headquarters", "extraterritorial", "operator", "site"]
Horizon = Literal["installed", "orders", "industry"]
ActorKind = Literal["government", "vendor", "foundry", "memory", "packager", "fab", "party"]

REACHES: frozenset[Reach] = frozenset(get_args(Reach))
QUARTER_DAYS = 91
HORIZON_DAYS: Mapping[Horizon, int] = {"installed": 0, "orders": 4 * QUARTER_DAYS, "industry": 12 * QUARTER_DAYS}
STOPS: Mapping[Horizon, frozenset[Dep]] = {
    "installed": frozenset(),
    "orders": frozenset({"flow"}),
    "industry": frozenset({"flow", "capital", "design"}),
}
OPERATES: Mapping[ActorKind, frozenset[Kind]] = {
    "vendor": frozenset({"vendor"}),
    "foundry": frozenset({"fab"}),
    "memory": frozenset({"memory"}),
    "packager": frozenset({"packaging"}),
    "party": frozenset(get_args(Kind)),
}
REQUIRED: tuple[ActorKind, ...] = ("vendor", "foundry", "government")
WHOLE = Range(1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who may refuse. `name` is a government (ISO 3166-1 alpha-2), an operator (name or id: `TSMC`, `tsmc`), or for the
    kind `fab` a node (`fab-tsmc-az-n4`: that plant is lost). An operator refuses everything that it runs.
    """

    kind: ActorKind
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Veto:
    """An actor refusing all that it reaches from `start` on; `reach` limits the ways it uses, by default not at all."""

    actor: Actor
    start: date
    horizon: Horizon
    reach: frozenset[Reach] = REACHES

    def __post_init__(self) -> None:
        if self.horizon not in HORIZON_DAYS:
            raise InputError(f"horizon is one of {', '.join(HORIZON_DAYS)}; got {self.horizon!r}")
        if strange := self.reach - REACHES:
            raise InputError(f"reach holds some of {', '.join(get_args(Reach))}; got {sorted(strange)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A node of a chain that an actor reaches, and all the ways in which it does."""

    node: Node
    group: str
    dep: Dep
    need: Need
    ways: tuple[Reach, ...]

    @property
    def reach(self) -> str:
        """The ways in one word, joined by a plus sign."""
        return " + ".join(self.ways)


def reach_of(actor: Actor, node: Node) -> frozenset[Reach]:
    """Every way in which an actor reaches a node; empty where it does not."""
    state, plant = actor.kind == "government", actor.kind == "fab"
    ways: dict[Reach, bool] = {
        "territorial": state and actor.name in node.territorial,
        "headquarters": state and actor.name == node.headquarters,
        "extraterritorial": state and actor.name in node.extraterritorial,
        "operator": not state and not plant and actor.name in (node.operator, node.operator_name),
        "site": plant and actor.name == node.id,
    }
    return frozenset(way for way, holds in ways.items() if holds)


def held(chain: Chain, actor: Actor, reach: frozenset[Reach] = REACHES) -> tuple[Held, ...]:
    """The nodes of the chain's day that an actor reaches, in the chain's order."""
    _checked(actor, chain)
    return tuple(
        Held(node=edge.node, group=group.name, dep=group.dep, need=group.need, ways=tuple(sorted(ways)))
        for group in chain.groups
        for edge in group.live(chain.on)
        if (ways := reach_of(actor, edge.node) & reach)
    )


def actors(chains: Iterable[Chain], kinds: Iterable[ActorKind] = REQUIRED) -> tuple[Actor, ...]:
    """The actors that some chain meets from its day on, by kind in the order given, then by name.

    `fab` gives single plants, `party` every operator. Raises InputError for another kind.
    """
    nodes = [edge.node for chain in chains for edge in chain.edges if edge.until > chain.on]
    return tuple(Actor(kind=kind, name=name) for kind in kinds for name in sorted(_names(kind, nodes)))


def _names(kind: ActorKind, nodes: list[Node]) -> set[str]:
    if kind == "government":
        return {gov for node in nodes for gov in (node.headquarters, *node.territorial, *node.extraterritorial)}
    if kind == "fab":
        return {node.id for node in nodes if node.kind == "fab"}
    if kind not in OPERATES:
        raise InputError(f"a kind of actor is one of {', '.join(get_args(ActorKind))}; got {kind!r}")
    return {node.operator_name for node in nodes if node.kind in OPERATES[kind]}


def survival(chain: Chain, actor: Actor, horizon: Horizon) -> Range:
    """What `survives` a veto by all the actor's reach that starts on the chain's day."""
    return survives(chain, Veto(actor=actor, start=chain.on, horizon=horizon))


def survives(chain: Chain, veto: Veto) -> Range:
    """The (low, mid, high) share of the new supply of `start <= day < start + horizon` that still comes under a veto.

    `installed` is 1: chips delivered keep running, apart from the attrition that the plan states. `orders` asks the
    flow groups over 4 quarters; `industry` asks capital and design too, over 12. The low figure takes the shortest
    buffers and the smallest surviving shares, the high one the opposite. Raises UnknownNameError for an actor that no
    table holds.
    """
    _checked(veto.actor, chain)
    lost = frozenset(edge.node.id for edge in chain.edges if reach_of(veto.actor, edge.node) & veto.reach)
    return survives_without(chain, lost, veto.start, veto.horizon)


def survives_without(chain: Chain, lost: frozenset[str], start: date, horizon: Horizon) -> Range:
    """As `survives`, with the ids of the nodes that are lost from `start` on.

    The daily share is the least of the groups and never recovers within the horizon: a source that opens during the
    veto brings no relief, a stock that runs out during it stops helping. A group without a known source counts as lost.
    """
    days = HORIZON_DAYS[horizon]
    end = start + timedelta(days=days)
    groups = [group for group in chain.groups if group.dep in STOPS[horizon] and _moves(group, lost, start, end)]
    if not groups:
        return WHOLE
    return Range(*(_mean_share(groups, lost, start, days, case) for case in range(3)))


def _moves(group: Group, lost: frozenset[str], start: date, end: date) -> bool:
    """Whether a group's share can be below 1 on some day: a node is lost, or a source opens or ends."""
    return any(edge.node.id in lost or edge.valid_from > start or edge.until < end for edge in group.edges)


def _mean_share(groups: list[Group], lost: frozenset[str], start: date, days: int, case: int) -> float:
    cuts = {0.0, float(days)}
    for group in groups:
        for edge in group.edges:
            bounds = {(day - start).days for day in (edge.valid_from, edge.until)}
            if edge.node.id in lost:
                bounds.add(int(edge.node.survives_days[case]))
            cuts |= {float(bound) for bound in bounds if 0 < bound < days}
    share, total = 1.0, 0.0
    for since, until in pairwise(sorted(cuts)):
        day = start + timedelta(days=since)
        share = min(share, *(_group_share(group, lost, day, since, case) for group in groups))
        if not share:
            break
        total += share * (until - since)
    return min(1.0, total / days)


def _group_share(group: Group, lost: frozenset[str], day: date, elapsed: float, case: int) -> float:
    live = group.live(day)
    if not live:
        return 0.0
    kept: list[Edge] = []
    gone: list[Edge] = []
    for edge in live:
        out = edge.node.id in lost and elapsed >= int(edge.node.survives_days[case])
        (gone if out else kept).append(edge)
    return LEFT[group.need](kept, gone, case) if gone else 1.0


def _left_of_any(kept: list[Edge], gone: list[Edge], case: int) -> float:
    stays = sum(edge.share[case] for edge in kept)
    missing = sum(edge.share[2 - case] for edge in gone)
    return stays / (stays + missing) if stays else 0.0


def _left_of_all(kept: list[Edge], gone: list[Edge], case: int) -> float:
    """Each is necessary: nothing is left, except that the high case credits other makers with what its share leaves."""
    return min(1.0 - edge.share.low for edge in gone) if case == 2 else 0.0


def _left_of_buffered(kept: list[Edge], gone: list[Edge], case: int) -> float:
    return min(1.0 - edge.share[2 - case] for edge in gone)


LEFT: Mapping[Need, Callable[[list[Edge], list[Edge], int], float]] = {
    "any": _left_of_any,
    "all": _left_of_all,
    "buffered": _left_of_buffered,
}


def _checked(actor: Actor, chain: Chain) -> None:
    """A chip would survive a misspelt actor, so it is refused."""
    if actor.kind == "government":
        if not (len(actor.name) == 2 and actor.name.isalpha() and actor.name.isupper()):
            raise UnknownNameError(f"a government is an ISO 3166-1 alpha-2 code, such as US; got {actor.name!r}")
        return
    own = {name for e in chain.edges for name in (e.node.operator, e.node.operator_name, e.node.id)}
    if actor.name not in own and actor.name not in load_tables().actors:
        close = ", ".join(nearest(actor.name, sorted(own | load_tables().actors)))
        raise UnknownNameError(f"unknown {actor.kind} {actor.name!r}; nearest: {close or 'none comes close'}")
