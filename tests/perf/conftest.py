"""Chips, systems and models by hand, so that these tests stand without the catalogue. Figures: vendors' data sheets."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from twoeyes.facts.catalog import Chip, Model, System
from twoeyes.perf.workload import Fleet


def chip(
    name: str, bf16: float, fp8: float | None, memory: float, bw: float, up: float, domain: int, out: float
) -> Chip:
    return Chip(
        id=name, name=name, vendor="", designed_in="US", announced=date(2023, 1, 1), status="shipping", foundry=None,
        process=None, non_planar=None, compute_dies=None, die_area_mm2=None,
        peak_flops={"bf16": bf16} | ({"fp8": fp8} if fp8 else {}), memory_type=None, memory_bytes=memory, memory_bw=bw,
        hbm_suppliers=(), scaleup_name=None, scaleup_bw=up, scaleup_both_directions_bw=None, scaleup_domain=domain,
        scaleout_bw=out, tdp_w=None, dc_marketed=None, variant_of=None, facts={},
    )  # fmt: skip


def system(name: str, of: Chip, chips: int, topology: str | None) -> System:
    return System(
        id=name, name=name, vendor="", designed_in="US", announced=date(2023, 1, 1), status="shipping", chip=of.id,
        chips=chips, topology=topology, scaleup_name=None, scaleup_bw=of.scaleup_bw, scaleup_domain=of.scaleup_domain,
        scaleout_name=None, scaleout_bw=of.scaleout_bw, power_w=None, cooling=None, facts={},
    )  # fmt: skip


def dense(name: str, layers: int, hidden: int, heads: int, kv: int, ffn: int, vocab: int, gated: bool = True) -> Model:
    return Model(
        id=name, name=name, developer="", released=None, params_total=None, params_active=None, layers=layers,
        hidden=hidden, heads=heads, kv_heads=kv, head_dim=hidden // heads, attention="GQA" if kv < heads else "MHA",
        q_lora_rank=None, kv_lora_rank=None, qk_nope_dim=None, qk_rope_dim=None, v_head_dim=None, ffn=ffn,
        gated_ffn=gated, experts=0, shared_experts=0, top_k=0, expert_ffn=None, shared_ffn=None, dense_layers=layers,
        vocab=vocab, max_context=None, tied_embeddings=not gated, facts={},
    )  # fmt: skip


H100 = chip("h100-sxm-80", 989e12, 1978e12, 80e9, 3.35e12, 450e9, 8, 50e9)
A100 = chip("a100-sxm-80", 312e12, None, 80e9, 2.039e12, 300e9, 8, 25e9)
GB200 = chip("gb200", 2500e12, 5000e12, 186e9, 8e12, 900e9, 72, 50e9)
ASCEND_910B = chip("ascend-910b3", 313e12, None, 64e9, 1.6e12, 196e9, 8, 25e9)
ASCEND_910C = chip("ascend-910c", 752e12, None, 128e9, 3.2e12, 392e9, 384, 50e9)

DEEPSEEK_V3 = Model(
    id="deepseek-v3", name="DeepSeek-V3", developer="DeepSeek", released=None, params_total=671e9, params_active=37e9,
    layers=61, hidden=7168, heads=128, kv_heads=128, head_dim=56, attention="MLA", q_lora_rank=1536, kv_lora_rank=512,
    qk_nope_dim=128, qk_rope_dim=64, v_head_dim=128, ffn=18432, gated_ffn=True, experts=256, shared_experts=1, top_k=8,
    expert_ffn=2048, shared_ffn=2048, dense_layers=3, vocab=129280, max_context=163840, tied_embeddings=False, facts={},
)  # fmt: skip

CHIPS = {c.id: c for c in (H100, A100, GB200, ASCEND_910B, ASCEND_910C)}
SYSTEMS = {
    s.id: s
    for s in (
        system("dgx-h100", H100, 8, "4x NVSwitch3 all-to-all"),
        system("dgx-a100-640", A100, 8, "6x NVSwitch2 all-to-all"),
        system("gb200-nvl72", GB200, 72, "single-tier NVSwitch"),
        system("atlas-800t-a2", ASCEND_910B, 8, "8-way HCCS full mesh"),
        system("cloudmatrix-384", ASCEND_910C, 384, "two-tier non-blocking UB Clos"),
    )
}
MODELS = {
    m.id: m
    for m in (
        dense("llama3.1-405b", 126, 16384, 128, 8, 53248, 128256),
        dense("llama3.1-8b", 32, 4096, 32, 8, 14336, 128256),
        dense("gpt3-175b", 96, 12288, 96, 96, 49152, 51200, gated=False),
        dense("gpt-22b", 48, 6144, 64, 64, 24576, 51200, gated=False),
        dense("gpt-1t", 128, 25600, 160, 160, 102400, 51200, gated=False),
        dense("pangu-ultra-135b", 94, 12288, 96, 8, 28672, 153376),
        DEEPSEEK_V3,
    )
}


@pytest.fixture(scope="session")
def catalogue() -> SimpleNamespace:
    return SimpleNamespace(chips=CHIPS, systems=SYSTEMS, models=MODELS)


@pytest.fixture(scope="session")
def ask():
    """ask("dgx-h100", "llama3.1-8b") -> the (chip, system, model) that the simulator takes."""

    def parts(system_id: str, model_id: str) -> tuple[Chip, System, Model]:
        found = SYSTEMS[system_id]
        return CHIPS[found.chip], found, MODELS[model_id]

    return parts


class HandMadeWorld:
    """The part of a world that `simulate` uses."""

    digest = "d" * 64

    def chip(self, name: str) -> Chip:
        return CHIPS[name]

    def system(self, name: str) -> System:
        return SYSTEMS[name]

    def model(self, name: str) -> Model:
        return MODELS[name]


@pytest.fixture
def world() -> HandMadeWorld:
    return HandMadeWorld()


@pytest.fixture
def h100_fleet() -> Fleet:
    return Fleet("dgx-h100", chips=64)
