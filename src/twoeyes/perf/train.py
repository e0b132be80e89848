"""Training on one pool of chips: the best strategy's rate, and how long a run takes with its failures.

simulate_training(chip, system, model, Training("llama3.1-405b", tokens=15.6e12), chips=16384)
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from twoeyes.errors import InfeasibleError, InputError
from twoeyes.facts.catalog import Chip, Model, System
from twoeyes.perf.efficiency import constant, value
from twoeyes.perf.estimate import Estimate
from twoeyes.perf.job import Job, job_of
from twoeyes.perf.memory import memory
from twoeyes.perf.ops import training_flops_per_token
from twoeyes.perf.search import Found, breakdown, pareto, reasons, search
from twoeyes.perf.step import evaluate
from twoeyes.perf.strategies import Floats
from twoeyes.perf.workload import Training


def simulate_training(chip: Chip, system: System, model: Model, training: Training, chips: int) -> Estimate:
    """The fastest way to train `model` on at most `chips` chips of one system.

    Raises InputError where a needed fact is unknown, InfeasibleError where no strategy fits in memory.
    """
    _positive(chips)
    job = job_of(chip, system, model, training)
    return _estimate(chip, system, job, search(job, chips), chips)


def rate_table(
    chip: Chip,
    system: System,
    model: Model,
    training: Training,
    chip_counts: Sequence[int] | np.typing.NDArray[np.int64],
) -> Floats:
    """Tokens a second while steps advance, for each number of chips, shape (len(chip_counts),); 0 where none fits.

    More chips are never slower: what the best strategy cannot use stays idle.
    """
    job = job_of(chip, system, model, training)
    counts = np.asarray(chip_counts, np.int64)
    distinct, place = np.unique(counts, return_inverse=True)
    rates = np.array([_rate(job, int(count)) for count in distinct])
    best: Floats = np.maximum.accumulate(rates)[place.reshape(-1)] if len(rates) else rates
    return best


def uptime_of(training: Training, chips: int) -> tuple[float, tuple[str, ...]]:
    """The share of time in which steps advance, and how it was found where the run does not give it.

    Failures come at a constant rate per chip; checkpoints are spaced by Young's rule (1974), which balances the stall
    of writing them against the work lost since the last one; a restart costs a fixed time.
    """
    if training.uptime is not None:
        return training.uptime, ()
    rate = constant("failure.chip_hours")
    between = rate.value * 3600.0 / chips
    stall, restart = value("failure.checkpoint"), value("failure.restart")
    spacing = math.sqrt(2 * stall * between)
    lost = stall / spacing + spacing / (2 * between) + restart / between
    share = 1 / (1 + lost)
    hours = between / 3600
    text = f"uptime {share:.1%}: one interruption every {hours:,.1f} h on {chips:,} chips ({rate.note}; {rate.source})"
    return share, (text,)


def _rate(job: Job, chips: int) -> float:
    _positive(chips)
    try:
        found = search(job, chips)
    except InfeasibleError:
        return 0.0
    return job.batch * job.sequence / float(found.time[found.best])


def _estimate(chip: Chip, system: System, job: Job, found: Found, chips: int) -> Estimate:
    winner = found.strategies.take(slice(found.best, found.best + 1))
    strategy = winner.row(0)
    dtype = job.training.dtype
    held = memory(job.model, winner, job.sequence, job.batch, job.training.attention)
    step = float(found.time[found.best])
    per_step = float(job.batch * job.sequence)
    rate = per_step / step
    uptime, how = uptime_of(job.training, strategy.chips)
    doubts = job.fabric.assumptions(strategy.chips)
    interval, basis = _interval(chip, job, step, bool(doubts))
    steps = math.ceil(job.training.tokens / per_step * (1 - 1e-12))
    return Estimate(
        model=job.model.id,
        system=system.id,
        chips=chips,
        tokens=job.training.tokens,
        strategy=strategy,
        step_time_s=step,
        interval=interval,
        basis=basis,
        tokens_per_step=per_step,
        tokens_per_s=rate,
        tokens_per_s_per_chip=rate / chips,
        mfu=rate * training_flops_per_token(job.model, job.sequence) / (chips * job.machine.peak),
        mfu_peak_flops=job.machine.peak,
        mfu_basis=f"the dense {dtype} peak, {job.machine.peak / 1e12:,.0f} TFLOP/s a chip, causal attention",
        uptime=uptime,
        time_to_train_s=steps * step / uptime,
        memory_bytes=float(held.total[0]),
        memory={part: float(size[0]) for part, size in held.parts.items()},
        usable_memory_bytes=job.usable_bytes,
        breakdown=breakdown(evaluate(job, winner), 0),
        why=reasons(job, found),
        pareto=pareto(found),
        strategies_tried=found.tried,
        assumptions=(*job.assumptions, *doubts, *how),
    )


def _interval(chip: Chip, job: Job, step: float, assumed_fabric: bool) -> tuple[tuple[float, float], str]:
    row = constant("interval.assumed_fabric" if assumed_fabric else "interval.transferred")
    dtype = job.machine.dtype
    share = constant("gemm.bf16" if dtype in ("bf16", "fp16") else f"gemm.{dtype}", chip)
    origin = {chip.id: f"from {share.confidence} benchmarks of this chip", "*": "assumed for a chip without one"}
    told = origin.get(share.chip, f"carried over from {share.chip}")
    basis = (
        f"not calibrated: {row.low:g} to {row.high:g} times the estimate, no measured coverage; "
        "a searched optimum, which few runs reach; "
        f"GEMM share of peak {share.value:.2f} {told}"
    )
    if assumed_fabric:
        basis += "; widened because a fact of the fabric is assumed"
    return (step * row.low, step * row.high), basis


def _positive(chips: int) -> None:
    if chips < 1:
        raise InputError(f"chips: expected at least 1, got {chips}")
