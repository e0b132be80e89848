"""What survives a veto: the smaller of what the supply chain leaves and what the rules leave.

A government reaches a deal twice: through the nodes of the chip's chain, and through its own law over the buyer (the US
over an Ascend bought in Malaysia). A veto of the rules lets nothing new through where the jurisdiction found a link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twoeyes.errors import UnknownNameError
from twoeyes.facts.catalog import Chip
from twoeyes.plan.case import Case
from twoeyes.plan.model import Solution
from twoeyes.plan.problem import Lot, Problem, VetoCase
from twoeyes.plan.stance import Admission
from twoeyes.supply import Actor, actors, chain_of, held, survival
from twoeyes.supply.graph import Chain
from twoeyes.world import World

GROUP_OF_KIND: Mapping[str, str] = {
    "vendor": "vendors",
    "foundry": "foundries",
    "government": "governments_except_host",
}


def veto_cases(
    world: World, case: Case, lots: Sequence[Lot], admitted: Mapping[str, Admission]
) -> tuple[VetoCase, ...]:
    """Every actor that reaches some chip of the lots, at every start day; required where the case says so."""
    chips = {lot.chip: world.chip(lot.chip) for lot in lots}
    chains = {name: chain for name in chips if (chain := _chain(name, case)) is not None}
    hosts = {site.country for site in case.sites}
    linked = _linked(lots, admitted)
    found = []
    for actor in actors(chains.values()):
        if actor.kind == "government" and actor.name in hosts:
            continue
        survives = {name: _survives(actor, chip, chains.get(name), case, linked) for name, chip in chips.items()}
        for start in case.n1.start_days:
            wanted = GROUP_OF_KIND[actor.kind] in case.n1.actors and start >= case.n1.from_
            found.append(
                VetoCase(
                    actor=actor.name,
                    kind=actor.kind,
                    start=start,
                    survives=survives,
                    rent_survives=survives,
                    required=case.n1.share_of_work if wanted else None,
                )
            )
    return tuple(found)


def why_veto(veto: VetoCase, solution: Solution, problem: Problem, case: Case) -> str:
    """Through which nodes the actor reaches the chips bought, or that it reaches none."""
    bought = sorted({lot.chip for lot in problem.lots if lot.id in solution.units})
    actor = Actor(kind=veto.kind, name=veto.actor)  # type: ignore[arg-type]
    parts = []
    for chip in bought:
        chain = _chain(chip, case)
        if veto.survives[chip] >= 1.0 or chain is None:
            continue
        nodes = [f"{item.node.name} ({item.reach})" for item in held(chain, actor) if item.dep == "flow"]
        parts.append(f"{chip}: {', '.join(nodes[:2]) or 'its law over the deal'}")
    return "; ".join(parts) or "reaches no new supply of what is bought"


def _survives(
    actor: Actor, chip: Chip, chain: Chain | None, case: Case, linked: Mapping[str, frozenset[str]]
) -> float:
    """The low end of what new supply an actor leaves of a chip; nothing where nobody wrote its chain down."""
    if case.n1.horizon == "installed":
        return 1.0
    by_rules = 0.0 if actor.kind == "government" and actor.name in linked.get(chip.id, frozenset()) else 1.0
    by_supply = 0.0 if chain is None else survival(chain, actor, case.n1.horizon)[0]
    return min(by_rules, by_supply)


def _linked(lots: Sequence[Lot], admitted: Mapping[str, Admission]) -> Mapping[str, frozenset[str]]:
    """By chip, the jurisdictions whose law found a link to some act with it."""
    found: dict[str, set[str]] = {}
    for lot in lots:
        links = {r.jurisdiction for r in admitted[lot.id].readings if r.letter != "not_subject"}
        found.setdefault(lot.chip, set()).update(links)
    return {chip: frozenset(places) for chip, places in found.items()}


def _chain(chip: str, case: Case) -> Chain | None:
    try:
        return chain_of(chip, case.training.start_no_earlier)
    except UnknownNameError:
        return None
