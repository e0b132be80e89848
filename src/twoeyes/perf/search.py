"""Every strategy that makes sense for a job, timed in chunks that stay in cache; the best, the trade-offs, and why.

Nothing here loops over strategies in Python, except over the few that are printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from twoeyes.errors import InfeasibleError
from twoeyes.facts.catalog import Model
from twoeyes.perf.job import Job
from twoeyes.perf.memory import Memory, memory
from twoeyes.perf.step import Steps, evaluate
from twoeyes.perf.strategies import Floats, Ints, Strategies
from twoeyes.perf.workload import RECOMPUTES, Strategy

CHUNK = 16_384
_MOST_TP, _MOST_CP, _MOST_VPP, _MOST_EP = 64, 32, 16, 512
_MICRO_BATCHES = (1, 2, 4, 8)
_SHORTEST_SLICE = 2048  # tokens of a sequence that context parallelism leaves on a chip
_WASTED_SLOTS = 0.10  # a pipeline may leave this part of its layer slots empty
_STEPS_DOWN = 3  # data-parallel sizes tried, from the largest down


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One trade-off: no other strategy is better in step time, memory per chip and chips kept busy at once."""

    strategy: Strategy
    step_time_s: float
    memory_bytes: float
    chips: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All strategies that fit, their step times and memory of shape (n,), the best's index, and how many were tried."""

    strategies: Strategies
    time: Floats
    memory: Floats
    best: int
    tried: int


def search(job: Job, chips: int) -> Found:
    """The strategies that fit on at most `chips` chips, and the fastest of them.

    Ties go to fewer chips, then less memory, then the order of enumeration. Raises InfeasibleError where none fits.
    """
    tried, kept, times, sizes, least = 0, [], [], [], float("inf")
    for chunk in _chunks(enumerate_strategies(job, chips)):
        tried += len(chunk)
        size = memory(job.model, chunk, job.sequence, job.batch, job.training.attention).total
        least = min(least, float(size.min()))
        fits = size <= job.usable_bytes
        if fits.any():
            chunk, size = chunk.take(fits), size[fits]
            kept.append(chunk)
            sizes.append(size)
            times.append(evaluate(job, chunk).total)
    if not kept:
        raise InfeasibleError(_too_small(job, chips, tried, least))
    every, time, size = Strategies.join(kept), np.concatenate(times), np.concatenate(sizes)
    best = int(np.lexsort((size, every.chips, time))[0])
    return Found(strategies=every, time=time, memory=size, best=best, tried=tried)


def enumerate_strategies(job: Job, chips: int) -> Strategies:
    """All strategies that make sense on at most `chips` chips; chips that no strategy can use stay idle.

    Tensor parallelism stays inside a scale-up domain and divides heads; stages divide layers with little waste; experts
    divide evenly and, inside a domain, leave the rest of it idle. Data parallelism takes what remains, rounded so that
    micro-batches are shared evenly; interleaving needs micro-batches in multiples of stages.
    """
    domain = job.fabric.domain
    axes = [_tensor(job.model, domain), _context(job.sequence), _experts(job.model), _MICRO_BATCHES, _modes(job)]
    layouts = np.array(_layouts(job.model), np.int64)
    place = np.indices((*(len(axis) for axis in axes), len(layouts))).reshape(len(axes) + 1, -1)
    tp, cp, ep, micro, recompute = (np.array(axis, np.int64)[index] for axis, index in zip(axes, place))
    pp, vpp, zero, step = layouts[place[-1]].T
    unit = ep // np.gcd(ep, tp * cp)  # data-parallel ranks that complete a group of experts
    room = _usable(chips, domain, np.maximum(tp, ep)) // (tp * cp * pp * unit)
    units, exact = _data_parallel(job.batch, micro * unit, np.where(vpp > 1, pp, 1), np.maximum(room, 1), step)
    dp = units * unit
    sensible = exact & (units <= room) & (micro <= job.batch)
    found = Strategies(
        tp=tp, cp=cp, pp=pp, vpp=vpp, ep=ep, dp=dp, micro_batch=micro, zero=zero, recompute=recompute,
        sequence_parallel=np.ones_like(tp),
    )  # fmt: skip
    return found.take(sensible)


def pareto(found: Found, most: int = 12) -> tuple[Option, ...]:
    """Up to `most` strategies that no other beats in time, memory and chips together, fastest first."""
    front: list[int] = []
    chips = found.strategies.chips
    for count in np.unique(chips):
        rows = np.flatnonzero(chips == count)
        rows = rows[np.lexsort((found.memory[rows], found.time[rows]))]
        lowest = np.minimum.accumulate(found.memory[rows])
        falls = np.concatenate([[True], found.memory[rows][1:] < lowest[:-1]])
        rows = rows[falls]
        for row in rows:
            beaten = any(found.time[f] <= found.time[row] and found.memory[f] <= found.memory[row] for f in front)
            if not beaten:
                front.append(int(row))
    front.sort(key=lambda row: (found.time[row], found.memory[row]))
    return tuple(option(found, row) for row in front[:most])


def option(found: Found, row: int) -> Option:
    """One strategy of a search as a plain object."""
    strategy = found.strategies.row(row)
    return Option(
        strategy=strategy,
        step_time_s=float(found.time[row]),
        memory_bytes=float(found.memory[row]),
        chips=strategy.chips,
    )


def reasons(job: Job, found: Found) -> tuple[str, ...]:
    """For each choice of the best strategy: what the best strategy with another choice there would cost, and where."""
    base = _at(job, found, found.best)
    lines = []
    for name in ("tp", "cp", "pp", "vpp", "ep", "micro_batch", "zero", "recompute"):
        column: Ints = getattr(found.strategies, name)
        chosen = column[found.best]
        others = np.flatnonzero(column != chosen)
        if not len(others):
            continue
        rival = int(others[np.argmin(found.time[others])])
        slower = found.time[rival] / found.time[found.best] - 1
        more = _at(job, found, rival)
        where = max(more, key=lambda part: more[part] - base.get(part, 0.0))
        label, other = _label(name, int(chosen)), _label(name, int(column[rival]))
        lines.append(f"{label}: the best with another, {other}, takes {slower:.1%} longer, mostly through {where}")
    return tuple(lines)


def breakdown(steps: Steps, row: int) -> dict[str, float]:
    """Seconds of one strategy's step by part; the parts add up to the step."""
    parts = {f"compute: {name}": float(seconds[row]) for name, seconds in steps.compute.items()}
    parts |= {f"exposed: {name}": float(seconds[row]) for name, seconds in steps.exposed.items()}
    return parts | {
        "bubble": float(steps.bubble[row]),
        "optimiser": float(steps.optimiser[row]),
        "overhead": float(steps.overhead[row]),
    }


def reference(job: Job, strategy: Strategy) -> tuple[float, float]:
    """(seconds of a step, bytes per chip) of one strategy on its own, by the same formulas on arrays of length one."""
    alone = Strategies.of([strategy])
    held: Memory = memory(job.model, alone, job.sequence, job.batch, job.training.attention)
    return float(evaluate(job, alone).total[0]), float(held.total[0])


def _at(job: Job, found: Found, row: int) -> dict[str, float]:
    return breakdown(evaluate(job, found.strategies.take(slice(row, row + 1))), 0)


def _label(name: str, number: int) -> str:
    return f"recompute {RECOMPUTES[number]}" if name == "recompute" else f"{name} {number}"


def _chunks(strategies: Strategies) -> Iterator[Strategies]:
    for start in range(0, len(strategies), CHUNK):
        yield strategies.take(slice(start, start + CHUNK))


def _tensor(model: Model, domain: int) -> list[int]:
    return [tp for tp in range(1, _MOST_TP + 1) if model.heads % tp == 0 and domain % tp == 0]


def _context(sequence: int) -> list[int]:
    return [
        cp
        for cp in (2**power for power in range(6))
        if cp <= _MOST_CP and (cp == 1 or sequence / cp >= _SHORTEST_SLICE)
    ]


def _stages(model: Model) -> list[int]:
    slots = ((pp, -(-model.layers // pp) * pp) for pp in range(1, model.layers + 1))
    return [pp for pp, held in slots if held - model.layers <= _WASTED_SLOTS * model.layers]


def _chunks_per_stage(model: Model, pp: int) -> list[int]:
    held = -(-model.layers // pp)
    return [1] if pp == 1 else [vpp for vpp in range(1, min(held, _MOST_VPP) + 1) if held % vpp == 0]


def _experts(model: Model) -> list[int]:
    return [ep for ep in range(1, min(model.experts, _MOST_EP) + 1) if model.experts % ep == 0] or [1]


def _modes(job: Job) -> list[int]:
    asked = job.training.recompute
    return list(range(len(RECOMPUTES))) if asked is None else [RECOMPUTES.index(asked)]


def _usable(chips: int, domain: int, group: Ints) -> Ints:
    """Chips left when each scale-up domain holds only whole groups; a larger group may take several domains."""
    per_domain = np.where(group <= domain, domain // group * group, domain)
    return chips // domain * per_domain + np.minimum(chips % domain, per_domain)


def _layouts(model: Model) -> list[tuple[int, int, int, int]]:
    """(stages, chunks a stage, ZeRO stage, sizes below the largest); ZeRO 2 and 3 go without stages."""
    return [
        (pp, vpp, zero, step)
        for pp in _stages(model)
        for vpp in _chunks_per_stage(model, pp)
        for zero in ((1, 2, 3) if pp == 1 else (1,))
        for step in range(_STEPS_DOWN)
    ]


def _data_parallel(
    batch: int, micro: Ints, multiple: Ints, room: Ints, step: Ints
) -> tuple[Ints, np.typing.NDArray[np.bool_]]:
    """Data-parallel sizes that `room` replicas allow, `step` below the largest, and whether each is a size at all.

    A size is the least that runs the batch in a given number of micro-batches, a multiple of `multiple`, so a larger
    fleet offers every size that a smaller one does.
    """
    least = -(-batch // (room * micro))
    runs = (-(-least // multiple) + step) * multiple
    dp = -(-batch // (runs * micro))
    return dp, -(-batch // (dp * micro)) == runs


def _too_small(job: Job, chips: int, tried: int, least: float) -> str:
    have = job.usable_bytes / 1e9
    return (
        f"{job.model.id} does not fit on {chips:,} chips: of {tried:,} strategies the smallest needs "
        f"{least / 1e9:,.0f} GB a chip where {have:,.0f} GB are usable; give more chips or chips with more memory"
    )
