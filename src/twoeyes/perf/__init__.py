"""How fast: training a model on a fleet, with a range, a breakdown and reasons.

simulate(world, Training("llama3.1-405b", tokens=15.6e12), Fleet("dgx-h100", chips=16384)) -> Estimate
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from twoeyes.errors import InputError
from twoeyes.perf.estimate import Estimate
from twoeyes.perf.mixed import simulate_mixed
from twoeyes.perf.train import rate_table, simulate_training
from twoeyes.perf.workload import Bridge, Fleet, Pool, Strategy, Training

if TYPE_CHECKING:
    from twoeyes.world import World


def simulate(world: World, workload: Training, fleet: Fleet, *, on: date | str | None = None) -> Estimate:
    """How fast `fleet` does `workload`, with the catalogue as `world` knows it.

    `on` is the day on which the fleet would run: a chip announced later is an InputError. Raises UnknownNameError for
    a name that the world does not hold, InputError for a missing fact, InfeasibleError where the model does not fit.
    """
    model = world.model(workload.model)
    parts = []
    for pool in fleet.pools:
        system = world.system(pool.system)
        chip = world.chip(system.chip)
        if on is not None and chip.announced is not None and chip.announced > _day(on):
            raise InputError(f"{chip.id} was announced on {chip.announced}, after {on}; ask for a later day")
        parts.append((chip, system, pool.chips))
    if len(parts) == 1:
        found = simulate_training(parts[0][0], parts[0][1], model, workload, parts[0][2])
    else:
        found = simulate_mixed(parts, model, workload, fleet.bridge)
    return replace(found, world=world.digest)


def _day(on: date | str) -> date:
    if isinstance(on, date):
        return on
    try:
        return date.fromisoformat(on)
    except ValueError:
        raise InputError(f"on: expected a day as YYYY-MM-DD, got {on!r}") from None


__all__ = [
    "Bridge",
    "Estimate",
    "Fleet",
    "Pool",
    "Strategy",
    "Training",
    "rate_table",
    "simulate",
    "simulate_mixed",
    "simulate_training",
]
