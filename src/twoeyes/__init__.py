"""twoeyes plans AI compute that no single government, vendor or factory can capture.

    import twoeyes as te

    world = te.World(known="2025-05-14")
    te.check(world, te.Transaction(item="ascend-910c", action="use", to="MY"), on="2025-05-20")
    te.simulate(world, te.Training("llama3.1-405b", tokens=15.6e12), te.Fleet("dgx-h100", chips=16384))
    te.land(world, item="dgx-h100", origin="TW", to="US", on="2025-05-20")
    te.plan(world, te.load_case("examples/penang-2025.yaml"))

Everything is loaded on first use; importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_WHERE = {
    "World": "twoeyes.world",
    "Transaction": "twoeyes.law",
    "check": "twoeyes.law",
    "Training": "twoeyes.perf",
    "Fleet": "twoeyes.perf",
    "simulate": "twoeyes.perf",
    "land": "twoeyes.trade",
    "load_case": "twoeyes.plan",
    "plan": "twoeyes.plan",
    "replay": "twoeyes.plan",
    "TwoeyesError": "twoeyes.errors",
}

__all__ = [
    "Fleet",
    "Training",
    "Transaction",
    "TwoeyesError",
    "World",
    "check",
    "land",
    "load_case",
    "plan",
    "replay",
    "simulate",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'twoeyes' has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
