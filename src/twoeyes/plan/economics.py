"""The cost of one unit, line by line: landed hardware and its network, then running cost by calendar year.

Duties and freight come from `trade`; power from the site's own tariff or the country's; spares and staff are a share of
the price. Import tax is cash that a trader recovers: it is no cost here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta

from twoeyes.errors import InputError
from twoeyes.facts.catalog import System
from twoeyes.plan.case import Case, Offer, Site
from twoeyes.plan.problem import CostLine
from twoeyes.plan.rates import system_power
from twoeyes.world import World

HOURS_A_DAY = 24.0
CHIPS_RENTED_AT_ONCE = 8
UPKEEP_A_YEAR = 0.03  # spares, staff and support as a share of the hardware's price; assumed
DAYS_A_YEAR = 365.25


class Costs:
    """Unit costs of a case in one world; landed cost is asked once a stretch of days with unchanged duties."""

    def __init__(self, world: World, case: Case) -> None:
        self._world, self._case = world, case
        self._changes = world.days_of_change("duty")
        self._landed: dict[tuple[str, str, int], tuple[CostLine, ...]] = {}

    def bought(
        self, offer: Offer, system: System, site: Site, entry: date, use_from: date, until: date
    ) -> tuple[CostLine, ...]:
        """Every line of one bought unit: landed, networked, and run from `use_from` up to `until`."""
        price = offer.price or 0.0
        share = self._case.network.share_of_hardware
        network = CostLine(label="cluster network and storage", usd=price * share, source=_stated(self._case.network))
        return (
            *self._landed_lines(offer, system, site, entry),
            network,
            *self._running(system, site, price, use_from, until),
        )

    def _landed_lines(self, offer: Offer, system: System, site: Site, entry: date) -> tuple[CostLine, ...]:
        key = (offer.id, site.country, bisect_right(self._changes, entry))
        if key not in self._landed:
            from twoeyes.trade import land

            landed = land(
                self._world,
                item=system.id,
                origin=offer.origin or _origin(system),
                to=site.country,
                on=entry,
                from_=offer.from_ or None,
                value=offer.price,
            )
            if landed.money is None or landed.total_pct is None:
                raise InputError(
                    f"{offer.id}: the duty in {site.country} on {entry} cannot be told without "
                    f"{', '.join(landed.missing)}"
                )
            self._landed[key] = tuple(
                CostLine(label=_label(line.label), usd=line.usd, source=_source(line.label, offer, line.source))
                for line in landed.money.lines
                if line.usd
            )
        return self._landed[key]

    def _running(self, system: System, site: Site, price: float, use_from: date, until: date) -> Iterator[CostLine]:
        tariff, where = self._tariff(site)
        kilowatts = system_power(system) * (1 + site.network_power_share) * site.pue / 1e3
        for year, days in days_by_year(use_from, until):
            yield CostLine(label="power", usd=kilowatts * HOURS_A_DAY * days * tariff, year=year, source=where)
            upkeep = price * UPKEEP_A_YEAR * days / DAYS_A_YEAR
            yield CostLine(
                label="spares, staff and support", usd=upkeep, year=year, source="assumed: 3 % of price a year"
            )

    def _tariff(self, site: Site) -> tuple[float, str]:
        if site.power_usd_per_kwh is not None:
            return site.power_usd_per_kwh, _stated(site)
        place = self._world.place(site.country)
        if place.power_usd_per_kwh is None:
            raise InputError(f"site {site.id}: no power tariff is known for {place.name}; set power_usd_per_kwh")
        fact = place.facts["power"]
        urls = " ".join(source.url for source in fact.sources)
        return place.power_usd_per_kwh, urls or f"catalogue, {fact.confidence}"


def rented(offer: Offer, start: date, until: date) -> tuple[CostLine, ...]:
    """The lines of a rented block of chips, by calendar year; the minimum term is paid in full."""
    term = start + timedelta(days=round(30.4375 * (offer.min_term_months or 0)))
    hourly = (offer.price_per_chip_h or 0.0) * CHIPS_RENTED_AT_ONCE
    return tuple(
        CostLine(label="rent", usd=hourly * HOURS_A_DAY * days, year=year, source=_stated(offer))
        for year, days in days_by_year(start, max(until, term))
    )


def days_by_year(start: date, end: date) -> Iterator[tuple[int, int]]:
    """(calendar year, days) of `start <= day < end`."""
    for year in range(start.year, end.year + 1):
        first, last = max(start, date(year, 1, 1)), min(end, date(year + 1, 1, 1))
        if first < last:
            yield year, (last - first).days


def _origin(system: System) -> str:
    """Where customs sees the system made: China for a Chinese maker, else Taiwan; assumed where the case is silent."""
    return "CN" if system.designed_in == "CN" else "TW"


def _label(label: str) -> str:
    return "hardware, FOB" if label == "FOB value" else label


def _source(label: str, offer: Offer, source: str) -> str:
    return _stated(offer) if label == "FOB value" else source


def _stated(block: Case | Offer | Site | object) -> str:
    source = getattr(block, "source", "")
    return str(source) if source else "the case: assumed"
