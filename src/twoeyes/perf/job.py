"""One question with every default filled in: the model, the chip's roofline, the fabric, and what was assumed."""

from __future__ import annotations

from dataclasses import dataclass

from twoeyes.errors import InputError
from twoeyes.facts.catalog import Chip, Model, System
from twoeyes.perf.efficiency import value
from twoeyes.perf.fabric import Fabric, fabric_of
from twoeyes.perf.ops import attention_params, dense_ffn, expert_ffn, moe_share, shared_ffn
from twoeyes.perf.roofline import Machine, machine_of
from twoeyes.perf.workload import Training

# Tokens of an optimiser step by parameters (up to): the Llama 3 report (2407.21783, section 3.4), from memory.
_BATCH_TOKENS = ((15e9, 2.0**22), (100e9, 2.0**23), (float("inf"), 2.0**24))
_SEQUENCE = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A training run on one kind of system. `batch` counts sequences of `sequence` tokens in an optimiser step."""

    model: Model
    machine: Machine
    fabric: Fabric
    training: Training
    sequence: int
    batch: int
    usable_bytes: float
    imbalance: float
    assumptions: tuple[str, ...]


def job_of(chip: Chip, system: System, model: Model, training: Training) -> Job:
    """Fill in the defaults of a run. Raises InputError where a fact is missing that no assumption may replace."""
    if system.chip != chip.id:
        raise InputError(f"{system.id} holds {system.chip}, not {chip.id}; pass the chip of the system")
    notes: list[str] = []
    sequence = training.sequence or min(_SEQUENCE, model.max_context or _SEQUENCE)
    if training.sequence is None:
        notes.append(f"sequences of {sequence:,} tokens")
    params = total_params(model)
    tokens = training.global_batch_tokens or next(size for most, size in _BATCH_TOKENS if params <= most)
    if training.global_batch_tokens is None:
        notes.append(f"{tokens / 1e6:.3g} million tokens in an optimiser step")
    machine = machine_of(chip, training.dtype)
    if model.attention in ("hybrid", "sparse"):
        notes.append(f"{model.attention} attention of {model.id} counted as full causal attention")
    if model.experts:
        notes.append(f"busiest experts carry {value('moe.imbalance', chip):.2f} of the mean load")
    return Job(
        model=model,
        machine=machine,
        fabric=fabric_of(chip, system),
        training=training,
        sequence=sequence,
        batch=max(1, round(tokens / sequence)),
        usable_bytes=_usable_bytes(chip, machine.memory_bytes),
        imbalance=value("moe.imbalance", chip) if model.experts else 1.0,
        assumptions=(*notes, *machine.assumptions),
    )


def _usable_bytes(chip: Chip, nominal: float) -> float:
    """What a job may fill of a chip's memory: capacity in binary units, less fragmentation and fixed buffers."""
    whole = nominal * value("memory.binary", chip)
    return whole * (1 - value("memory.reserve_share", chip)) - value("memory.reserve_bytes", chip)


def total_params(model: Model) -> float:
    """Parameters of the model, counted from its shape (norms and biases left out)."""
    moe, factor = moe_share(model), 3 if model.gated_ffn else 2
    inner = (1 - moe) * dense_ffn(model)
    if moe:
        inner += moe * (model.experts * expert_ffn(model) + shared_ffn(model))
    layer = attention_params(model) + factor * model.hidden * inner + moe * model.experts * model.hidden
    return float(model.layers * layer + model.vocab * model.hidden * (1 if model.tied_embeddings else 2))
