"""Pipeline schedules in closed form: idle time, what stays in flight, and how evenly layers fall on stages.

1F1B: Narayanan et al. 2019; interleaved: Narayanan et al. 2021 (bubble) and Korthikanti et al. 2022 (memory).
"""

from __future__ import annotations

import numpy as np

from twoeyes.perf.strategies import Floats, Ints


def bubble_time(pp: Ints, vpp: Ints, stage_time: Floats) -> Floats:
    """Seconds that a stage idles in a step of 1F1B with `vpp` chunks a stage: (pp - 1) / vpp of a micro-batch's time.

    `stage_time` is forward and backward of one micro-batch on a stage. Exact where stages are equal and, for
    vpp > 1, micro-batches are a multiple of stages.
    """
    return (pp - 1) / vpp * stage_time


def chunks_in_flight(pp: Ints, vpp: Ints, micro_batches: Ints) -> Ints:
    """Chunks (a stage's layers / vpp) whose activations the first stage holds at its peak."""
    plain = np.minimum(pp, micro_batches)
    interleaved = np.minimum(pp * vpp + pp - 1, micro_batches * vpp)
    return np.where(vpp > 1, interleaved, plain)


def heaviest_stage(layers: int, pp: Ints, vpp: Ints, head: Floats) -> Floats:
    """Work of the busiest stage, in layers, when `head` layers' worth of output projection sit on the last one.

    Layers come whole. Either the last stage carries the head on top of an equal share, or layers are moved off it.
    """
    chunks = pp * vpp
    on_top = np.ceil(layers / chunks) * vpp + head
    moved = np.ceil((layers + head) / chunks) * vpp
    whole = np.where(pp > 1, np.minimum(on_top, moved), layers + head)
    return np.maximum(whole, (layers + head) / pp)
