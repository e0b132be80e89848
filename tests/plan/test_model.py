"""The optimiser on small problems: held against the independent checker, and what must be true of any optimum."""

from dataclasses import replace
from datetime import date

import pytest

from tests.plan.problems import FINISH, START, lot, problem, veto
from twoeyes.plan.checker import breaches, surviving_share
from twoeyes.plan.diagnose import why_infeasible
from twoeyes.plan.model import cost_of, delivered, largest_share, least_cost
from twoeyes.plan.problem import PowerStep
from twoeyes.plan.rows import rows

NEW_YEAR = date(2026, 1, 1)


def test_the_least_cost_purchase_passes_the_independent_check():
    stated = problem(vetoes=(veto("nvidia", NEW_YEAR, lost=("h100",)),))
    solution = least_cost(stated)
    assert solution is not None
    assert breaches(stated, solution.units, solution.mode) == []
    assert solution.usd == pytest.approx(cost_of(stated, solution.units))
    assert solution.gap <= 1e-3


def test_a_plan_that_was_tampered_with_is_caught():
    stated = problem(vetoes=(veto("nvidia", NEW_YEAR, lost=("h100",)),))
    solution = least_cost(stated)
    first = next(iter(solution.units))
    fewer = solution.units | {first: solution.units[first] // 2}
    assert any("tokens trained" in breach.what for breach in breaches(stated, fewer, solution.mode))
    more = solution.units | {first: solution.units[first] + 1000}
    assert {"hardware budget in USD", "chips of " + first.split()[0]} <= {
        b.what for b in breaches(stated, more, solution.mode)
    }
    assert breaches(stated, {"no such lot": 1}, solution.mode)
    assert breaches(stated, solution.units, "no such mode")


def test_the_checker_and_the_optimiser_count_survival_alike():
    cut = veto("nvidia", NEW_YEAR, lost=("h100",))
    stated = problem(vetoes=(cut,))
    solution = least_cost(stated)
    walked = surviving_share(stated, solution.units, solution.mode, cut)
    assert walked == pytest.approx(delivered(stated, solution, cut) / stated.tokens, rel=1e-9)


def test_survival_costs_and_more_survival_costs_no_less():
    cut = veto("nvidia", date(2025, 10, 1), lost=("h100",), required=0.3)
    costs = [least_cost(problem(vetoes=(cut,)), required=share) for share in (0.0, 0.3, 0.6)]
    found = [solution.usd for solution in costs if solution is not None]
    assert len(found) == 3
    assert all(b >= a * (1 - 2e-3) for a, b in zip(found, found[1:]))


def test_more_budget_never_costs_more():
    costs = [least_cost(problem(it_capex=budget)).usd for budget in (200e6, 250e6, 400e6)]
    assert all(b <= a * (1 + 2e-3) for a, b in zip(costs, costs[1:]))


def test_no_power_no_plan_and_the_answer_names_the_power():
    dark = problem(power=(PowerStep(place="penang", start=START, end=FINISH, watts=1e6),))
    assert least_cost(dark) is None
    error = why_infeasible(dark)
    assert error.exit_code == 3
    assert "relax power at penang" in str(error)
    assert "hardware budget" not in str(error)


def test_a_veto_on_day_zero_names_the_actor_and_the_share_that_can_be_reached():
    cut = veto("US", date(2025, 5, 15), lost=("h100", "mi300x"))
    stated = problem(vetoes=(cut,))
    assert least_cost(stated) is None
    assert largest_share(stated, cut) == 0.0
    assert "US from 2025-05-15: at most 0% can survive, 40% asked" in str(why_infeasible(stated))


def test_the_volume_of_an_exception_binds():
    lots = tuple(lot("h100", "penang", date(2025, 5, 15), basis=basis) for basis in ("exception", "licence"))
    stated = problem(lots=lots, tokens=8e12, it_capex=400e6)
    solution = least_cost(stated)
    under = sum(n for name, n in solution.units.items() if name.endswith("exception"))
    assert under * 8 * 15_824 <= 26.9e6
    assert sum(solution.units.values()) > under


def test_mixing_is_bought_only_where_it_pays():
    scarce = problem(available_chips={"h100": 2400, "mi300x": 2400})
    solution = least_cost(scarce)
    assert solution.mode == "h100+mi300x at penang"
    assert "+" not in least_cost(problem()).mode


def test_every_row_of_limits_is_kept():
    stated = problem(keep=((4000.0, date(2026, 7, 1)),))
    solution = least_cost(stated)
    for row in rows(stated):
        assert row.used(solution.units) <= row.limit * (1 + 1e-6) + 1e-6 or row.limit < 0
    assert breaches(stated, solution.units, solution.mode) == []


def test_the_same_question_has_the_same_answer():
    stated = problem(vetoes=(veto("nvidia", NEW_YEAR, lost=("h100",)),))
    assert least_cost(stated) == least_cost(replace(stated))
