"""Small planning problems, made by hand, for the optimiser's and the checker's tests."""

from dataclasses import replace
from datetime import date, timedelta

from twoeyes.plan.problem import CostLine, Lot, Mode, PowerStep, Problem, VetoCase

START, FINISH = date(2025, 9, 15), date(2026, 7, 1)
ORDERS = (date(2025, 5, 15), date(2025, 7, 1), date(2025, 10, 1))
MAKERS = {"h100": "nvidia", "mi300x": "amd"}


def lot(chip, place, order, *, weeks=12, price=260e3, rate=150.0, basis="open", power=15.8e3, rented=False):
    entry = order + timedelta(weeks=weeks)
    cost = (CostLine(label="hardware", usd=price), CostLine(label="power", usd=5e3, year=2026))
    return Lot(
        id=f"{chip} to {place} {order} {basis}",
        offer=chip,
        rented=rented,
        system=chip,
        chip=chip,
        vendor=MAKERS[chip],
        place=place,
        country="MY",
        basis=basis,
        order=order,
        export=entry,
        entry=entry,
        use_from=max(entry, START),
        train_from=max(entry, START),
        until=None,
        chips=8,
        most=800,
        cost=cost,
        power_w=power,
        tokens_per_s=8 * rate,
        h100e=8.0,
        tpp=8 * 15_824.0,
    )


def veto(actor, start, *, lost=(), required=0.4):
    share = {chip: 0.0 if chip in lost else 1.0 for chip in MAKERS}
    return VetoCase(
        actor=actor,
        kind="vendor",
        start=start,
        survives=share,
        rent_survives=dict.fromkeys(MAKERS, 1.0),
        required=required,
    )


def problem(**changes):
    lots = tuple(
        lot(chip, "penang", order, price=price)
        for chip, price in (("h100", 260e3), ("mi300x", 250e3))
        for order in ORDERS
    )
    base = Problem(
        lots=lots,
        modes=tuple(
            Mode(place="penang", chips=frozenset(chips), efficiency=share)
            for chips, share in (
                ({"h100"}, 1.0),
                ({"mi300x"}, 1.0),
                ({"h100", "mi300x"}, 0.85),
            )
        ),
        tokens=10e12,
        start=START,
        finish=FINISH,
        uptime=0.9,
        power=(PowerStep(place="penang", start=START, end=FINISH, watts=20e6),),
        available_chips={"h100": 6000, "mi300x": 6000},
        it_capex=300e6,
        opex_per_year=45e6,
        porting_usd={"amd": 3e6},
        keep=(),
        exception_tpp_per_year=26.9e6,
        vetoes=(),
        attrition_per_year=0.05,
    )
    return replace(base, **changes)
