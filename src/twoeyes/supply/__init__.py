"""Through whose hands: who designs, makes, packages and feeds a chip, which governments can stop it, what is then left.

Supply alone: what the rules forbid is the business of `law`, and the least of the two that of `plan`.
"""

from twoeyes.supply.capacity import capacity
from twoeyes.supply.graph import Chain, Edge, Estimate, Group, Node, Range, digraph
from twoeyes.supply.measures import (
    SovereignFraction,
    chains_of,
    effective_routes,
    minimum_veto_sets,
    portfolio_survival,
    sovereign_fraction,
)
from twoeyes.supply.tables import chain_of
from twoeyes.supply.veto import (
    HORIZON_DAYS,
    REACHES,
    Actor,
    Held,
    Horizon,
    Veto,
    actors,
    held,
    reach_of,
    survival,
    survives,
    survives_without,
)
from twoeyes.supply.view import Power, SupplyView, supply

__all__ = [
    "HORIZON_DAYS",
    "REACHES",
    "Actor",
    "Chain",
    "Edge",
    "Estimate",
    "Group",
    "Held",
    "Horizon",
    "Node",
    "Power",
    "Range",
    "SovereignFraction",
    "SupplyView",
    "Veto",
    "actors",
    "capacity",
    "chain_of",
    "chains_of",
    "digraph",
    "effective_routes",
    "held",
    "minimum_veto_sets",
    "portfolio_survival",
    "reach_of",
    "sovereign_fraction",
    "supply",
    "survival",
    "survives",
    "survives_without",
]
