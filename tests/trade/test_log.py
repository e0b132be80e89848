"""The duties of the log: what was known when, and that nothing in it looks wrong."""

from __future__ import annotations

from datetime import date

import pytest

from twoeyes.trade import duty_faults
from twoeyes.world import World, event_from


@pytest.mark.parametrize(
    ("measure", "known", "on", "rate"),
    [
        ("us.ieepa.reciprocal.CN", "2025-05-14", "2025-08-20", 34),
        ("us.ieepa.reciprocal.CN", "2025-04-20", "2025-06-01", 125),
        ("us.ieepa.reciprocal.CN", "2026-10-04", "2025-06-01", 10),
        ("us.ieepa.reciprocal.CN", "2026-10-04", "2025-08-20", 10),
        ("us.ieepa.reciprocal.CN", "2025-04-02", "2025-04-15", 34),
        ("us.ieepa.reciprocal.CN", "2025-04-08", "2025-04-15", 84),
        ("cn.counter.us", "2025-04-04", "2025-04-15", 34),
        ("cn.counter.us", "2025-04-09", "2025-04-15", 84),
        ("cn.counter.us", "2025-04-11", "2025-06-01", 125),
        ("cn.counter.us", "2025-05-13", "2025-08-20", 34),
        ("cn.counter.us", "2026-10-04", "2025-08-20", 10),
        ("us.s301.list3", "2018-09-17", "2019-02-01", 25),
        ("us.s301.list3", "2018-12-19", "2019-02-01", 10),
        ("us.s301.list3", "2018-12-19", "2019-04-01", 25),
        ("us.s301.list3", "2019-03-05", "2019-04-01", 10),
    ],
)
def test_rate_as_known(measure: str, known: str, on: str, rate: float) -> None:
    version = World(known).measure(measure, date.fromisoformat(on))
    assert version is not None
    assert version.content.rate_pct == rate


@pytest.mark.parametrize(
    ("measure", "known", "on", "status"),
    [
        ("us.ieepa.fentanyl.MX", "2025-02-02", "2025-02-10", "in_force"),
        ("us.ieepa.fentanyl.MX", "2025-02-03", "2025-02-10", "suspended"),
        ("us.ieepa.fentanyl.MX", "2025-02-03", "2025-03-04", "in_force"),
        ("us.ieepa.reciprocal.TW", "2025-05-14", "2025-07-09", "in_force"),
        ("us.ieepa.reciprocal.TW", "2025-07-07", "2025-07-09", "suspended"),
        ("us.ieepa.reciprocal.TW", "2026-02-19", "2026-03-01", "in_force"),
        ("us.ieepa.reciprocal.TW", "2026-02-20", "2026-03-01", "ended"),
        ("us.s301.list4b", "2019-12-01", "2020-01-01", "in_force"),
        ("us.s301.list4b", "2019-12-13", "2020-01-01", "suspended"),
        ("us.s301.exclusion.modules", "2025-05-01", "2025-06-15", "ended"),
        ("us.s301.exclusion.modules", "2025-05-31", "2025-06-15", "in_force"),
        ("us.s301.exclusion.modules", "2026-10-04", "2026-11-10", "ended"),
    ],
)
def test_status_as_known(measure: str, known: str, on: str, status: str) -> None:
    version = World(known).measure(measure, date.fromisoformat(on))
    assert version is not None
    assert version.status == status


def test_the_shipped_duties_raise_no_doubt() -> None:
    assert duty_faults(World()) == ()


def test_the_linter_sees_what_it_is_for() -> None:
    shock = event_from(
        """
id: what-if-careless
announced: 2026-11-01
issuer: hypothesis
instrument: hypothetical
title: {en: A careless reading of an annex}
changes:
  - open: us.careless
    kind: duty
    valid: [2026-10-10, null]
    name: us-careless
    importer: US
    origins: [CN]
    layer: s301cn
    hts: ["8471", 8471.50.01]
    rate_type: ad_valorem
    rate_pct: 25
"""
    )
    found = {finding.rule for finding in duty_faults(World().with_(shock))}
    assert found == {"heading", "overlap", "retroactive"}
