"""The join: what exists on the day, with law, price and rate, as lots; and why the rest did not become one.

An offer carries four days: it is ordered, exported, entered at customs, and used. Export law is read at the second,
duty at the third, rules on use at the fourth and at every quarter start after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from twoeyes.errors import InputError, UnknownNameError
from twoeyes.facts.catalog import Chip, System
from twoeyes.plan.case import Case, Offer, Site
from twoeyes.plan.economics import CHIPS_RENTED_AT_ONCE, Costs, rented
from twoeyes.plan.lawful import Acts, Routes, admissions, routes_of
from twoeyes.plan.problem import Basis, Lot
from twoeyes.plan.rates import Rates
from twoeyes.plan.result import Lost, Speed
from twoeyes.plan.stance import Admission
from twoeyes.world import World

Route = tuple[str, str, Site | None, date, date, date, date | None]
TRANSIT = timedelta(days=7)  # assumed: from export to entry
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way to order one offer for one place, before law and price."""

    offer: Offer
    system: System
    chip: Chip
    place: str
    country: str
    site: Site | None  # None: rented elsewhere
    order: date
    entry: date
    use_from: date
    until: date | None

    @property
    def export(self) -> date:
        return max(self.order, self.entry - TRANSIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What the world answers of a case's offers, whatever the stance: readings, rates, costs, what fell out."""

    candidates: tuple[tuple[Candidate, Routes], ...]
    rates: Rates
    costs: Costs
    lost: tuple[Lost, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Everything on offer on the day: lots with their admissions, and what fell out with its reason."""

    lots: tuple[Lot, ...]
    admissions: dict[str, Admission]
    lost: tuple[Lost, ...]
    speeds: tuple[Speed, ...]


def survey(world: World, case: Case) -> Survey:
    """Everything on offer as the world knows it, each candidate with what the law says of each route to it."""
    lost: list[Lost] = []
    candidates: list[Candidate] = []
    for offer in case.offers:
        found = _found(world, offer)
        if isinstance(found, Lost):
            lost.append(found)
            continue
        mine = list(_candidates(world, case, offer, *found))
        if mine:
            candidates += mine
        else:
            lost.append(Lost(offer=offer.id, reason="too late", detail="no order placed from now arrives in time"))
    routes = routes_of(world, case, [_acts(case, candidate) for candidate in candidates])
    return Survey(
        candidates=tuple(zip(candidates, routes)),
        rates=Rates(world, case),
        costs=Costs(world, case),
        lost=tuple(lost),
    )


def market(world: World, case: Case, found: Survey | None = None) -> Market:
    """Every lot that may be planned under the stance, as known by the world, and every offer that may not be.

    `found`: a survey of the same world and case, made under any stance.
    """
    found = found or survey(world, case)
    lots: dict[str, Lot] = {}
    admitted: dict[str, Admission] = {}
    refused: dict[str, Admission] = {}
    for candidate, routes in found.candidates:
        for admission in admissions(case, routes):
            if admission.outcome == "excluded":
                refused.setdefault(candidate.offer.id, admission)
                continue
            for lot in _lots(world, case, found.rates, found.costs, candidate, admission):
                lots[lot.id] = lot
                admitted[lot.id] = admission
    sold = {lot.offer for lot in lots.values()}
    refusals = (_refusal(offer, admission) for offer, admission in refused.items() if offer not in sold)
    return Market(
        lots=tuple(lots.values()),
        admissions=admitted,
        lost=(*found.lost, *refusals),
        speeds=found.rates.speeds,
    )


def epochs(known: date, last: date) -> tuple[date, ...]:
    """The days on which orders may be placed: the day after `known`, then quarter starts up to `last`."""
    return (known + _DAY, *quarter_starts(known + _DAY, last))


def quarter_starts(after: date, last: date) -> Iterator[date]:
    """First days of quarters later than `after` and no later than `last`."""
    year, quarter = after.year, (after.month - 1) // 3 + 1
    while True:
        year, quarter = (year + 1, 0) if quarter == 4 else (year, quarter)
        start = date(year, 3 * quarter + 1, 1)
        if start > last:
            return
        yield start
        quarter += 1


def last_useful_day(case: Case) -> date:
    """The last day on which a delivery can still serve some work of the case."""
    return max([case.training.finish_by, *(keep.from_ for keep in case.keeps)])


def _found(world: World, offer: Offer) -> tuple[System, Chip] | Lost:
    try:
        if offer.rent:
            chip = world.chip(offer.rent)
            hosts = sorted((s for s in world.systems() if s.chip == chip.id), key=lambda s: (s.chips != 8, s.id))
            if not hosts:
                raise InputError(f"offer {offer.id}: no system of the catalogue holds {chip.id}; rent another chip")
            return hosts[0], chip
        system = world.system(offer.system)
        chip = world.chip(system.chip)
    except UnknownNameError as error:
        if not world.exists_later(offer.rent or offer.system):
            raise
        return Lost(offer=offer.id, reason="not announced", detail=f"not announced by {world.known} ({error})")
    if offer.max_units is None:
        return Lost(offer=offer.id, reason="not offered here", detail=f"no seller known on {world.known}")
    if offer.max_units < system.chips:
        return Lost(offer=offer.id, reason="not offered here", detail=offer.why or f"no seller known on {world.known}")
    return system, chip


def _candidates(world: World, case: Case, offer: Offer, system: System, chip: Chip) -> Iterator[Candidate]:
    for place, country, site, order, entry, use_from, until in _routes(world.known, case, offer):
        yield Candidate(
            offer=offer,
            system=system,
            chip=chip,
            place=place,
            country=country,
            site=site,
            order=order,
            entry=entry,
            use_from=use_from,
            until=until,
        )


def _routes(known: date, case: Case, offer: Offer) -> Iterator[Route]:
    """(place, country, site, order, entry, use from, until) for each way to get the offer."""
    if offer.rent:
        for start in _rent_starts(known, case):
            yield offer.location, offer.location, None, known + _DAY, start, start, case.training.finish_by + _DAY
        return
    last = last_useful_day(case)
    for site in case.sites:
        for order in epochs(known, last):
            entry = max(order + timedelta(weeks=offer.lead_weeks), offer.first_delivery or order)
            for use_from in _switched_on(site, offer, entry):
                if use_from <= last:
                    yield site.id, site.country, site, order, entry, use_from, None


def _rent_starts(known: date, case: Case) -> Iterable[date]:
    first = max(known + _DAY, case.training.start_no_earlier)
    return (first, *quarter_starts(first, case.training.finish_by))


def _switched_on(site: Site, offer: Offer, entry: date) -> list[date]:
    """The day a unit can first run, and the next day on which more power comes; none where its cooling never does."""
    cooled = entry
    if offer.needs == "liquid":
        if site.cooling.liquid_from is None:
            return []
        cooled = max(entry, site.cooling.liquid_from)
    elif not site.cooling.air:
        return []
    steps = [step.from_ for step in site.energised]
    first = max(cooled, steps[0])
    return [first, *(step for step in steps if step > first)][:2]


def _acts(case: Case, candidate: Candidate) -> Acts:
    until = candidate.until or last_useful_day(case)
    uses = (candidate.use_from, *quarter_starts(candidate.use_from, until))
    return Acts(
        item=candidate.chip.id,
        rented=bool(candidate.offer.rent),
        from_=candidate.offer.from_ or candidate.chip.designed_in,
        to=candidate.country,
        export=candidate.export,
        late_export=max(candidate.export, candidate.order + timedelta(weeks=case.stance.licence_weeks)),
        uses=uses,
        units=candidate.system.chips,
        facts=candidate.offer.facts,
    )


def _lots(
    world: World, case: Case, rates: Rates, costs: Costs, candidate: Candidate, admission: Admission
) -> Iterator[Lot]:
    basis: Basis = admission.outcome if admission.outcome != "excluded" else "held"
    entry, use_from, export = candidate.entry, candidate.use_from, candidate.export
    if basis == "licence":
        delay = timedelta(weeks=case.stance.licence_weeks)
        entry = max(entry, candidate.order + delay + TRANSIT)
        export = max(export, entry - TRANSIT)
        use_from = max(use_from, entry)
        if use_from > last_useful_day(case):
            return
    offer, system, chip = candidate.offer, candidate.system, candidate.chip
    vendor = chip.vendor.lower()
    porting = case.porting.get(vendor)
    ready = world.known + _DAY + timedelta(days=round(30.4375 * (porting.months if porting else 0)))
    if candidate.site is None:
        chips = CHIPS_RENTED_AT_ONCE
        cost = rented(offer, use_from, candidate.until or use_from)
        power = 0.0
    else:
        chips = system.chips
        cost = costs.bought(offer, system, candidate.site, entry, use_from, last_useful_day(case))
        power = rates.power_w(system, candidate.site)
    most = (offer.contiguous_max or offer.max_units or 0) // chips
    name = f"{offer.id} to {candidate.place}, ordered {candidate.order}, in use {use_from}, {basis}"
    yield Lot(
        id=name,
        offer=offer.id,
        rented=bool(offer.rent),
        system=system.id,
        chip=chip.id,
        vendor=vendor,
        place=candidate.place,
        country=candidate.country,
        basis=basis,
        order=candidate.order,
        export=export,
        entry=entry,
        use_from=use_from,
        train_from=max(use_from, ready),
        until=candidate.until,
        chips=chips,
        most=most,
        cost=cost,
        power_w=power,
        tokens_per_s=chips * rates.tokens_per_s_per_chip(system, chip, offer),
        h100e=chips * rates.h100e(chip),
        tpp=chips * rates.tpp(chip),
    )


def _refusal(offer: str, admission: Admission) -> Lost:
    decided = admission.decided_by
    if decided is None:
        return Lost(offer=offer, reason="stance", detail="no jurisdiction of the stance gave a reading")
    return Lost(
        offer=offer,
        reason="stance",
        detail=f"{decided.jurisdiction}, {decided.action} on {decided.on}: {decided.why}",
        readings=(decided,),
    )
