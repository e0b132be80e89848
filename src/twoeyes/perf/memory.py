"""Bytes that each chip holds, for the first and the last stage of a pipeline; the fuller one decides what fits.

Weights, gradients and optimiser states under ZeRO (Rajbhandari et al. 2020); activations as Korthikanti et al. 2022.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twoeyes.facts.catalog import Model
from twoeyes.perf.ops import attention_params, dense_ffn, expert_ffn, moe_share, shared_ffn, widths
from twoeyes.perf.pipeline import chunks_in_flight
from twoeyes.perf.strategies import Floats, Strategies, micro_batches
from twoeyes.perf.workload import RECOMPUTES, Kernel

WEIGHT, GRADIENT, STATES = 2.0, 4.0, 12.0  # bytes a parameter: 16-bit, fp32 main gradient, fp32 master and two moments
PARTS = ("weights", "gradients", "optimiser", "activations", "logits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Parameters that one chip holds, and over how many chips ZeRO splits them. Shape (n,)."""

    dense: Floats
    experts: Floats
    dense_ranks: Floats
    expert_ranks: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Bytes per chip of the fuller stage by part, each of shape (n,), and their sum."""

    parts: dict[str, Floats]
    total: Floats


def held_params(model: Model, s: Strategies, layers: Floats, tables: Floats) -> Held:
    """What a chip holds of a stage with that many layers and vocabulary tables (input or output embedding)."""
    moe, factor = moe_share(model), 3 if model.gated_ffn else 2
    feed = (1 - moe) * dense_ffn(model) + moe * (shared_ffn(model) if moe else 0)
    layer = attention_params(model) + factor * model.hidden * feed + moe * model.experts * model.hidden
    expert = factor * model.hidden * expert_ffn(model) * model.experts * moe if moe else 0.0
    stage = s.tp * s.cp * s.dp
    return Held(
        dense=(layers * layer + tables * model.vocab * model.hidden) / s.tp,
        experts=layers * expert / s.ep,
        dense_ranks=(s.cp * s.dp).astype(np.float64),
        expert_ranks=stage / s.ep,
    )


def model_states(held: Held, zero: Floats) -> dict[str, Floats]:
    """Bytes of weights, gradients and optimiser states: ZeRO 1 splits the last, 2 also the second, 3 all."""

    def split(size: float, stage: int) -> Floats:
        cut = zero >= stage
        dense = held.dense / np.where(cut, held.dense_ranks, 1.0)
        return size * (dense + held.experts / np.where(cut, held.expert_ranks, 1.0))

    return {"weights": split(WEIGHT, 3), "gradients": split(GRADIENT, 2), "optimiser": split(STATES, 1)}


def layer_activations(model: Model, s: Strategies, sequence: int, kernel: Kernel, recompute: Floats) -> Floats:
    """Bytes kept for the backward pass of one mean layer and one micro-batch on one chip, by recomputation policy.

    For a GPT with scores in memory this is Korthikanti et al. 2022: s b h (34 + 5 a s / h) with nothing recomputed,
    34 s b h selectively, 2 s b h fully, all over tp under sequence parallelism. With a fused kernel there are neither
    scores nor dropout masks, and selective recomputation drops the outputs of norms and activation functions.
    """
    tokens = s.micro_batch * sequence / s.cp
    stream_split = np.where(s.sequence_parallel > 0, s.tp, 1)
    stream = tokens * model.hidden * 2.0 / stream_split
    width, moe = widths(model), moe_share(model)
    ways = 2 if model.gated_ffn else 1
    inner = (1 - moe) * dense_ffn(model) + (moe * shared_ffn(model) if moe else 0)
    routed = moe * model.top_k if moe else 0.0
    local = tokens / s.tp * 2.0
    inner_in, inner_out = local * ways * inner, local * inner
    if routed:
        inner_in = inner_in + local * routed * (ways * expert_ffn(model) + 2 * model.hidden)
        inner_out = inner_out + local * routed * expert_ffn(model)
    attention = local * (width.query + width.key + width.values + width.out)
    inputs, norm_outputs = 2 * stream, 2 * stream
    if kernel == "materialised":
        kept = inputs + norm_outputs + stream + attention + inner_in + inner_out  # one more stream: two byte masks
        scores = 5.0 * model.heads * tokens * sequence / s.tp
        policies = {"none": kept + scores, "selective": kept, "full": stream}
    else:
        lean = inputs + attention + inner_in
        policies = {"none": lean + norm_outputs + inner_out, "selective": lean, "full": stream}
    return np.choose(recompute.astype(np.int64), [policies[name] for name in RECOMPUTES])


def memory(model: Model, s: Strategies, sequence: int, batch: int, kernel: Kernel) -> Memory:
    """Bytes per chip at the peak of a step, shape (n,) each.

    The first stage holds most micro-batches in flight and the input embedding; the last holds one, the output
    projection and the logits (16-bit and fp32). Under full recomputation one layer's whole set is alive besides.
    """
    layers = np.minimum(np.ceil(model.layers / (s.pp * s.vpp)) * s.vpp, model.layers)
    alone = s.pp == 1
    tables = np.where(alone & (not model.tied_embeddings), 2.0, 1.0)
    states = model_states(held_params(model, s, layers, tables), s.zero.astype(np.float64))
    per_layer = layer_activations(model, s, sequence, kernel, s.recompute.astype(np.float64))
    whole = layer_activations(model, s, sequence, kernel, np.zeros(len(s)))
    working = np.where(s.recompute > 0, whole - per_layer, 0.0)
    first = chunks_in_flight(s.pp, s.vpp, micro_batches(s, batch)) * (layers / s.vpp) * per_layer + working
    last = layers * per_layer + working
    logits = s.micro_batch * sequence / s.cp * model.vocab / s.tp * 6.0
    first_logits = np.where(alone, logits, 0.0)
    fuller_last = last + logits > first + first_logits
    parts = states | {
        "activations": np.where(fuller_last, last, first),
        "logits": np.where(fuller_last, logits, first_logits),
    }
    parts["weights"] = parts["weights"] + _gathered(model, s, layers)
    total: Floats = sum(parts.values(), start=np.zeros(len(s)))
    return Memory(parts=parts, total=total)


def _gathered(model: Model, s: Strategies, layers: Floats) -> Floats:
    """Two layers' whole weights, which ZeRO 3 gathers ahead of their use."""
    held = held_params(model, s, np.minimum(layers, 2.0), np.zeros(len(s)))
    return np.where(s.zero >= 3, WEIGHT * (held.dense + held.experts), 0.0)
