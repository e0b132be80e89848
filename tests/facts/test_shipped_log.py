"""The shipped log: the schedule of May 2025 by two clocks, no hindsight, and a compiled file that cannot go stale."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from twoeyes.facts.check_log import hindsight, log_findings
from twoeyes.facts.log import check_log, log_folder, read_folder, shipped_log
from twoeyes.world import World

RECIPROCAL = "us.ieepa.reciprocal.CN"


@pytest.mark.parametrize(
    ("known", "on", "rate"),
    [
        ("2025-05-14", date(2025, 8, 20), 34),
        ("2025-04-20", date(2025, 6, 1), 125),
        (None, date(2025, 8, 20), 10),
        (None, date(2025, 6, 1), 10),
    ],
)
def test_the_reciprocal_duty_on_china_by_two_clocks(known, on, rate):
    version = World(known).measure(RECIPROCAL, on)
    assert (version.status, version.content.rate_pct) == ("in_force", rate)


def test_the_diffusion_rule_as_known():
    on = date(2025, 5, 20)
    assert World("2025-05-10").measure("us.diffusion.3A090.a", on).status == "in_force"
    assert World("2025-05-14").measure("us.diffusion.3A090.a", on).status == "unenforced"
    assert World("2024-12-31").timelines.get("us.diffusion.3A090.a") is None


def test_the_log_is_sound_compiled_and_without_hindsight():
    assert [finding for finding in log_findings() if finding.severity == "error"] == []
    assert check_log(shipped_log().events) == []
    assert shipped_log().digest == read_folder(log_folder()).digest


def test_enough_announcements_of_the_years_that_matter():
    events = [e for e in shipped_log().events if date(2022, 10, 1) <= e.announced <= date(2025, 8, 31)]
    assert len(events) >= 60
    assert all(event.sources for event in events)
    assert all(event.title.zh for event in events)


def test_hindsight_is_caught(monkeypatch):
    """A fold that ends a version on a day which nothing announced by then had stated is reported."""
    from twoeyes.facts import check_log as module

    real = module.fold
    later = date(2025, 11, 10)

    def leaking(events):
        timelines = dict(real(events))
        found = timelines.get(RECIPROCAL, ())
        timelines[RECIPROCAL] = tuple(replace(v, valid=(v.valid[0], v.valid[1] or later)) for v in found)
        return timelines

    events = [event for event in shipped_log().events if event.announced <= date(2025, 4, 9)]
    assert list(hindsight(events)) == []
    monkeypatch.setattr(module, "fold", leaking)
    assert any(f"{RECIPROCAL}: known on 2025-04-02, it ends on {later}" in fault for fault in hindsight(events))


def test_knowledge_of_the_shipped_log_never_runs_backwards():
    horizon = shipped_log().horizon
    early, late = World("2025-05-14"), World(horizon)
    public = {event.id for event in early.events}
    assert public <= {event.id for event in late.events}
    assert all(event.announced <= early.known for event in early.events)
    day_after = World(early.known + timedelta(days=1))
    assert {event.id for event in day_after.events} >= public
