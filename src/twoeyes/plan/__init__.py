"""What to buy: offers joined with law, price and rate; a least-cost purchase under a stance; what survives a veto.

The package is its own main verb: `twoeyes.plan(world, case)` is `twoeyes.plan.plan(world, case)`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twoeyes.plan.build import plan
    from twoeyes.plan.case import Case, load_case
    from twoeyes.plan.replays import replay
    from twoeyes.plan.result import Plan

__all__ = ["Case", "Plan", "load_case", "plan", "replay"]

_WHERE = {"plan": "build", "Case": "case", "load_case": "case", "replay": "replays", "Plan": "result"}


class _Verb(ModuleType):
    def __call__(self, *arguments: Any, **named: Any) -> Plan:
        made: Plan = import_module("twoeyes.plan.build").plan(*arguments, **named)
        return made


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'twoeyes.plan' has no attribute {name!r}")
    return getattr(import_module(f"twoeyes.plan.{_WHERE[name]}"), name)


sys.modules[__name__].__class__ = _Verb
