"""What is asked: a training run, the fleet that runs it, and the strategy that splits it.

Training("llama3.1-405b", tokens=15.6e12), Fleet("dgx-h100", chips=16384)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Literal

from twoeyes.errors import InputError

Precision = Literal["bf16", "fp16", "fp8", "fp4"]
Recompute = Literal["none", "selective", "full"]
Kernel = Literal["flash", "materialised"]

PRECISIONS: tuple[Precision, ...] = ("bf16", "fp16", "fp8", "fp4")
RECOMPUTES: tuple[Recompute, ...] = (
    "none",
    "selective",
    "full",
)  # least to most recomputed; indices are used in arrays


@dataclass(frozen=True, slots=True)
class Training:
    """A pre-training run of `model` over `tokens`. None means: chosen from practice and named in the answer.

    `global_batch_tokens` are the tokens of one optimiser step. `uptime` is the share of wall-clock time in which
    steps advance; None derives it from failures at that number of chips. `attention` says whether scores are kept
    out of memory (FlashAttention) or written to it, as runs before 2022 did. `bf16` and `fp16` are timed alike.
    """

    model: str
    _: KW_ONLY
    tokens: float
    sequence: int | None = None
    global_batch_tokens: float | None = None
    dtype: Precision = "bf16"
    recompute: Recompute | None = None
    uptime: float | None = None
    attention: Kernel = "flash"

    def __post_init__(self) -> None:
        _positive("tokens", self.tokens)
        if self.sequence is not None:
            _positive("sequence", self.sequence)
        if self.global_batch_tokens is not None:
            _positive("global_batch_tokens", self.global_batch_tokens)
        if self.uptime is not None and not 0 < self.uptime <= 1:
            raise InputError(f"uptime: expected a share above 0 and at most 1, got {self.uptime!r}")
        _one_of("dtype", self.dtype, PRECISIONS)
        _one_of("attention", self.attention, ("flash", "materialised"))
        if self.recompute is not None:
            _one_of("recompute", self.recompute, RECOMPUTES)


@dataclass(frozen=True, slots=True)
class Pool:
    """Chips of one system, in one place, on one network."""

    system: str
    chips: int

    def __post_init__(self) -> None:
        if self.chips < 1:
            raise InputError(f"chips of {self.system}: expected at least 1, got {self.chips}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """The link between two pools of one site: B/s per chip of the smaller pool and direction, and a delay."""

    bw: float
    latency: float = 20e-6

    def __post_init__(self) -> None:
        _positive("bridge bw", self.bw)
        _positive("bridge latency", self.latency)


@dataclass(frozen=True, slots=True, init=False)
class Fleet:
    """One pool, `Fleet("dgx-h100", chips=16384)`, or several, `Fleet(Pool(...), Pool(...), bridge=...)`."""

    pools: tuple[Pool, ...]
    bridge: Bridge | None

    def __init__(self, *pools: str | Pool, chips: int | None = None, bridge: Bridge | None = None) -> None:
        if not pools:
            raise InputError('a fleet needs at least one pool, as in Fleet("dgx-h100", chips=1024)')
        if any(isinstance(pool, str) for pool in pools) and (chips is None or len(pools) > 1):
            raise InputError("name one system with `chips`, or give Pool(system, chips) for each of several")
        made = tuple(pool if isinstance(pool, Pool) else Pool(pool, chips or 0) for pool in pools)
        object.__setattr__(self, "pools", made)
        object.__setattr__(self, "bridge", bridge)

    @property
    def chips(self) -> int:
        """All chips of all pools."""
        return sum(pool.chips for pool in self.pools)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """How one job is split. Ranks are laid out tp, cp, dp, pp from the inside; experts over tp x cp x dp of a stage.

    `zero` is the ZeRO stage (Rajbhandari et al. 2020), `vpp` the model chunks per stage (1: plain 1F1B).
    """

    tp: int = 1
    cp: int = 1
    pp: int = 1
    vpp: int = 1
    ep: int = 1
    dp: int = 1
    micro_batch: int = 1
    zero: int = 1
    recompute: Recompute = "none"
    sequence_parallel: bool = True

    @property
    def chips(self) -> int:
        """Chips that the strategy keeps busy."""
        return self.tp * self.cp * self.pp * self.dp

    def __str__(self) -> str:
        parts = [f"TP {self.tp}", f"CP {self.cp}", f"PP {self.pp}", f"VPP {self.vpp}", f"EP {self.ep}", f"DP {self.dp}"]
        return ", ".join(
            [*parts, f"micro-batch {self.micro_batch}", f"ZeRO {self.zero}", f"recompute {self.recompute}"]
        )


def _positive(name: str, number: float) -> None:
    if not (math.isfinite(number) and number > 0):
        raise InputError(f"{name}: expected a positive finite number, got {number!r}")


def _one_of(name: str, given: str, known: Sequence[str]) -> None:
    if given not in known:
        raise InputError(f"{name}: expected one of {', '.join(known)}, got {given!r}")
