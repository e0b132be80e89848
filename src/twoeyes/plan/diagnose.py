"""Why a case has no plan: the actor nothing can be done about, or the fewest limits that would have to give."""

from __future__ import annotations

from dataclasses import replace

from twoeyes.errors import InfeasibleError
from twoeyes.plan.model import largest_share, least_cost, least_relaxed
from twoeyes.plan.problem import Problem
from twoeyes.plan.rows import SURVIVAL, families


def why_infeasible(problem: Problem) -> InfeasibleError:
    """The error for a problem without a solution, with the smallest set of limits to relax and what that would cost.

    Where the training can be done but some veto cannot be survived, it names the largest share each actor leaves.
    """
    without = least_cost(problem, required=0.0)
    if without is not None:
        return InfeasibleError("\n".join(["no purchase survives every required veto:", *_reachable(problem)]))
    solution = least_relaxed(problem, families(problem))
    if solution is None:
        return InfeasibleError(
            "no purchase trains the model in time, whatever the budgets, the power and the availability; "
            "move `finish_by`, or add offers that arrive earlier"
        )
    units = {family.id: family.unit for family in families(problem)}
    lines = [f"  relax {name} by {amount:,.4g} {units[name]}" for name, amount in solution.relaxed.items()]
    cost = f"the least-cost plan would then cost USD {solution.usd / 1e6:,.1f} M"
    return InfeasibleError("\n".join(["no plan meets the case; the fewest limits that must give:", *lines, cost]))


def _reachable(problem: Problem) -> list[str]:
    lines = []
    for veto in problem.vetoes:
        if veto.required is None:
            continue
        alone = replace(problem, vetoes=(veto,))
        if least_cost(alone) is None:
            share = largest_share(alone, veto)
            lines.append(
                f"  {veto.actor} from {veto.start}: at most {share:.0%} can survive, {veto.required:.0%} asked"
            )
    together = f"  each can be survived alone, not all with one purchase; relax {SURVIVAL.id}"
    return lines or [together]
