"""One job over several pools of one site: each pool runs whole replicas, and gradients cross an explicit bridge.

A first version: data parallelism alone, shares in proportion to each pool's own rate, nothing hidden on the bridge.
Unequal layers per stage, and whether mixing beats two separate jobs, are left to the planner of mixed fleets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from twoeyes.errors import InfeasibleError, InputError
from twoeyes.facts.catalog import Chip, Model, System
from twoeyes.perf.efficiency import value
from twoeyes.perf.estimate import Estimate
from twoeyes.perf.job import job_of, total_params
from twoeyes.perf.memory import GRADIENT
from twoeyes.perf.ops import training_flops_per_token
from twoeyes.perf.train import rate_table, simulate_training, uptime_of
from twoeyes.perf.workload import Bridge, Training

Part = tuple[Chip, System, int]  # a pool: its chip, its system, its number of chips


def simulate_mixed(parts: Sequence[Part], model: Model, training: Training, bridge: Bridge | None) -> Estimate:
    """Train on all pools together. Raises InfeasibleError where a pool cannot hold the model by itself."""
    jobs = [job_of(chip, system, model, training) for chip, system, _ in parts]
    link, told = _link(parts, bridge)
    rates = [float(rate_table(chip, system, model, training, [count])[0]) for chip, system, count in parts]
    for (_, system, count), rate in zip(parts, rates):
        if not rate:
            raise InfeasibleError(
                f"{model.id} does not fit on {count:,} chips of {system.id} alone; drop or enlarge it"
            )
    batch = jobs[0].batch
    shares = _shares(batch, rates)
    sequence = jobs[0].sequence
    runs = [
        simulate_training(chip, system, model, _part(training, share * sequence, sequence), count)
        for (chip, system, count), share in zip(parts, shares)
    ]
    slowest = max(runs, key=lambda run: run.step_time_s)
    crossing = _crossing(parts, total_params(model), link)
    step = slowest.step_time_s + crossing
    chips, per_step = sum(count for _, _, count in parts), float(batch * sequence)
    peak = sum(run.mfu_peak_flops * run.chips for run in runs) / chips
    uptime, how = uptime_of(training, chips)
    least = min(run.interval[0] / run.step_time_s for run in runs)
    most = max(run.interval[1] / run.step_time_s for run in runs)
    split = ", ".join(f"{share / batch:.0%} on {system.id}" for (_, system, _), share in zip(parts, shares))
    return replace(
        slowest,
        system=" + ".join(system.id for _, system, _ in parts),
        chips=chips,
        tokens=training.tokens,
        step_time_s=step,
        interval=(step * least, step * most),
        basis=f"not calibrated: the widest of the pools; no measured mixed run exists to check it. {slowest.basis}",
        tokens_per_step=per_step,
        tokens_per_s=per_step / step,
        tokens_per_s_per_chip=per_step / step / chips,
        mfu=per_step / step * training_flops_per_token(model, sequence) / (chips * peak),
        mfu_peak_flops=peak,
        mfu_basis=f"the mean dense {training.dtype} peak of the pools, {peak / 1e12:,.0f} TFLOP/s a chip",
        uptime=uptime,
        time_to_train_s=training.tokens / per_step * step / uptime,
        breakdown={**slowest.breakdown, "exposed: bridge": crossing},
        pareto=(),
        assumptions=(*jobs[0].assumptions, f"each step split {split}", told, *how),
        pools=tuple(runs),
    )


def _part(training: Training, tokens: float, sequence: int) -> Training:
    return replace(training, global_batch_tokens=tokens, sequence=sequence)


def _shares(batch: int, rates: Sequence[float]) -> list[int]:
    """Sequences per pool in proportion to the rates, at least one each, adding up to `batch`."""
    if batch < len(rates):
        raise InputError(f"a step of {batch} sequences cannot be split over {len(rates)} pools; raise the global batch")
    shares = [max(1, int(batch * rate / sum(rates))) for rate in rates]
    shares[shares.index(max(shares))] += batch - sum(shares)
    return shares


def _link(parts: Sequence[Part], bridge: Bridge | None) -> tuple[Bridge, str]:
    if bridge is not None:
        return bridge, f"bridge between pools: {bridge.bw / 1e9:g} GB/s per chip of the smaller pool, as given"
    known = [system.scaleout_bw or chip.scaleout_bw for chip, system, _ in parts]
    slowest = min((bw for bw in known if bw), default=value("assumed.scaleout_bw"))
    made = Bridge(bw=slowest * value("bridge.share"))
    return (
        made,
        f"bridge between pools assumed: host-staged, {made.bw / 1e9:g} GB/s per chip of the smaller pool, one site",
    )


def _crossing(parts: Sequence[Part], params: float, link: Bridge) -> float:
    """A ring over pools sums each gradient, spread over the chips of the smallest pool."""
    if len(parts) < 2:
        return 0.0
    smallest = min(count for _, _, count in parts)
    turns = len(parts)
    return 2 * (turns - 1) / turns * GRADIENT * params / (smallest * link.bw) + 2 * (turns - 1) * link.latency
