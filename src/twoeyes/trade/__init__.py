"""At what cost: duties by two clocks, landed cost, cost of ownership.

Everything is loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twoeyes.trade.cases import land_cases
    from twoeyes.trade.cost import cost_lines
    from twoeyes.trade.frame import land_frame
    from twoeyes.trade.landed import LandedCost, land
    from twoeyes.trade.lint import duty_faults
    from twoeyes.trade.money import CostLine

_WHERE = {
    "CostLine": "money",
    "LandedCost": "landed",
    "cost_lines": "cost",
    "duty_faults": "lint",
    "land": "landed",
    "land_cases": "cases",
    "land_frame": "frame",
}

__all__ = ["CostLine", "LandedCost", "cost_lines", "duty_faults", "land", "land_cases", "land_frame"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'twoeyes.trade' has no attribute {name!r}")
    return getattr(import_module(f"twoeyes.trade.{_WHERE[name]}"), name)
