"""Solving a program in which exactly one of several binary choices is taken: one choice at a time, best bound first.

Each choice is fixed in turn. Its linear relaxation bounds it from below; the choices are then solved as integer
programs in order of bound, until the next bound cannot beat what was found. So weak big-M rows never meet the tree
search, and the gap is proven over all choices. One thread, a fixed seed, a node limit and a gap: no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

GAP = 1e-3
MOST_NODES = 20_000
OPTIONS = {"threads": 1, "random_seed": 0, "mip_rel_gap": GAP, "mip_max_nodes": MOST_NODES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Values by linopy's label, the objective, and the proven lower bound over all choices."""

    values: dict[int, float]
    objective: float
    bound: float

    def of(self, variable: Any) -> NDArray[np.float64]:
        """The values of one linopy variable, flat."""
        return np.array([self.values[int(label)] for label in np.asarray(variable.labels).ravel()])

    @property
    def gap(self) -> float:
        """Relative gap between the objective and the bound."""
        return max(0.0, (self.objective - self.bound) / max(abs(self.objective), 1e-9))


def solve_by_choice(model: Any, choice: Any) -> Found | None:
    """Minimise a linopy model whose binary variable `choice` has exactly one entry at one; None where infeasible."""
    import highspy

    matrices = model.matrices
    labels = [int(label) for label in matrices.vlabels]
    position = {label: index for index, label in enumerate(labels)}
    columns = np.array([position[int(label)] for label in np.asarray(choice.labels).ravel()], dtype=np.int32)
    highs = _instance(highspy, matrices)
    whole = np.flatnonzero(np.isin(matrices.vtypes, ["B", "I"])).astype(np.int32)

    def run(index: int) -> tuple[float, float] | None:
        """(objective, bound) with one choice fixed, or None where it has no solution."""
        fixed = np.zeros(len(columns))
        fixed[index] = 1.0
        highs.changeColsBounds(len(columns), columns, fixed, fixed)
        highs.run()
        info = highs.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        objective = float(info.objective_function_value)
        return objective, min(objective, float(info.mip_dual_bound)) if integral else objective

    integral = False
    _set_integrality(highs, whole, 0)
    bounds = [(result[0], index) for index in range(len(columns)) if (result := run(index)) is not None]
    integral = True
    _set_integrality(highs, whole, 1)
    best: Found | None = None
    least = np.inf
    for bound, index in sorted(bounds):
        if best is not None and bound >= best.objective - GAP * abs(best.objective):
            least = min(least, bound)
            break
        result = run(index)
        if result is None:
            continue
        objective, proven = result
        least = min(least, proven)
        if best is None or objective < best.objective:
            solution = highs.getSolution().col_value
            best = Found(values=dict(zip(labels, map(float, solution))), objective=objective, bound=proven)
    if best is None:
        return None
    return Found(values=best.values, objective=best.objective, bound=min(best.objective, least))


def _instance(highspy: Any, matrices: Any) -> Any:
    highs = highspy.Highs()
    highs.silent()
    for name, value in OPTIONS.items():
        highs.setOptionValue(name, value)
    count = len(matrices.vlabels)
    highs.addVars(count, matrices.lb, matrices.ub)
    highs.changeColsCost(count, np.arange(count, dtype=np.int32), matrices.c)
    rows = matrices.A.tocsr()
    lower = np.where(matrices.sense != "<", matrices.b, -np.inf)
    upper = np.where(matrices.sense != ">", matrices.b, np.inf)
    highs.addRows(rows.shape[0], lower, upper, rows.nnz, rows.indptr, rows.indices, rows.data)
    return highs


def _set_integrality(highs: Any, columns: NDArray[np.int32], kind: int) -> None:
    highs.changeColsIntegrality(len(columns), columns, np.full(len(columns), kind, dtype=np.uint8))
