"""The time of one optimiser step for every strategy at once, and where it goes.

A layer costs the same for all strategies that share a shape, so layers are timed on distinct shapes and spread out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from twoeyes.perf.efficiency import value
from twoeyes.perf.fabric import all_gather, all_reduce, all_to_all, send
from twoeyes.perf.job import Job
from twoeyes.perf.memory import GRADIENT, STATES, WEIGHT, Held, held_params
from twoeyes.perf.ops import HALF, Attention, Op, Traffic, head_ops, layer_ops, moe_share, widths
from twoeyes.perf.pipeline import bubble_time, heaviest_stage
from twoeyes.perf.roofline import op_time
from twoeyes.perf.strategies import Floats, Ints, Strategies, distinct, micro_batches
from twoeyes.perf.workload import RECOMPUTES

_SELECTIVE, _FULL = RECOMPUTES.index("selective"), RECOMPUTES.index("full")


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Seconds of a step per strategy, shape (n,). The parts add up to `total`; communication is what is not hidden."""

    compute: dict[str, Floats]
    exposed: dict[str, Floats]
    bubble: Floats
    optimiser: Floats
    overhead: Floats
    total: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Seconds of one mean layer and of the head, forward and backward of a micro-batch, per distinct shape."""

    compute: dict[str, Floats]
    exposed: dict[str, Floats]
    head: Floats

    def time(self) -> Floats:
        """All of a layer."""
        return _sum([*self.compute.values(), *self.exposed.values()])


def evaluate(job: Job, s: Strategies) -> Steps:
    """Time one step of every strategy.

    The busiest stage sets the pace; idle time is what it and the pipeline's fill take beyond an equal share. Stages
    hold whole layers of mean cost.
    """
    first, place = distinct((s.tp, s.cp, s.ep, s.micro_batch, s.recompute, s.sequence_parallel))
    layer = _layer(job, s.take(first))
    layer_time, head = layer.time()[place], layer.head[place]
    runs = micro_batches(s, job.batch)
    busiest = heaviest_stage(job.model.layers, s.pp, s.vpp, head / layer_time) * layer_time
    mean = (job.model.layers * layer_time + head) / s.pp
    idle = runs * (busiest - mean) + bubble_time(s.pp, s.vpp, mean)
    per_stage = runs * job.model.layers / s.pp
    compute = {name: per_stage * seconds[place] for name, seconds in layer.compute.items()}
    compute["head"] = runs * head / s.pp
    exposed = {name: per_stage * seconds[place] for name, seconds in layer.exposed.items()}
    held = held_params(job.model, s, job.model.layers / s.pp, 1.0 / s.pp + (not job.model.tied_embeddings) / s.pp)
    exposed["pipeline"] = _pipeline(job, s, runs)
    exposed["data parallel"] = _data_parallel(job, s, held, runs, mean)
    optimiser = _optimiser(job, s, held)
    busy = _sum([*compute.values(), *exposed.values(), idle, optimiser])
    overhead = busy * value("step.overhead")
    return Steps(
        compute=compute, exposed=exposed, bubble=idle, optimiser=optimiser, overhead=overhead, total=busy + overhead
    )


def _layer(job: Job, shapes: Strategies) -> Layer:
    ops = layer_ops(job.model, shapes, job.sequence, job.training.attention, job.imbalance)
    compute: dict[str, Floats] = defaultdict(lambda: np.zeros(len(shapes)))
    for op in ops:
        forward, backward = op_time(job.machine, op)
        again = np.where(_redone(op, shapes.recompute, job.training.attention == "materialised"), forward, 0.0)
        compute[_name(op)] = compute[_name(op)] + forward + backward + again
    head = _sum(
        [sum(op_time(job.machine, op), start=np.zeros(len(shapes))) for op in head_ops(job.model, shapes, job.sequence)]
    )
    exposed = {
        "tensor parallel": _tensor_parallel(job, shapes),
        "context parallel": _context_parallel(job, shapes, compute["attention"]),
        "expert parallel": _expert_parallel(job, shapes),
    }
    return Layer(compute=dict(compute), exposed=exposed, head=head)


def _redone(op: Op, recompute: Ints, scores_in_memory: bool) -> np.typing.NDArray[np.bool_]:
    light = isinstance(op, Attention) if scores_in_memory else isinstance(op, Traffic) and op.redone
    return recompute >= (_SELECTIVE if light else _FULL)


def _name(op: Op) -> str:
    return "attention" if isinstance(op, Attention) else op.name


def _tensor_parallel(job: Job, s: Strategies) -> Floats:
    """An all-reduce (or gather and scatter) behind attention and one behind the feed-forward, in each direction.

    Shoeybi et al. 2019. A block of routed experts needs none: tokens are already split there. Full recomputation
    repeats the forward pair.
    """
    volume = s.micro_batch * job.sequence / s.cp * job.model.hidden * HALF
    moe = moe_share(job.model)
    blocks = 2.0 - (moe if not job.model.shared_experts else 0.0)
    passes = 2.0 + (s.recompute == _FULL)
    seconds = all_reduce(job.fabric, s.tp, np.ones_like(s.tp), volume)
    visible: Floats = blocks * passes * seconds * (1 - value("overlap.tp"))
    return visible


def _context_parallel(job: Job, s: Strategies, attention: Floats) -> Floats:
    """Keys and values gathered forward and again backward, their gradients scattered; hidden under attention."""
    width = widths(job.model)
    volume = s.micro_batch * job.sequence * (width.key + width.values) / s.tp * HALF
    passes = 3.0 + (s.recompute == _FULL)
    seconds = passes * all_gather(job.fabric, s.cp, s.tp, volume)
    return _exposed(seconds, attention, value("overlap.cp"))


def _expert_parallel(job: Job, s: Strategies) -> Floats:
    """Dispatch and combine, forward and backward, with the busiest rank's load."""
    if not job.model.experts:
        return np.zeros(len(s))
    tokens = s.micro_batch * job.sequence / (s.cp * s.tp) * job.model.top_k * job.imbalance
    passes = 2.0 * (2.0 + (s.recompute == _FULL))
    seconds = passes * all_to_all(job.fabric, s.ep, np.ones_like(s.ep), tokens * job.model.hidden * HALF)
    visible: Floats = moe_share(job.model) * seconds * (1 - value("overlap.ep"))
    return visible


def _pipeline(job: Job, s: Strategies, runs: Ints) -> Floats:
    """Activations forward and gradients backward between chunks; the filling of the pipeline hides nothing."""
    split = np.where(s.sequence_parallel > 0, s.tp, 1)
    volume = s.micro_batch * job.sequence / s.cp * job.model.hidden * HALF / split
    once = 2.0 * send(job.fabric, s.pp, s.tp * s.cp * s.dp, volume)
    return once * (runs * s.vpp * (1 - value("overlap.pp")) + (s.pp - 1))


def _data_parallel(job: Job, s: Strategies, held: Held, runs: Ints, mean: Floats) -> Floats:
    """Gradients scattered and weights gathered once a step; ZeRO 2 scatters, ZeRO 3 does all, for each micro-batch.

    Hidden under a micro-batch's compute, or the whole step's for ZeRO 3, but never entirely.
    """

    def gather(size: float) -> Floats:
        dense = all_gather(job.fabric, s.cp * s.dp, s.tp, size * held.dense)
        ranks = np.maximum(s.tp * s.cp * s.dp // s.ep, 1)
        return dense + (all_gather(job.fabric, ranks, s.ep, size * held.experts) if job.model.experts else 0.0)

    gradients, weights = gather(GRADIENT), gather(WEIGHT)
    each = np.where(s.zero >= 2, runs, 1)
    seconds = gradients * each + np.where(s.zero >= 3, 2.0 * runs * weights, np.where(s.zero >= 1, weights, gradients))
    return _exposed(seconds, mean * each, value("overlap.dp"))


def _optimiser(job: Job, s: Strategies, held: Held) -> Floats:
    """Adam reads gradients and states and writes states and weights, each chip its part (Kingma and Ba 2015)."""
    split = s.zero >= 1
    params = held.dense / np.where(split, held.dense_ranks, 1) + held.experts / np.where(split, held.expert_ranks, 1)
    return params * (GRADIENT + 2 * STATES + WEIGHT) / (job.machine.memory_bw * job.machine.stream)


def _exposed(seconds: Floats, window: Floats, share: float) -> Floats:
    """What stays visible of a transfer when at most `share` of it, and of the compute beside it, may overlap."""
    return np.maximum(seconds - share * window, (1 - share) * seconds)


def _sum(parts: list[Floats]) -> Floats:
    total: Floats = np.sum(np.stack(parts), axis=0)
    return total
