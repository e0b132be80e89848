"""What survives a veto: the smaller of what the supply chain leaves and what the rules leave.

A government reaches a deal twice: through the nodes of the chip's chain, and through its own law over the buyer (the US
over an Ascend bought in Malaysia). A veto of the rules lets nothing new through where the jurisdiction found a link.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from twoeyes.errors import UnknownNameError
from twoeyes.plan.case import Case
from twoeyes.plan.problem import Lot, VetoCase
from twoeyes.plan.stance import Admission
from twoeyes.supply import Actor, Chain, Veto, actors, chain_of, held, survives
from twoeyes.supply.veto import ActorKind
from twoeyes.world import World

KIND: Mapping[str, ActorKind] = {"vendor": "vendor", "foundry": "foundry", "government": "government"}
GROUP_OF_KIND: Mapping[str, str] = {
    "vendor": "vendors",
    "foundry": "foundries",
    "government": "governments_except_host",
}


def veto_cases(
    world: World, case: Case, lots: Sequence[Lot], admitted: Mapping[str, Admission]
) -> tuple[VetoCase, ...]:
    """Every actor that reaches some chip of the lots, at every start day; required where the case says so."""
    chips = sorted({lot.chip for lot in lots})
    chains = {chip: chain for chip in chips if (chain := _chain(world, case, chip)) is not None}
    hosts = {site.country for site in case.sites}
    linked = _linked(lots, admitted)
    return tuple(
        _veto_case(case, actor, start, {chip: chains.get(chip) for chip in chips}, linked)
        for actor in actors(chains.values())
        if not (actor.kind == "government" and actor.name in hosts)
        for start in case.n1.start_days
    )


def _veto_case(
    case: Case, actor: Actor, start: date, chains: Mapping[str, Chain | None], linked: Mapping[str, frozenset[str]]
) -> VetoCase:
    veto = Veto(actor=actor, start=start, horizon=case.n1.horizon)
    survives_by_chip = {chip: _survives(veto, chip, chain, linked) for chip, chain in chains.items()}
    wanted = GROUP_OF_KIND[actor.kind] in case.n1.actors and start >= case.n1.from_
    return VetoCase(
        actor=actor.name,
        kind=actor.kind,
        start=start,
        survives=survives_by_chip,
        rent_survives=survives_by_chip,
        required=case.n1.share_of_work if wanted else None,
    )


def why_veto(world: World, case: Case, veto: VetoCase, bought: Iterable[str]) -> str:
    """Through which nodes the actor reaches the chips bought, or that it reaches none."""
    actor = Actor(kind=KIND[veto.kind], name=veto.actor)
    through: dict[str, list[str]] = {}
    for chip in sorted(bought):
        chain = _chain(world, case, chip)
        if veto.survives[chip] >= 1.0 or chain is None:
            continue
        names = dict.fromkeys(item.node.name for item in held(chain, actor) if item.dep == "flow")
        through.setdefault(", ".join([*names][:3]) or "its law over the deal", []).append(chip)
    parts = [f"{', '.join(chips)}: {nodes}" for nodes, chips in through.items()]
    return "; ".join(parts) or "reaches no new supply of what is bought"


def _survives(veto: Veto, chip: str, chain: Chain | None, linked: Mapping[str, frozenset[str]]) -> float:
    """The low end of what new supply a veto leaves of a chip; nothing where nobody wrote its chain down."""
    if veto.horizon == "installed":
        return 1.0
    ruled = veto.actor.kind == "government" and veto.actor.name in linked.get(chip, frozenset())
    if ruled or chain is None:
        return 0.0
    return survives(chain, veto).low


def _linked(lots: Sequence[Lot], admitted: Mapping[str, Admission]) -> Mapping[str, frozenset[str]]:
    """By chip, the jurisdictions whose law found a link to some act with it."""
    found: dict[str, set[str]] = {}
    for lot in lots:
        links = {r.jurisdiction for r in admitted[lot.id].readings if r.letter != "not_subject"}
        found.setdefault(lot.chip, set()).update(links)
    return {chip: frozenset(places) for chip, places in found.items()}


def _chain(world: World, case: Case, chip: str) -> Chain | None:
    try:
        return chain_of(chip, max(case.training.start_no_earlier, world.known), world.known)
    except UnknownNameError:
        return None
