"""The closed forms against an exact event simulation of the schedules that they describe."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twoeyes.perf.pipeline import bubble_time, chunks_in_flight, heaviest_stage

FORWARD, BACKWARD = 1.0, 2.0  # seconds of one chunk


def schedule(stages: int, chunks: int, runs: int, rank: int) -> list[tuple[str, int, int]]:
    """The order in which a rank works: ("f" or "b", chunk, micro-batch), as in Narayanan et al. 2021."""
    block = stages * chunks

    def step(index: int, backward: bool) -> tuple[str, int, int]:
        group, within = divmod(index, block)
        chunk, micro = divmod(within, stages)
        return ("b", chunks - 1 - chunk, group * stages + micro) if backward else ("f", chunk, group * stages + micro)

    if chunks == 1:
        order = [("f", 0, i) for i in range(runs)], [("b", 0, i) for i in range(runs)]
        ahead = min(stages - rank - 1, runs)
    else:
        order = [step(i, False) for i in range(runs * chunks)], [step(i, True) for i in range(runs * chunks)]
        ahead = min(2 * (stages - rank - 1) + (chunks - 1) * stages, runs * chunks)
    forward, backward = order
    mixed = [op for pair in zip(forward[ahead:], backward) for op in pair]
    return forward[:ahead] + mixed + backward[len(forward) - ahead :]


def simulate(stages: int, chunks: int, runs: int) -> tuple[float, int]:
    """(seconds of a step, most chunks held by the first rank), every rank following its order and its inputs."""
    orders = [schedule(stages, chunks, runs, rank) for rank in range(stages)]
    position = {(rank, op): place for rank, order in enumerate(orders) for place, op in enumerate(order)}

    @cache
    def end(rank: int, kind: str, chunk: int, micro: int) -> float:
        place = position[rank, (kind, chunk, micro)]
        waits = [end(rank, *orders[rank][place - 1])] if place else []
        depth = chunk * stages + rank
        if kind == "f" and depth:
            waits.append(end((depth - 1) % stages, "f", (depth - 1) // stages, micro))
        if kind == "b":
            last = depth == stages * chunks - 1
            source = (rank, "f", chunk, micro) if last else ((depth + 1) % stages, "b", (depth + 1) // stages, micro)
            waits.append(end(*source))
        return max(waits, default=0.0) + (FORWARD if kind == "f" else BACKWARD)

    held = np.cumsum([1 if kind == "f" else -1 for kind, _, _ in orders[0]])
    return max(end(rank, *orders[rank][-1]) for rank in range(stages)), int(held.max())


@pytest.mark.parametrize(
    ("stages", "chunks", "runs"),
    [(1, 1, 4), (2, 1, 1), (4, 1, 4), (4, 1, 9), (3, 2, 6), (4, 3, 8), (4, 2, 4), (2, 4, 6)],
)
def test_bubble_and_memory_match_the_events(stages, chunks, runs):
    seconds, held = simulate(stages, chunks, runs)
    pp, vpp, m = np.array([stages]), np.array([chunks]), np.array([runs])
    stage = np.array([(FORWARD + BACKWARD) * chunks])
    assert seconds == pytest.approx((runs * stage + bubble_time(pp, vpp, stage))[0])
    assert held == chunks_in_flight(pp, vpp, m)[0]


@settings(max_examples=60, deadline=None)
@given(layers=st.integers(1, 130), pp=st.integers(1, 16), vpp=st.integers(1, 4), head=st.floats(0, 3))
def test_busiest_stage_carries_at_least_its_share(layers, pp, vpp, head):
    busiest = heaviest_stage(layers, np.array([pp]), np.array([vpp]), np.array([head]))[0]
    assert busiest >= (layers + head) / pp * (1 - 1e-12)
    assert busiest <= -(-layers // (pp * vpp)) * vpp + head + 1e-9


def test_llama_405b_on_16_stages_runs_8_layers_at_most():
    """126 layers in 128 slots leave room for the embedding and the head, as Meta did (2407.21783, section 3.3.2)."""
    assert heaviest_stage(126, np.array([16]), np.array([8]), np.array([0.66]))[0] == 8.0
