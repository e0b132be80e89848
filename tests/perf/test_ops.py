"""FLOPs and parameters against counts known from elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from twoeyes.errors import InputError
from twoeyes.perf.job import total_params
from twoeyes.perf.ops import Gemm, layer_ops, matmul_params, training_flops_per_token
from twoeyes.perf.strategies import Strategies
from twoeyes.perf.workload import Strategy


@pytest.mark.parametrize(
    ("model", "billions"),
    [("llama3.1-405b", 405.85), ("llama3.1-8b", 8.03), ("gpt3-175b", 174.6), ("deepseek-v3", 671.0)],
)
def test_parameters_are_those_published(catalogue, model, billions):
    assert total_params(catalogue.models[model]) / 1e9 == pytest.approx(billions, rel=0.005)


def test_flops_of_a_token_match_a_published_count(catalogue):
    """MaxText counts 2,524 GFLOP a token for Llama 3.1 405B at 8,192, causal and without the embedding."""
    assert training_flops_per_token(catalogue.models["llama3.1-405b"], 8192) / 1e9 == pytest.approx(2524, rel=0.005)


@pytest.mark.parametrize("model", ["llama3.1-405b", "gpt3-175b", "deepseek-v3"])
@pytest.mark.parametrize(("tp", "cp", "ep"), [(1, 1, 1), (8, 2, 8)])
def test_splitting_a_layer_neither_adds_nor_loses_work(catalogue, model, tp, cp, ep):
    """The products of all ranks together do 2 FLOPs a token and active parameter (MLA repeats its down-projection)."""
    m = catalogue.models[model]
    ep = ep if m.experts else 1
    strategy = Strategies.of([Strategy(tp=tp, cp=cp, ep=ep, micro_batch=2, dp=8)])
    ops = layer_ops(m, strategy, 4096, "flash", 1.0)
    done = sum(2 * float((op.m * op.n * op.k * op.count)[0]) * op.share for op in ops if isinstance(op, Gemm)) * tp * cp
    attention, feed, _ = matmul_params(m)
    repeated = (tp - 1) * m.hidden * (m.q_lora_rank + m.kv_lora_rank + m.qk_rope_dim) if m.attention == "MLA" else 0
    assert done == pytest.approx(2 * 2 * 4096 * (attention + feed + repeated), rel=1e-9)


def test_missing_width_is_named(catalogue):
    with pytest.raises(InputError, match="qk_rope_dim is unknown"):
        total_params(replace(catalogue.models["deepseek-v3"], qk_rope_dim=None))
