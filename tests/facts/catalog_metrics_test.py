"""TPP, performance density and the I/O rate of the 2022 rule against published figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from twoeyes.facts.catalog import Chip
from twoeyes.facts.control_metrics import (
    Reading,
    io_bandwidth,
    performance_density,
    performance_density_range,
    total_processing_performance,
)
from twoeyes.facts.tables import load_catalogue


def chip(name: str) -> Chip:
    return load_catalogue().chips[name]


# TPP and PD as published by Epoch, in press, by CSET or by the companies; None where no die area is known.
@pytest.mark.parametrize(
    ("name", "performance", "density"),
    [
        ("a100-sxm-80", 4992, 6.04),
        ("h100-sxm-80", 15824, 19.4),
        ("h20-96", 2368, 2.9),
        ("l20", 1912, 3.14),
        ("l2", 1544, 5.25),
        ("rtx-4090", 5284.8, 8.69),
        ("rtx-4090d", 4707, 7.74),
        ("ascend-910b1", 6400, 9.6),
        ("ascend-910b2", 6016, 9.0),
        ("ascend-910b3", 5008, 7.5),
        ("ascend-910b4", 4480, 6.7),
        ("ascend-910c", 12032, 9.04),
        ("iluvatar-bi-v100", 2352, None),
        ("iluvatar-bi-v150", 3040, None),
        ("mi300x", 20919, 8.72),
        ("mi325x", 20919, 8.72),
        ("trainium3", 20136, None),
        ("gaudi3", 29360, None),
        ("b30a", 30000, 37.5),
        ("mi250x", 6128, 4.23),
        ("gb300", 60000, 37.5),
    ],
)
def test_published_performance_and_density(name: str, performance: float, density: float | None) -> None:
    computed = total_processing_performance(chip(name))
    assert computed is not None
    assert computed.value == pytest.approx(performance, rel=3e-4)
    assert computed.low <= computed.value <= computed.high
    assert performance_density(chip(name)) == (None if density is None else pytest.approx(density, rel=8e-3))


def test_the_formats_that_bind_are_named() -> None:
    bind = {name: total_processing_performance(chip(name)) for name in ("gaudi3", "b300-sxm", "h100-sxm-80")}
    assert {name: tpp and tpp.binding for name, tpp in bind.items()} == {
        "gaudi3": ("fp16", "bf16"),
        "b300-sxm": ("fp4",),
        "h100-sxm-80": ("fp16", "bf16", "fp8", "int8"),
    }


@pytest.mark.parametrize(
    ("name", "reading", "performance"),
    [
        ("mi350x", Reading(fp6_bits=6), 55365),
        ("mi350x", Reading(fp6_bits=8), 73820),
        ("mi355x", Reading(fp6_bits=6), 60398),
        ("maia100", Reading(fp6_bits=6), 18000),
        ("enflame-t20", Reading(tf32_bits=32), 5120),
        ("enflame-t20", Reading(tf32_bits=19), 3040),
        ("a100-sxm-80", Reading(tf32_bits=32), 4992),
    ],
)
def test_disputed_formats_have_a_switch(name: str, reading: Reading, performance: float) -> None:
    computed = total_processing_performance(chip(name), reading)
    assert computed is not None
    assert computed.value == pytest.approx(performance, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("ascend-910c", 12032, 12800),  # 752 or 800 TFLOP/s
        ("maia100", 12800, 24000),  # FP6 left out, or counted as 8 bits
        ("enflame-t20", 2560, 5120),  # TF32 left out, or counted as 32 bits
        ("h100-sxm-80", 15824, 15832),  # the sheet's rounding
        ("vr200", 140000, 200000),  # training or inference rate of FP4
        ("a100-sxm-80", 4992, 4992),
    ],
)
def test_the_range_covers_what_is_disputed(name: str, low: float, high: float) -> None:
    computed = total_processing_performance(chip(name))
    assert computed is not None
    assert (computed.low, computed.high) == (pytest.approx(low), pytest.approx(high))


def test_density_range_covers_both_die_areas_in_circulation() -> None:
    low, high = performance_density_range(chip("mi300x")) or (0.0, 0.0)
    assert (low, high) == (pytest.approx(8.72, rel=1e-3), pytest.approx(10.28, rel=1e-3))


def test_unknown_is_none_and_never_zero() -> None:
    assert total_processing_performance(chip("mi308x")) is None
    assert performance_density(chip("mi308x")) is None
    assert performance_density(chip("gaudi3")) is None
    assert performance_density_range(chip("gaudi3")) is None
    planar = replace(chip("a100-sxm-80"), non_planar=False)
    assert performance_density(planar) == 0.0


@pytest.mark.parametrize(
    ("name", "caught"),
    [
        ("a100-sxm-80", True),
        ("a800-sxm-80", False),
        ("h100-sxm-80", True),
        ("h800-sxm-80", False),
        ("mi250x", True),
        ("mi300x", True),
        ("gaudi2", True),
        ("gaudi3", True),
        ("ascend-910b2", False),
        ("ascend-910c", True),
        ("l40s", False),
        ("h20-96", True),
    ],
)
def test_io_rate_of_the_2022_rule(name: str, caught: bool) -> None:
    rate = io_bandwidth(chip(name))
    assert rate is not None
    assert (rate >= 600e9) is caught
