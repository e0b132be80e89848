"""What to buy: offers joined with law, price and rate; a least-cost purchase under a stance; what survives a veto."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twoeyes.plan.build import plan
    from twoeyes.plan.case import Case, load_case
    from twoeyes.plan.replay import replay
    from twoeyes.plan.result import Plan

__all__ = ["Case", "Plan", "load_case", "plan", "replay"]

_WHERE = {"plan": "build", "Case": "case", "load_case": "case", "replay": "replay", "Plan": "result"}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'twoeyes.plan' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"twoeyes.plan.{_WHERE[name]}"), name)
