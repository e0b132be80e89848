"""Bytes against the formulas of the papers, and what must hold for any model."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twoeyes.perf.memory import layer_activations, memory
from twoeyes.perf.strategies import Strategies
from twoeyes.perf.workload import RECOMPUTES, Strategy

from .conftest import MODELS


def one(**fields) -> Strategies:
    return Strategies.of([Strategy(**fields)])


@pytest.mark.parametrize("tp", [1, 8])
@pytest.mark.parametrize("policy", RECOMPUTES)
def test_activations_of_gpt3_are_those_of_korthikanti(tp, policy):
    """2205.05198, table 2: s b h (34 + 5 a s / h) / t, 34 s b h / t and 2 s b h (here shared over t as well)."""
    s, b, h, a = 2048, 1, 12288, 96
    expected = {"none": 34 + 5 * a * s / h, "selective": 34, "full": 2}[policy] * s * b * h / tp
    strategy = one(tp=tp, micro_batch=b, recompute=policy)
    got = layer_activations(MODELS["gpt3-175b"], strategy, s, "materialised", strategy.recompute.astype(float))
    assert got[0] == pytest.approx(expected)


def test_without_sequence_parallelism_the_norms_stay_whole():
    """2205.05198, equation 2: s b h (10 + 24 / t + 5 a s / (h t))."""
    s, h, a, t = 2048, 12288, 96, 8
    strategy = one(tp=t, sequence_parallel=False)
    got = layer_activations(MODELS["gpt3-175b"], strategy, s, "materialised", np.zeros(1))
    assert got[0] == pytest.approx(s * h * (10 + 24 / t + 5 * a * s / (h * t)))


def test_model_states_are_18_bytes_a_parameter_without_zero():
    """96 layers over 8 x 8 chips and, on a first stage, the shared embedding."""
    held = memory(MODELS["gpt3-175b"], one(tp=8, pp=8, zero=0), 2048, 64, "flash")
    params = (12 * 12288**2 * 12 + 51200 * 12288) / 8
    assert sum(held.parts[p][0] for p in ("weights", "gradients", "optimiser")) == pytest.approx(18 * params, rel=1e-3)


@settings(max_examples=60, deadline=None)
@given(
    model=st.sampled_from(["llama3.1-405b", "gpt3-175b", "deepseek-v3"]),
    tp=st.sampled_from([1, 4, 8]),
    pp=st.sampled_from([1, 4, 16]),
    micro=st.sampled_from([1, 2]),
    kernel=st.sampled_from(["flash", "materialised"]),
)
def test_recomputing_or_sharding_more_never_needs_more(model, tp, pp, micro, kernel):
    def total(**change):
        fields = {"tp": tp, "pp": pp, "dp": 16, "micro_batch": micro, "zero": 1} | change
        return memory(MODELS[model], one(**fields), 4096, 512, kernel).total[0]

    by_policy = [total(recompute=policy) for policy in RECOMPUTES]
    assert by_policy == sorted(by_policy, reverse=True)
    assert total(zero=2) <= total(zero=1) <= total(zero=0)
    assert total(micro_batch=micro * 2) >= total()
