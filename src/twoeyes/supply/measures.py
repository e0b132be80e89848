"""How hard a portfolio of chips is to capture: sovereign fraction, effective number of routes, smallest sets of vetoes.

A portfolio maps chips to weights; `chains` holds the chain of each, as known on one day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from math import isfinite

from twoeyes.errors import InputError
from twoeyes.supply.graph import Chain, Group, Range
from twoeyes.supply.tables import chain_of
from twoeyes.supply.veto import WHOLE, Actor, ActorKind, Horizon, Veto, actors, reach_of, survives, survives_without

KINDS: tuple[ActorKind, ...] = ("government", "vendor", "fab")
Portfolio = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SovereignFraction:
    """What is left under the worst veto of one kind of actor, and who that is (all who tie by the middle figure)."""

    kind: ActorKind
    share: Range
    actors: tuple[str, ...]


def chains_of(portfolio: Iterable[str], on: date, known: date = date.max) -> Mapping[str, Chain]:
    """The recorded chain of each chip on a day, as `chain_of`."""
    return {chip: chain_of(chip, on, known) for chip in portfolio}


def portfolio_survival(portfolio: Portfolio, chains: Mapping[str, Chain], veto: Veto) -> Range:
    """The weighted share of a portfolio's new supply that one veto leaves; weights are taken in proportion."""
    weights = _weights(portfolio, chains)
    left = {chip: survives(chains[chip], veto) for chip in weights}
    return Range(*(sum(weight * left[chip][case] for chip, weight in weights.items()) for case in range(3)))


def sovereign_fraction(
    portfolio: Portfolio,
    chains: Mapping[str, Chain],
    *,
    start: date,
    horizon: Horizon,
    kinds: Iterable[ActorKind] = KINDS,
    except_for: frozenset[str] = frozenset(),
) -> Mapping[ActorKind, SovereignFraction]:
    """The least share that any single veto leaves, by kind of actor: a vector, never one number.

    Low, middle and high are each the least over the actors. `except_for` leaves actors out, such as the government of
    the host.
    """
    found: dict[ActorKind, SovereignFraction] = {}
    held = [chains[chip] for chip in _weights(portfolio, chains)]
    for kind in kinds:
        left = {
            actor: portfolio_survival(portfolio, chains, Veto(actor=actor, start=start, horizon=horizon))
            for actor in actors(held, [kind])
            if actor.name not in except_for
        }
        share = Range(*(min(one[case] for one in left.values()) for case in range(3))) if left else WHOLE
        worst = tuple(actor.name for actor, one in left.items() if one.mid == share.mid)
        found[kind] = SovereignFraction(kind=kind, share=share, actors=worst)
    return found


def effective_routes(chain: Chain) -> Mapping[str, float]:
    """1/HHI over operators, by group of output on the chain's day (Herfindahl 1950); that of the chain is the least.

    A group that needs all its nodes has one route. Buffered groups are left out: their other sources are not listed.
    """
    groups = [group for group in chain.groups if group.dep == "flow" and group.need != "buffered"]
    return {group.name: _routes(group, chain.on) for group in groups if group.live(chain.on)}


def _routes(group: Group, on: date) -> float:
    if group.need == "all":
        return 1.0
    shares: dict[str, float] = defaultdict(float)
    for edge in group.live(on):
        shares[edge.node.operator] += edge.share.mid
    whole = sum(shares.values())
    return whole**2 / sum(share**2 for share in shares.values()) if whole else 0.0


def minimum_veto_sets(
    portfolio: Portfolio,
    chains: Mapping[str, Chain],
    among: Iterable[Actor],
    *,
    below: float,
    start: date,
    horizon: Horizon,
    most: int = 3,
) -> tuple[frozenset[Actor], ...]:
    """The smallest sets of actors whose vetoes together leave less than `below` of the portfolio, all of that size.

    By enumeration, smaller sets first, up to `most` actors; empty where no such set exists. Middle figures.
    """
    if not 0 < below <= 1:
        raise InputError(f"below is a share greater than 0 and at most 1; got {below}")
    weights = _weights(portfolio, chains)
    left = _joint(weights, chains, start, horizon)
    candidates = sorted(set(among), key=lambda actor: (actor.kind, actor.name))
    for size in range(1, most + 1):
        found = tuple(frozenset(some) for some in combinations(candidates, size) if left(frozenset(some)) < below)
        if found:
            return found
    return ()


def _joint(
    weights: Portfolio, chains: Mapping[str, Chain], start: date, horizon: Horizon
) -> Callable[[frozenset[Actor]], float]:
    """The middle share left by joint vetoes; chains are asked once for each set of nodes lost."""
    known: dict[tuple[str, frozenset[str]], float] = {}

    def left(vetoing: frozenset[Actor]) -> float:
        total = 0.0
        for chip, weight in weights.items():
            chain = chains[chip]
            lost = frozenset(e.node.id for e in chain.edges if any(reach_of(actor, e.node) for actor in vetoing))
            if (chip, lost) not in known:
                known[chip, lost] = survives_without(chain, lost, start, horizon).mid
            total += weight * known[chip, lost]
        return total

    return left


def _weights(portfolio: Portfolio, chains: Mapping[str, Chain]) -> Portfolio:
    whole = sum(portfolio.values())
    if not portfolio or any(not isfinite(w) or w < 0 for w in portfolio.values()) or whole <= 0:
        raise InputError(f"expected chips with weights of at least 0, one of them above it; got {dict(portfolio)}")
    if missing := set(portfolio) - set(chains):
        raise InputError(f"chains lacks {sorted(missing)}, which the portfolio holds; make it with chains_of")
    return {chip: weight / whole for chip, weight in portfolio.items() if weight > 0}
