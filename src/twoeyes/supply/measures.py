"""Measures of a portfolio: what fraction survives each veto, how many routes it has, how few vetoes end it.

Herfindahl (1950) for concentration; the time-to-survive view of buffered inputs is Simchi-Levi et al. 2015.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from twoeyes.supply.graph import Chain, Share, chain_of
from twoeyes.supply.veto import Actor, ActorKind, Horizon, actors, survival


@dataclass(frozen=True, slots=True, kw_only=True)
class SovereignFraction:
    """The share of a portfolio that survives the worst veto of one kind of actor, and whose veto that is."""

    kind: ActorKind
    share: Share
    worst: str


def surviving(portfolio: Mapping[str, float], actor: Actor, horizon: Horizon, on: date) -> Share:
    """(low, mid, high) of a portfolio {chip: weight} under one veto. Weights are scaled to one."""
    whole = sum(portfolio.values())
    shares = {chip: survival(chain_of(chip, on), actor, horizon) for chip in portfolio}
    low, mid, high = (sum(weight * shares[chip][i] for chip, weight in portfolio.items()) / whole for i in range(3))
    return low, mid, high


def sovereign_fractions(portfolio: Mapping[str, float], horizon: Horizon, on: date) -> tuple[SovereignFraction, ...]:
    """One figure a kind of actor, with its argmin; never one number alone."""
    everyone = actors(chain_of(chip, on) for chip in portfolio)
    found = []
    for kind in dict.fromkeys(actor.kind for actor in everyone):
        shares = {a.name: surviving(portfolio, a, horizon, on) for a in everyone if a.kind == kind}
        worst = min(shares, key=lambda name: (shares[name][1], name))
        found.append(SovereignFraction(kind=kind, share=shares[worst], worst=worst))
    return tuple(found)


def effective_routes(chain: Chain) -> Mapping[str, float]:
    """1 / sum of squared shares for each group of alternatives: how many equal sources it amounts to."""
    routes = {}
    for group, edges in chain.groups.items():
        mids = [edge.share[1] for edge in edges]
        whole = sum(mids)
        routes[group] = whole**2 / sum(mid**2 for mid in mids) if whole and edges[0].need == "any" else 1.0
    return routes


def smallest_veto_set(portfolio: Mapping[str, float], below: float, horizon: Horizon, on: date) -> tuple[Actor, ...]:
    """The fewest actors whose vetoes together leave less than `below` of the portfolio; empty where none do.

    Sets of up to three actors are tried, smallest first, in the order of `actors`.
    """
    everyone = actors(chain_of(chip, on) for chip in portfolio)
    for size in (1, 2, 3):
        for chosen in combinations(everyone, size):
            whole = sum(portfolio.values())
            left = sum(
                weight * min(survival(chain_of(chip, on), actor, horizon)[1] for actor in chosen)
                for chip, weight in portfolio.items()
            )
            if left / whole < below:
                return chosen
    return ()
