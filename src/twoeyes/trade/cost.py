"""Cost of ownership, line by line: hardware as landed, cluster network, power, building, spares and staff.

Rates of work come from elsewhere: utilisation is a plain argument, and nothing here knows how fast a chip is.
"""

from __future__ import annotations

from math import isfinite

from twoeyes.errors import InputError
from twoeyes.facts.catalog import Place, System
from twoeyes.trade.book import table
from twoeyes.trade.money import CostLine
from twoeyes.world import World

HOURS_PER_YEAR = 8760.0
_CELLS = {"pue": "pue", "power_usd_per_kwh": "power", "dc_capex_usd_per_w": "dc_capex"}  # field to sourced cell


def cost_lines(
    world: World,
    *,
    system: str,
    units: int,
    landed_usd: float,
    place: str,
    years: float,
    load: float = 1.0,
    chips: int | None = None,
    pue: float | None = None,
    usd_per_kwh: float | None = None,
    dc_usd_per_w: float | None = None,
) -> tuple[CostLine, ...]:
    """What `units` of a system, at `landed_usd` each, cost over `years` at a place, in US dollars.

    `load` is the mean draw over the catalogue's power. The network is sized by the `chips` of the whole cluster (by
    default those of these units). `pue`, `usd_per_kwh` and `dc_usd_per_w` take precedence over the place's figures.
    Raises InputError for a number out of range, or a figure that neither the call nor the catalogue has.
    """
    _check(units=units, landed_usd=landed_usd, years=years)
    if not 0 <= load <= 1:
        raise InputError(f"load: expected a share from 0 to 1, got {load}")
    thing, site = world.system(system), world.place(place)
    hardware = units * landed_usd
    kilowatts = units * _power(thing) / 1e3
    overhead, overhead_source = _figure(site, "pue", pue)
    tariff, tariff_source = _figure(site, "power_usd_per_kwh", usd_per_kwh)
    building, building_source = _figure(site, "dc_capex_usd_per_w", dc_usd_per_w)
    share, share_source = network_share(chips or units * thing.chips)
    life = _assumption("building_life")
    energy = kilowatts * load * overhead * HOURS_PER_YEAR * years
    return (
        CostLine(label="hardware", usd=hardware, basis=f"{units} x {landed_usd:,.0f} landed", source="trade.land"),
        CostLine(
            label="network",
            usd=hardware * share / (1 - share),
            basis=f"switches and cables are {share:.1%} of IT hardware",
            source=share_source,
        ),
        CostLine(
            label="power",
            usd=energy * tariff,
            basis=f"{kilowatts:,.1f} kW x load {load:g} x PUE {overhead:g} x {years:g} years x {tariff:g} USD/kWh",
            source="; ".join(dict.fromkeys((overhead_source, tariff_source))),
        ),
        CostLine(
            label="building",
            usd=kilowatts * 1e3 * overhead * building * years / life,
            basis=f"{building:g} USD/W at the meter over {life:g} years, no cost of capital",
            source="; ".join(dict.fromkeys((building_source, "life assumed"))),
        ),
        *(
            CostLine(
                label=label,
                usd=hardware * _assumption(name) * years,
                basis=f"{_assumption(name):.1%} of hardware a year",
                source="assumed",
            )
            for label, name in (("spares", "spares_per_year"), ("staff", "staff_per_year"))
        ),
    )


def per_chip_hour(lines: tuple[CostLine, ...], *, chips: int, years: float, utilisation: float) -> float:
    """US dollars per chip-hour in use: the sum of the lines over the hours that the chips work."""
    _check(chips=chips, years=years, utilisation=utilisation)
    return sum(line.usd for line in lines) / (chips * HOURS_PER_YEAR * years * utilisation)


def network_share(chips: int) -> tuple[float, str]:
    """Share of switches and cables in IT hardware for a cluster of so many chips, and its source."""
    _check(chips=chips)
    row = [row for row in table("network") if int(row["chips_from"]) <= chips][-1]
    return float(row["share_of_it"]), row["source"]


def _check(**numbers: float) -> None:
    for name, number in numbers.items():
        if not (isfinite(number) and number > 0):
            raise InputError(f"{name}: expected a finite number above 0, got {number}")


def _power(system: System) -> float:
    if system.power_w is None:
        raise InputError(f"{system.id}: the catalogue has no power; state it in your own data")
    return system.power_w


def _figure(place: Place, name: str, stated: float | None) -> tuple[float, str]:
    """A figure of the place and where it comes from; what is stated takes precedence."""
    if stated is not None:
        _check(**{name: stated})
        return stated, "stated"
    value = getattr(place, name)
    if value is None:
        raise InputError(f"{place.id}: the catalogue has no {name}; state it")
    fact = place.facts[_CELLS[name]]
    return float(value), fact.sources[0].url if fact.sources else fact.confidence


def _assumption(name: str) -> float:
    return next(float(row["value"]) for row in table("ownership") if row["name"] == name)
