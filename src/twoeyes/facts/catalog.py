"""The things of the catalogue, in SI units: chips, systems, models, places, prices.

Peaks are dense FLOP/s, links are bytes per second per direction, memory is bytes, power is watts. None means that no
defensible figure is known: it is never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from twoeyes.facts.fact import Confidence, Fact, Source

Dtype = Literal["fp32", "tf32", "fp16", "bf16", "fp8", "int8", "fp6", "fp4", "int4"]
Attention = Literal["MHA", "GQA", "MQA", "MLA", "hybrid", "sparse"]
PriceKind = Literal["rent", "buy", "capex", "construction", "life", "levy", "breakeven", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One accelerator package as sold. `facts` holds the sourced cell behind each field."""

    id: str
    name: str
    vendor: str
    designed_in: str  # ISO 3166-1 alpha-2 of the designer's headquarters
    announced: date | None
    status: str
    foundry: str | None
    process: str | None
    non_planar: bool | None
    compute_dies: int | None
    die_area_mm2: float | None
    peak_flops: Mapping[Dtype, float] = field(hash=False)
    memory_type: str | None
    memory_bytes: float | None
    memory_bw: float | None
    hbm_suppliers: tuple[str, ...]
    scaleup_name: str | None
    scaleup_bw: float | None
    scaleup_both_directions_bw: float | None  # as marketed or summed; what the 2022 rule counts
    scaleup_domain: int | None
    scaleout_bw: float | None
    tdp_w: float | None
    dc_marketed: bool | None
    variant_of: str | None
    facts: Mapping[str, Fact] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What is bought and racked: a node, a rack or a pod of one chip, with its fabric and its power."""

    id: str
    name: str
    vendor: str
    designed_in: str
    announced: date | None
    status: str
    chip: str
    chips: int
    topology: str | None
    scaleup_name: str | None
    scaleup_bw: float | None  # B/s per chip per direction
    scaleup_domain: int | None
    scaleout_name: str | None
    scaleout_bw: float | None  # B/s per chip per direction
    power_w: float | None  # at the plug, before PUE
    cooling: Literal["air", "liquid", "hybrid"] | None
    facts: Mapping[str, Fact] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A transformer, as far as FLOPs, memory and traffic need it."""

    id: str
    name: str
    developer: str
    released: date | None
    params_total: float | None
    params_active: float | None
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    attention: Attention
    q_lora_rank: int | None
    kv_lora_rank: int | None
    qk_nope_dim: int | None
    qk_rope_dim: int | None
    v_head_dim: int | None
    ffn: int | None  # inner width of a dense layer's feed-forward block
    gated_ffn: bool
    experts: int
    shared_experts: int
    top_k: int
    expert_ffn: int | None
    shared_ffn: int | None
    dense_layers: int  # first layers without experts; equals `layers` for a dense model
    vocab: int
    max_context: int | None
    tied_embeddings: bool
    facts: Mapping[str, Fact] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A country or territory, with what a data centre there pays."""

    id: str  # ISO 3166-1 alpha-2
    name: str
    name_zh: str
    power_usd_per_kwh: float | None
    dc_capex_usd_per_w: float | None
    pue: float | None
    vat_pct: float | None
    duty_servers_pct: float | None
    facts: Mapping[str, Fact] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One dated observation of a price. `item` is a chip or system id where it has one."""

    item: str
    label: str
    kind: PriceKind
    low: float
    high: float
    currency: str
    unit: str
    known_from: date
    confidence: Confidence
    sources: tuple[Source, ...]
    note: str = ""
