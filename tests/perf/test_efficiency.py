"""Every constant is bounded and says where it comes from."""

from __future__ import annotations

from twoeyes.perf.efficiency import constant, constants

from .conftest import CHIPS


def test_values_lie_inside_their_bounds_and_shares_below_one():
    for row in constants().values():
        assert row.low <= row.value <= row.high, row
        if row.unit.startswith("share"):
            assert 0 <= row.value <= 1, row


def test_what_is_not_assumed_has_a_source():
    assert [
        row for row in constants().values() if row.confidence != "assumed" and not row.source.startswith("https://")
    ] == []


def test_a_chip_without_a_row_takes_its_parents_then_the_general_one():
    assert constant("gemm.bf16", CHIPS["h100-sxm-80"]).chip == "h100-sxm-80"
    assert constant("memory.stream", CHIPS["h100-sxm-80"]).chip == "*"
