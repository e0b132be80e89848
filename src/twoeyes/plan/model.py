"""The purchase as a mixed-integer program: linopy builds it, `solver` hands it to HiGHS one mode of the job at a time.

Units of each lot are integers; the job runs in one mode; under every required veto the same mode must still deliver its
share. Cost is minimised: hardware with its network, running cost to the end of the training, porting once a vendor.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twoeyes.plan.problem import Problem, VetoCase
from twoeyes.plan.rows import SURVIVAL, USD_UNIT, Family, rows
from twoeyes.plan.solver import solve_by_choice

TOKEN_UNIT = 1e9
RELAX_FEE = 1e5  # in the objective's unit: fewer families relaxed always beats cheaper ones
SLACK_FEE = 10.0  # then less slack beats lower cost
MOST_SLACK = 1e5


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Units bought by lot, the mode of the job, US dollars, the proven relative gap, and what had to be relaxed."""

    units: Mapping[str, int]
    mode: str
    usd: float
    gap: float
    relaxed: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Tokens that one unit of each lot delivers under some circumstances, and the tokens that must be delivered."""

    id: str
    tokens: NDArray[np.float64]
    target: float


def demands(problem: Problem, required: float | None = None) -> list[Demand]:
    """The training itself, and each distinct required veto; `required` replaces the share that vetoes ask for."""
    found = [Demand(id="the training", tokens=_per_lot(problem, None), target=problem.tokens)]
    seen: set[tuple[bytes, float]] = set()
    for veto in problem.vetoes:
        if veto.required is None:
            continue
        share = veto.required if required is None else required
        tokens = _per_lot(problem, veto)
        key = (tokens.round(3).tobytes(), share)
        if share > 0 and key not in seen:
            seen.add(key)
            found.append(Demand(id=veto.id, tokens=tokens, target=share * problem.tokens))
    return found


def _per_lot(problem: Problem, veto: VetoCase | None) -> NDArray[np.float64]:
    if veto is None:
        return np.array([problem.tokens_of(lot) for lot in problem.lots])
    return np.array([problem.tokens_under(lot, veto) for lot in problem.lots])


def least_cost(problem: Problem, *, required: float | None = None) -> Solution | None:
    """The least-cost purchase, or None where there is none. `required` as in `demands`."""
    return _solved(problem, demands(problem, required))


def least_relaxed(problem: Problem, may_give: Sequence[Family]) -> Solution | None:
    """The purchase that exceeds the fewest of the families, and among those costs least."""
    fewest = _solved(problem, demands(problem), may_give=may_give, fee=RELAX_FEE)
    if fewest is None:
        return None
    gave = [family for family in may_give if family.id in fewest.relaxed]
    return _solved(problem, demands(problem), may_give=gave, fee=0.0) or fewest


def largest_share(problem: Problem, veto: VetoCase) -> float:
    """The largest share of the training that can survive one veto, no other share being required.

    Zero where not even the training itself can be done.
    """
    surviving = Demand(id=veto.id, tokens=_per_lot(problem, veto), target=0.0)
    solution = _solved(problem, [demands(problem, 0.0)[0], surviving], largest=True)
    return 0.0 if solution is None else min(1.0, delivered(problem, solution, veto) / problem.tokens)


def delivered(problem: Problem, solution: Solution, veto: VetoCase | None = None) -> float:
    """Tokens that a purchase trains by the finish in its mode, under a veto or under none."""
    mode = next(mode for mode in problem.modes if mode.id == solution.mode)
    tokens = (
        (problem.tokens_of(lot) if veto is None else problem.tokens_under(lot, veto)) * solution.units[lot.id]
        for lot in problem.lots
        if lot.id in solution.units and mode.uses(lot)
    )
    return mode.efficiency * sum(tokens)


def cost_of(problem: Problem, units: Mapping[str, int]) -> float:
    """US dollars of a purchase: its lots, and the porting of each vendor bought from."""
    lots = [lot for lot in problem.lots if lot.id in units]
    porting = sum(problem.porting_usd.get(vendor, 0.0) for vendor in {lot.vendor for lot in lots})
    return sum(lot.usd * units[lot.id] for lot in lots) + porting


def _solved(
    problem: Problem,
    wanted: Sequence[Demand],
    *,
    may_give: Sequence[Family] = (),
    fee: float = 0.0,
    largest: bool = False,
) -> Solution | None:
    if not problem.lots or not problem.modes:
        return None
    logging.getLogger("linopy").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _answer(problem, *_program(problem, wanted, may_give, fee, largest), may_give)


def _program(
    problem: Problem, wanted: Sequence[Demand], may_give: Sequence[Family], fee: float, largest: bool
) -> tuple[Any, dict[str, Any]]:
    import linopy

    model = linopy.Model()
    lots = [lot.id for lot in problem.lots]
    modes = [mode.id for mode in problem.modes]
    names = [demand.id for demand in wanted]
    vendors = sorted({lot.vendor for lot in problem.lots})
    whole = problem.tokens / TOKEN_UNIT
    most = _array(lot=lots, values=[lot.most for lot in problem.lots])
    units = model.add_variables(lower=0, upper=most, integer=True, name="units")
    mode = model.add_variables(binary=True, coords=[_index("mode", modes)], name="mode")
    bought_from = model.add_variables(binary=True, coords=[_index("vendor", vendors)], name="vendor")
    done = model.add_variables(
        lower=0, upper=whole, coords=[_index("demand", names), _index("mode", modes)], name="done"
    )
    variables = {"units": units, "mode": mode, "vendor": bought_from}

    model.add_constraints(mode.sum() == 1, name="the job runs in one mode")
    model.add_constraints(done - whole * mode <= 0, name="work is done in that mode only")
    rates = _array(demand=names, mode=modes, lot=lots, values=_rates(problem, wanted))
    model.add_constraints(done - (rates * units).sum("lot") <= 0, name="work needs lots")
    from_vendor = [[float(lot.vendor == vendor) for lot in problem.lots] for vendor in vendors]
    bounds = _array(vendor=vendors, values=[sum(lot.most for lot in problem.lots if lot.vendor == v) for v in vendors])
    bought = (_array(vendor=vendors, lot=lots, values=from_vendor) * units).sum("lot")
    model.add_constraints(bought - bounds * bought_from <= 0, name="porting comes before buying")

    table = rows(problem)
    limits = [row.id for row in table]
    uses = _array(limit=limits, lot=lots, values=[[row.uses.get(lot, 0.0) for lot in lots] for row in table])
    used, work = (uses * units).sum("lot"), done.sum("mode")
    cost = (_array(lot=lots, values=[lot.usd / USD_UNIT for lot in problem.lots]) * units).sum()
    porting = [problem.porting_usd.get(vendor, 0.0) / USD_UNIT for vendor in vendors]
    cost = cost + (_array(vendor=vendors, values=porting) * bought_from).sum()
    if may_give:
        ids = [family.id for family in may_give]
        slack = model.add_variables(lower=0, coords=[_index("family", ids)], name="slack")
        given = model.add_variables(binary=True, coords=[_index("family", ids)], name="given")
        model.add_constraints(slack - MOST_SLACK * given <= 0, name="slack only where a family gives")
        gives = [[float(row.family.id == family) for family in ids] for row in table]
        used = used - (_array(limit=limits, family=ids, values=gives) * slack).sum("family")
        helps = [[whole * (family == SURVIVAL.id and i > 0) for family in ids] for i, _ in enumerate(wanted)]
        work = work + (_array(demand=names, family=ids, values=helps) * slack).sum("family")
        cost = cost + fee * given.sum() + SLACK_FEE * slack.sum()
        variables["slack"] = slack
    model.add_constraints(used <= _array(limit=limits, values=[row.limit for row in table]), name="limits")
    targets = _array(demand=names, values=[demand.target / TOKEN_UNIT for demand in wanted])
    model.add_constraints(work >= targets, name="work that must be done")
    model.add_objective(-1.0 * done.sel(demand=names[-1]).sum() if largest else cost)
    return model, variables


def _rates(problem: Problem, wanted: Sequence[Demand]) -> NDArray[np.float64]:
    """Tokens in `TOKEN_UNIT` by demand, mode and lot."""
    runs = np.array([[mode.efficiency * mode.uses(lot) for lot in problem.lots] for mode in problem.modes])
    tokens = np.array([demand.tokens / TOKEN_UNIT for demand in wanted])
    return np.asarray(tokens[:, None, :] * runs[None, :, :])


def _answer(problem: Problem, model: Any, variables: dict[str, Any], may_give: Sequence[Family]) -> Solution | None:
    found = solve_by_choice(model, variables["mode"])
    if found is None:
        return None
    counts = np.rint(found.of(variables["units"])).astype(int)
    chosen = problem.modes[int(np.argmax(found.of(variables["mode"])))]
    units = {lot.id: int(count) for lot, count in zip(problem.lots, counts) if count > 0}
    relaxed = {}
    if may_give:
        given = found.of(variables["slack"])
        relaxed = {family.id: float(n) * family.per_unit for family, n in zip(may_give, given) if n > 1e-6}
    return Solution(units=units, mode=chosen.id, usd=cost_of(problem, units), gap=found.gap, relaxed=relaxed)


def _index(name: str, labels: Sequence[str]) -> Any:
    import pandas as pd

    return pd.Index(labels, name=name)


def _array(*, values: Any, **coords: Sequence[str]) -> Any:
    import xarray as xr

    return xr.DataArray(np.asarray(values, dtype=float), coords={k: list(v) for k, v in coords.items()}, dims=[*coords])
