"""Time of an operation on one chip: the larger of compute and memory time at their reachable shares, plus a launch.

Williams, Waterman and Patterson 2009, with the share of peak as a curve over the shape of a matrix product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twoeyes.errors import InputError
from twoeyes.facts.catalog import Chip, Dtype
from twoeyes.perf.efficiency import value
from twoeyes.perf.ops import HALF, Attention, Gemm, Op, Traffic
from twoeyes.perf.strategies import Floats
from twoeyes.perf.workload import Precision

_BYTES = {"bf16": 2.0, "fp16": 2.0, "fp8": 1.0, "fp4": 0.5}
_SIXTEEN: tuple[Dtype, Dtype] = ("bf16", "fp16")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One chip as the roofline sees it: dense peaks (FLOP/s), bandwidth (B/s), capacity (bytes), and shares reached."""

    dtype: Precision
    peak: float
    peak16: float
    memory_bw: float
    memory_bytes: float
    gemm: float
    gemm16: float
    tile: float
    half_area: float
    half_depth: float
    attention_forward: float
    attention_backward: float
    attention_materialised: float
    stream: float
    element_wise: float
    launch: float
    assumptions: tuple[str, ...] = ()


def machine_of(chip: Chip, dtype: Precision) -> Machine:
    """The roofline of a chip at a training precision. Raises InputError that names the missing fact."""
    for name in ("memory_bw", "memory_bytes"):
        if not getattr(chip, name):
            raise InputError(f"{chip.id}: {name} is unknown; give it in a file of your own to simulate this chip")
    peak16, kind16 = _sixteen(chip)
    sixteen = dtype in _SIXTEEN
    peak = peak16 if sixteen else chip.peak_flops.get(dtype)
    if not peak:
        known = ", ".join(sorted(chip.peak_flops)) or "none"
        raise InputError(f"{chip.id}: no dense {dtype} peak is known (known: {known}); choose another dtype")
    swapped = (f"{chip.id} has no {dtype} peak in the catalogue; its {kind16} peak is used",)
    key = "gemm.bf16" if sixteen else f"gemm.{dtype}"
    return Machine(
        dtype=dtype,
        peak=peak,
        peak16=peak16,
        memory_bw=float(chip.memory_bw or 0),
        memory_bytes=float(chip.memory_bytes or 0),
        gemm=value(key, chip),
        gemm16=value("gemm.bf16", chip),
        tile=value("gemm.tile", chip),
        half_area=value("gemm.half_area", chip),
        half_depth=value("gemm.half_depth", chip),
        attention_forward=value("attention.forward", chip),
        attention_backward=value("attention.backward", chip),
        attention_materialised=value("attention.materialised", chip),
        stream=value("memory.stream", chip),
        element_wise=value("memory.element_wise", chip),
        launch=value("launch.latency", chip),
        assumptions=swapped if sixteen and kind16 != dtype else (),
    )


def shape_share(machine: Machine, m: Floats, n: Floats, k: Floats) -> Floats:
    """The part of a chip's best GEMM share that a shape reaches, in (0, 1]: padding to tiles, few tiles, short sums."""
    padded = (m / (np.ceil(m / machine.tile) * machine.tile)) * (n / (np.ceil(n / machine.tile) * machine.tile))
    area = m * n
    return padded * (area / (area + machine.half_area)) * (k / (k + machine.half_depth))


def product_time(machine: Machine, op: Gemm, m: Floats, n: Floats, k: Floats) -> Floats:
    """Seconds of `op.count` products of (m, k) by (k, n); small ones fill the chip together."""
    low = op.low and machine.dtype not in _SIXTEEN
    peak, share = (machine.peak, machine.gemm) if low else (machine.peak16, machine.gemm16)
    read = _BYTES[machine.dtype] if low else HALF
    compute = 2.0 * m * n * k / (peak * share * shape_share(machine, m, n * op.count, k))
    memory = ((m * k + k * n) * read + m * n * HALF) / (machine.memory_bw * machine.stream)
    return op.count * np.maximum(compute, memory) + machine.launch


def op_time(machine: Machine, op: Op) -> tuple[Floats, Floats]:
    """(forward, backward) seconds of one operation. A product's backward is two products of the same three sizes."""
    if isinstance(op, Gemm):
        forward = product_time(machine, op, op.m, op.n, op.k)
        backward = product_time(machine, op, op.m, op.k, op.n) + product_time(machine, op, op.k, op.n, op.m)
        if op.low and machine.dtype not in _SIXTEEN:
            cast = op.count * op.m * op.k * (HALF + _BYTES[machine.dtype]) / (machine.memory_bw * machine.element_wise)
            forward, backward = forward + cast, backward + 2 * cast
        return op.share * forward, op.share * backward
    if isinstance(op, Attention):
        return _attention_time(machine, op)
    seconds = op.bytes / (machine.memory_bw * machine.element_wise) + machine.launch
    return op.share * seconds, op.share * 2.0 * seconds


def _attention_time(machine: Machine, op: Attention) -> tuple[Floats, Floats]:
    """FlashAttention's backward recomputes the scores: 2.5 times the forward FLOPs (Dao 2023)."""
    if np.any(op.score_bytes > 0):
        compute = op.flops / (machine.peak16 * machine.attention_materialised)
        moved = op.score_bytes / (machine.memory_bw * machine.stream)
        forward = compute + moved + machine.launch
        return forward, 2.0 * forward
    forward = op.flops / (machine.peak16 * machine.attention_forward) + machine.launch
    return forward, 2.5 * op.flops / (machine.peak16 * machine.attention_backward) + machine.launch


def _sixteen(chip: Chip) -> tuple[float, Dtype]:
    for dtype in _SIXTEEN:
        peak = chip.peak_flops.get(dtype)
        if peak:
            return peak, dtype
    raise InputError(f"{chip.id}: no 16-bit dense peak is known; training needs bf16 or fp16")


__all__ = ["Attention", "Gemm", "Machine", "Traffic", "machine_of", "op_time", "product_time", "shape_share"]
