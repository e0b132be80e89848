"""The operations of one mean layer and of the head, for one micro-batch, on one chip: FLOPs, bytes and GEMM shapes.

Everything is an array over shapes (tensor, context and expert parallelism, micro-batch); nothing knows about time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from twoeyes.errors import InputError
from twoeyes.facts.catalog import Model
from twoeyes.perf.strategies import Floats, Ints, Strategies
from twoeyes.perf.workload import Kernel

HALF = 2.0  # bytes of a 16-bit number


@dataclass(frozen=True, slots=True, kw_only=True)
class Gemm:
    """`count` products of (m, k) by (k, n); `share` is the part of layers that has it. `low`: may run in fp8 or fp4."""

    name: str
    m: Floats
    n: Floats
    k: Floats
    count: Floats | float = 1.0
    share: float = 1.0
    low: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Scores and their product with the values: forward FLOPs, and bytes of scores where they go through memory."""

    flops: Floats
    score_bytes: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Element-wise work, bound by memory: forward bytes. `redone` under selective recomputation."""

    name: str
    bytes: Floats
    share: float = 1.0
    redone: bool = False


Op = Gemm | Attention | Traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class Widths:
    """Widths of a model's attention: what the four projections and the score product see."""

    query: int  # all heads
    key: int
    values: int
    out: int  # input of the output projection
    qk_dim: int  # per head
    v_dim: int


def widths(model: Model) -> Widths:
    """Attention widths of MHA, GQA, MQA and MLA (DeepSeek-V2 2024); hybrids and sparse ones count as full attention."""
    if model.attention == "MLA":
        nope, rope, v = (_known(model, name) for name in ("qk_nope_dim", "qk_rope_dim", "v_head_dim"))
        query = model.heads * (nope + rope)
        return Widths(query=query, key=query, values=model.heads * v, out=model.heads * v, qk_dim=nope + rope, v_dim=v)
    query, kv = model.heads * model.head_dim, model.kv_heads * model.head_dim
    return Widths(query=query, key=kv, values=kv, out=query, qk_dim=model.head_dim, v_dim=model.head_dim)


def moe_share(model: Model) -> float:
    """The part of layers whose feed-forward block is a mixture of experts."""
    return (model.layers - model.dense_layers) / model.layers if model.experts else 0.0


def dense_ffn(model: Model) -> int:
    """Inner width of a dense feed-forward block; 0 where no layer has one."""
    return _known(model, "ffn") if moe_share(model) < 1 else 0


def expert_ffn(model: Model) -> int:
    """Inner width of one expert."""
    return model.expert_ffn or _known(model, "ffn")


def shared_ffn(model: Model) -> int:
    """Inner width of all shared experts together."""
    return model.shared_ffn or model.shared_experts * expert_ffn(model)


def layer_ops(model: Model, shapes: Strategies, sequence: int, kernel: Kernel, imbalance: float) -> list[Op]:
    """The operations of a mean layer for one micro-batch of `sequence` tokens each, on one chip."""
    tokens = shapes.micro_batch * sequence / shapes.cp
    return [
        *_projections(model, tokens, shapes.tp),
        _attention(model, tokens, shapes.tp, sequence, kernel),
        *_feed_forward(model, tokens, shapes, imbalance),
        *_element_wise(model, tokens, shapes),
    ]


def head_ops(model: Model, shapes: Strategies, sequence: int) -> list[Op]:
    """The output projection and the loss of one micro-batch; in 16 bits whatever the training precision."""
    tokens = shapes.micro_batch * sequence / shapes.cp
    vocab = model.vocab / shapes.tp
    product = Gemm(name="head", m=tokens, n=vocab, k=_of(tokens, model.hidden), low=False)
    return [product, Traffic(name="head", bytes=tokens * vocab * (HALF + 4.0))]


def attention_flops_per_token(model: Model, sequence: int) -> float:
    """Forward FLOPs of causal attention for one token of one layer: half of the full square."""
    width = widths(model)
    return sequence * model.heads * (width.qk_dim + width.v_dim)


def matmul_params(model: Model) -> tuple[float, float, float]:
    """Parameters that multiply activations: (attention of a layer, feed-forward active in a mean layer, head)."""
    moe, factor = moe_share(model), 3 if model.gated_ffn else 2
    active = model.top_k * expert_ffn(model) + shared_ffn(model) if moe else 0
    router = model.experts if moe else 0
    feed = (1 - moe) * factor * dense_ffn(model) + moe * (factor * active + router)
    return attention_params(model), model.hidden * feed, float(model.vocab * model.hidden)


def attention_params(model: Model) -> float:
    """Parameters of the projections of one layer's attention."""
    tokens = np.ones(1)
    return float(sum((op.n * op.k)[0] for op in _projections(model, tokens, np.ones(1, np.int64))))


def training_flops_per_token(model: Model, sequence: int) -> float:
    """Model FLOPs of one token, forward and backward: 6 per active parameter, and causal attention.

    No recomputation is counted (Chowdhery et al. 2022), nor the embedding's look-up.
    """
    attention, feed, head = matmul_params(model)
    layer = 2 * (attention + feed) + attention_flops_per_token(model, sequence)
    return 3 * (model.layers * layer + 2 * head)


def _projections(model: Model, tokens: Floats, tp: Ints) -> Iterator[Gemm]:
    width, hidden = widths(model), _of(tokens, model.hidden)
    if model.attention == "MLA":
        yield from _latent(model, tokens, tp, width)
    else:
        keys = np.maximum(2 * width.key / tp, 2 * model.head_dim)  # fewer key heads than ranks: each keeps a copy
        yield Gemm(name="attention projections", m=tokens, n=width.query / tp + keys, k=hidden)
    yield Gemm(name="attention projections", m=tokens, n=hidden, k=width.out / tp)


def _latent(model: Model, tokens: Floats, tp: Ints, width: Widths) -> Iterator[Gemm]:
    """MLA's down- and up-projections; the down-projections are too small to split and are repeated on each rank."""
    kv_rank, rope = _known(model, "kv_lora_rank"), _known(model, "qk_rope_dim")
    hidden, name = _of(tokens, model.hidden), "attention projections"
    keys_values = model.heads * (_known(model, "qk_nope_dim") + width.v_dim)
    yield Gemm(name=name, m=tokens, n=_of(tokens, (model.q_lora_rank or 0) + kv_rank + rope), k=hidden)
    yield Gemm(name=name, m=tokens, n=width.query / tp, k=_of(tokens, model.q_lora_rank or model.hidden))
    yield Gemm(name=name, m=tokens, n=keys_values / tp, k=_of(tokens, kv_rank))


def _attention(model: Model, tokens: Floats, tp: Ints, sequence: int, kernel: Kernel) -> Attention:
    square = tokens * sequence * model.heads / tp
    full = 2.0 if kernel == "materialised" else 1.0  # without a fused kernel the masked half is computed too
    width = widths(model)
    flops = full * square * (width.qk_dim + width.v_dim)
    # Score matrix: written and read by the product, the scaled mask, the softmax and the dropout.
    return Attention(flops=flops, score_bytes=square * HALF * 8 if kernel == "materialised" else square * 0.0)


def _feed_forward(model: Model, tokens: Floats, shapes: Strategies, imbalance: float) -> Iterator[Op]:
    moe = moe_share(model)
    if moe < 1:
        yield from _block(model, "feed-forward", tokens, dense_ffn(model) / shapes.tp, 1 - moe)
    if not moe:
        return
    yield Gemm(
        name="router",
        m=tokens / shapes.tp,
        n=_of(tokens, model.experts),
        k=_of(tokens, model.hidden),
        share=moe,
        low=False,
    )
    if model.shared_experts:
        yield from _block(model, "shared experts", tokens, shared_ffn(model) / shapes.tp, moe)
    # Tokens reach the experts already split over tp ranks; each rank then holds experts/ep whole experts.
    held = model.experts / shapes.ep
    routed = tokens / shapes.tp * model.top_k * imbalance
    yield from _block(model, "experts", routed / held, _of(tokens, expert_ffn(model)), moe, count=held)
    yield Traffic(name="token routing", bytes=routed * model.hidden * HALF * 4, share=moe)


def _block(
    model: Model, name: str, tokens: Floats, inner: Floats, share: float, count: Floats | float = 1.0
) -> Iterator[Op]:
    hidden = _of(tokens, model.hidden)
    ways = 2 if model.gated_ffn else 1
    yield Gemm(name=name, m=tokens, n=ways * inner, k=hidden, count=count, share=share)
    yield Gemm(name=name, m=tokens, n=hidden, k=inner, count=count, share=share)
    moved = tokens * count * inner * HALF * (ways + 1)
    yield Traffic(name="element-wise", bytes=moved, share=share, redone=True)


def _element_wise(model: Model, tokens: Floats, shapes: Strategies) -> Iterator[Traffic]:
    """Two norms (read and write) and two residual sums (two reads, one write); rotary embedding on queries and keys."""
    split = np.where(shapes.sequence_parallel > 0, shapes.tp, 1)
    stream = tokens * model.hidden * HALF / split
    yield Traffic(name="element-wise", bytes=stream * 4, redone=True)
    yield Traffic(name="element-wise", bytes=stream * 6)
    width = widths(model)
    yield Traffic(name="element-wise", bytes=tokens * (width.query + width.key) / shapes.tp * HALF * 2)


def _of(like: Floats, number: float) -> Floats:
    return np.full(np.shape(like), float(number))


def _known(model: Model, name: str) -> int:
    number = getattr(model, name)
    if number is None:
        raise InputError(
            f"{model.id}: {name} is unknown, and its FLOPs cannot be counted without it; add it to the model"
        )
    return int(number)
