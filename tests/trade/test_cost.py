"""Cost of ownership, and the open trade model's own arithmetic."""

from __future__ import annotations

from typing import Any

import pytest

from twoeyes.errors import InputError
from twoeyes.trade import CostLine, cost_lines
from twoeyes.trade.cost import network_share, per_chip_hour
from twoeyes.world import World

WORLD = World()
NODES: dict[str, Any] = {"system": "dgx-h100", "units": 100, "landed_usd": 260_000.0, "place": "MY", "years": 3.0}


def test_lines_follow_their_basis() -> None:
    lines = {line.label: line for line in cost_lines(WORLD, **NODES)}
    assert lines["hardware"].usd == pytest.approx(26e6)
    assert lines["network"].usd == pytest.approx(26e6 * 0.046 / 0.954)
    power = WORLD.system("dgx-h100").power_w
    assert power is not None
    assert lines["power"].usd == pytest.approx(100 * power / 1e3 * 1.258 * 8760 * 3 * 0.099)
    assert all(line.usd > 0 and line.source for line in lines.values())


def test_what_is_stated_takes_precedence() -> None:
    stated = {line.label: line for line in cost_lines(WORLD, **NODES, pue=1.35, usd_per_kwh=0.2, load=0.5)}
    assert "PUE 1.35" in stated["power"].basis
    assert stated["power"].source == "stated"


@pytest.mark.parametrize(("chips", "share"), [(8, 0.046), (1023, 0.046), (1024, 0.099), (40_000, 0.146)])
def test_network_share_by_scale(chips: int, share: float) -> None:
    assert network_share(chips)[0] == share


def test_hardware_of_the_open_trade_model() -> None:
    """25,000 USD, three years, 70 % use, no cost of capital: 1.36 USD an hour (github.com/sfgunkin/flops_export)."""
    hardware = CostLine(label="hardware", usd=25_000.0, basis="", source="")
    assert per_chip_hour((hardware,), chips=1, years=3, utilisation=0.7) == pytest.approx(1.36, abs=0.005)


@pytest.mark.parametrize(
    "change",
    [{"units": 0}, {"landed_usd": float("inf")}, {"years": -1.0}, {"load": 1.5}, {"place": "TW"}, {"pue": 0.0}],
)
def test_bad_numbers_and_missing_figures(change: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        cost_lines(WORLD, **(NODES | change))
