"""Collectives against counts made message by message, and the shapes that are no switch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twoeyes.errors import InputError
from twoeyes.perf.fabric import Fabric, Level, all_gather, all_reduce, all_to_all, fabric_of, pair_bw, ring_bw, send

FREE = {"latency": 0.0}


def one_level(shape="switch", size=8, bw=1e9, **more):
    return Fabric(levels=(Level(name="x", size=size, bw=bw, shape=shape, **(FREE | more)),))


def ints(*values):
    return np.array(values, np.int64)


def ring_all_gather(ranks: int, volume: float, bw: float) -> float:
    """Pass every shard around a ring, one turn at a time, until each rank holds all."""
    holds = [{rank} for rank in range(ranks)]
    passing, seconds = list(range(ranks)), 0.0
    while any(len(have) < ranks for have in holds):
        passing = [passing[(rank - 1) % ranks] for rank in range(ranks)]
        for rank, shard in enumerate(passing):
            holds[rank].add(shard)
        seconds += volume / ranks / bw
    return seconds


@pytest.mark.parametrize("ranks", [1, 2, 3, 8])
def test_all_gather_is_the_ring_counted_turn_by_turn(ranks):
    seconds = all_gather(one_level(), ints(ranks), ints(1), np.array([1e9]))[0]
    assert seconds == pytest.approx(ring_all_gather(ranks, 1e9, 1e9))


def test_two_levels_gather_across_nodes_first_then_inside():
    """16 ranks in 2 nodes of 8: each shard of 1/8 crosses once over the slow level, then 8 gather over the fast one."""
    fabric = Fabric(levels=(Level(name="in", size=8, bw=8e9, **FREE), Level(name="out", size=np.inf, bw=1e9, **FREE)))
    seconds = all_gather(fabric, ints(16), ints(1), np.array([16e9]))[0]
    assert seconds == pytest.approx(ring_all_gather(8, 16e9, 8e9) + ring_all_gather(2, 16e9 / 8, 1e9))


def test_strided_group_larger_than_a_node_leaves_it():
    fabric = Fabric(levels=(Level(name="in", size=8, bw=8e9, **FREE), Level(name="out", size=np.inf, bw=1e9, **FREE)))
    inside, outside = all_gather(fabric, ints(4, 4), ints(2, 8), np.array([4e9, 4e9]))
    assert inside == pytest.approx(ring_all_gather(4, 4e9, 8e9))
    assert outside == pytest.approx(ring_all_gather(4, 4e9, 1e9))


def test_a_pair_in_an_eight_way_mesh_gets_a_seventh():
    mesh = one_level("mesh", bw=7e9)
    assert pair_bw(mesh.levels[0]) == pytest.approx(1e9)
    assert ring_bw(mesh.levels[0], ints(2, 8)).tolist() == pytest.approx([1e9, 7e9])
    assert send(mesh, ints(2), ints(1), np.array([1e9]))[0] == pytest.approx(1.0)
    assert send(one_level("switch", bw=7e9), ints(2), ints(1), np.array([1e9]))[0] == pytest.approx(1 / 7)


def test_all_reduce_over_the_whole_mesh_uses_all_links():
    volume = np.array([1e9])
    assert all_reduce(one_level("mesh"), ints(8), ints(1), volume) == all_reduce(one_level(), ints(8), ints(1), volume)


def test_slowest_level_bounds_the_all_to_all():
    fabric = Fabric(levels=(Level(name="in", size=8, bw=1e12, **FREE), Level(name="out", size=np.inf, bw=1e9, **FREE)))
    assert all_to_all(fabric, ints(16), ints(1), np.array([16e9]))[0] == pytest.approx(8.0)


def test_torus_makes_far_messages_dear():
    volume = np.array([1e9])
    torus = one_level("torus", size=4096, dims=3)
    assert (
        all_to_all(torus, ints(4096), ints(1), volume)[0]
        > 5 * all_to_all(one_level(size=4096), ints(4096), ints(1), volume)[0]
    )


@given(group=st.integers(1, 4096), stride=st.sampled_from([1, 2, 8, 64]), faster=st.floats(1, 10))
def test_more_bandwidth_is_never_slower(group, stride, faster):
    slow = (
        Level(name="in", size=8, bw=1e9, latency=1e-6, shape="mesh"),
        Level(name="out", size=np.inf, bw=1e8, latency=5e-6),
    )
    fast = Fabric(levels=tuple(replace(level, bw=level.bw * faster) for level in slow))
    for collective in (all_gather, all_reduce, all_to_all, send):
        args = ints(group), ints(stride), np.array([1e8])
        assert collective(fast, *args)[0] <= collective(Fabric(levels=slow), *args)[0]


@pytest.mark.parametrize(
    ("topology", "shape"),
    [("8-way HCCS full mesh", "mesh"), ("all-to-all, 3x200GbE per pair", "mesh"), ("3D torus + OCS", "torus"),
     ("4x NVSwitch3 all-to-all", "switch"), ("two-tier non-blocking UB Clos", "switch")],
)  # fmt: skip
def test_topologies_are_read_from_their_words(catalogue, topology, shape):
    system = replace(catalogue.systems["dgx-h100"], topology=topology)
    assert fabric_of(catalogue.chips["h100-sxm-80"], system).levels[0].shape == shape


def test_unknown_bandwidth_is_assumed_aloud_and_unknown_domain_refused(catalogue):
    chip = replace(catalogue.chips["h100-sxm-80"], scaleout_bw=None, scaleup_domain=None)
    system = replace(catalogue.systems["dgx-h100"], scaleout_bw=None)
    fabric = fabric_of(chip, system)
    assert fabric.assumptions(8) == ()
    assert "scaleout bandwidth of dgx-h100 is unknown" in fabric.assumptions(16)[0]
    with pytest.raises(InputError, match="scaleup_domain is unknown"):
        fabric_of(chip, replace(system, scaleup_domain=None))
