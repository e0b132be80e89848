"""The search finds what trying everything one by one finds, and never offers what does not fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from twoeyes.errors import InfeasibleError
from twoeyes.perf.job import job_of
from twoeyes.perf.memory import memory
from twoeyes.perf.search import enumerate_strategies, pareto, reference, search
from twoeyes.perf.step import evaluate
from twoeyes.perf.workload import Training

CASES = [("dgx-h100", "llama3.1-8b", 16, "bf16"), ("gb200-nvl72", "deepseek-v3", 288, "fp8")]


def job(ask, system, model, dtype="bf16", batch=1e6):
    return job_of(*ask(system, model), Training(model, tokens=1e12, global_batch_tokens=batch, dtype=dtype))


def test_optimum_is_that_of_trying_everything_one_by_one(ask):
    asked = job(ask, "dgx-h100", "llama3.1-8b")
    found = search(asked, 8)
    every = enumerate_strategies(asked, 8)
    alone = [reference(asked, every.row(i)) for i in range(len(every))]
    best = min(seconds for seconds, held in alone if held <= asked.usable_bytes)
    assert found.time[found.best] == pytest.approx(best, rel=1e-12)
    assert found.tried == len(every)


@pytest.mark.parametrize(("system", "model", "chips", "dtype"), CASES)
def test_arrays_and_single_rows_agree_on_a_random_sample(ask, system, model, chips, dtype):
    asked = job(ask, system, model, dtype)
    every = enumerate_strategies(asked, chips)
    rows = np.random.default_rng(7).choice(len(every), size=min(100, len(every)), replace=False)
    sample = every.take(np.sort(rows))
    together = evaluate(asked, sample).total
    held = memory(asked.model, sample, asked.sequence, asked.batch, "flash").total
    for i in range(len(sample)):
        assert reference(asked, sample.row(i)) == pytest.approx((together[i], held[i]), rel=1e-12)


@pytest.mark.parametrize(("system", "model", "chips", "dtype"), CASES)
def test_everything_found_fits_and_uses_chips_that_exist(ask, system, model, chips, dtype):
    asked = job(ask, system, model, dtype)
    found = search(asked, chips)
    assert (found.memory <= asked.usable_bytes).all()
    assert (found.strategies.chips <= chips).all()
    assert (found.time >= found.time[found.best]).all()


@pytest.mark.parametrize(("system", "model", "chips", "dtype"), CASES)
def test_the_parts_of_a_step_add_up(ask, system, model, chips, dtype):
    steps = evaluate(job(ask, system, model, dtype), enumerate_strategies(job(ask, system, model, dtype), chips))
    parts = [*steps.compute.values(), *steps.exposed.values(), steps.bubble, steps.optimiser, steps.overhead]
    assert all((part >= -1e-9).all() for part in parts)
    np.testing.assert_allclose(sum(parts), steps.total, rtol=1e-9)


def test_no_trade_off_is_beaten(ask):
    found = search(job(ask, "dgx-h100", "llama3.1-8b"), 16)
    front = pareto(found, most=1000)
    assert front[0].step_time_s == found.time[found.best]
    for option in front:
        better = (
            (found.time <= option.step_time_s)
            & (found.memory <= option.memory_bytes)
            & (found.strategies.chips <= option.chips)
        )
        strictly = (
            (found.time < option.step_time_s)
            | (found.memory < option.memory_bytes)
            | (found.strategies.chips < option.chips)
        )
        assert not (better & strictly).any()


def test_what_cannot_fit_is_refused_with_both_sizes(ask):
    with pytest.raises(InfeasibleError, match=r"llama3.1-405b does not fit on 8 chips: .* GB a chip where 78 GB"):
        search(job(ask, "dgx-h100", "llama3.1-405b"), 8)


def test_asked_recomputation_is_kept(ask):
    asked = job(ask, "dgx-h100", "llama3.1-8b")
    full = replace(asked, training=replace(asked.training, recompute="full"))
    assert set(search(full, 8).strategies.recompute.tolist()) == {2}
