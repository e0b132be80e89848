"""The world: what is known when, hypotheses and their removal, differences, and errors with file and line."""

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.strategies import DUTY, LAST_ANNOUNCED, WINDOW, change, day, event, log_of, logs, world
from twoeyes.errors import InputError, UnknownNameError
from twoeyes.world import World, event_from, question_day

OPEN = event(0, 0, change("open", "m", 5, **DUTY))
SHOCK = event(9, 30, change("amend", "m", 40, rate_pct="50"))


def rate(found, n):
    version = found.measure("m", day(n))
    return None if version is None else (version.status, version.content.rate_pct)


# Properties on generated logs ------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(logs(), st.integers(0, LAST_ANNOUNCED), st.integers(1, 99))
def test_knowledge_never_runs_backwards(events, known, later_rate):
    later = event("later", known + 1, change("amend", "m", 0, rate_pct=str(later_rate)), change("end", "n", 3))
    public = [e for e in events if e.announced <= day(known)]
    before, after = World(day(known), log=log_of(*public)), World(day(known), log=log_of(*events, later))
    assert before.timelines == after.timelines
    assert before.digest == after.digest
    assert World(day(known + 1), log=log_of(*events, later)).events != before.events


@settings(max_examples=40, deadline=None)
@given(logs(), st.integers(0, LAST_ANNOUNCED - 1))
def test_a_shock_is_one_more_file_in_the_log(events, known):
    """Announcements handed in as hypotheses make the world in which they are real; undone, the one before."""
    base = world(*events, known=known)
    future = [e for e in events if e.announced > base.known]
    assume(future)
    worlds = [base]
    for shock in future:
        worlds.append(worlds[-1].with_(shock))
    assert worlds[-1].timelines == world(*events).timelines
    for view in range(known, LAST_ANNOUNCED + 1):
        assert worlds[-1].at(day(view)).timelines == world(*events, known=view).timelines
    undone = worlds[-1]
    for shock, before in zip(reversed(future), reversed(worlds[:-1])):
        undone = undone.without(shock.id)
        assert undone.timelines == before.timelines
        assert undone.digest == before.digest
    assert undone.diff(base) == []


@settings(max_examples=40, deadline=None)
@given(logs(), logs())
def test_a_difference_is_symmetric_and_says_every_day_that_reads_otherwise(one, other):
    first, second = world(*one), world(*other)
    there, back = first.diff(second), second.diff(first)
    assert [(d.measure, d.valid, d.before, d.after) for d in there] == [
        (d.measure, d.valid, d.after, d.before) for d in back
    ]
    for n in WINDOW:
        differing = {d.measure for d in there if d.valid[0] <= day(n) and (d.valid[1] is None or day(n) < d.valid[1])}
        for measure in first.timelines:
            a, b = first.measure(measure, day(n)), second.measure(measure, day(n))
            same = (a and (a.status, a.content)) == (b and (b.status, b.content))
            assert same == (measure not in differing)


# Known -----------------------------------------------------------------------------------------------------------


def test_the_default_is_the_horizon():
    assert World(log=log_of(OPEN)).known == day(60)
    assert not World(log=log_of(OPEN)).beyond_horizon


def test_past_the_horizon_is_answered_and_said():
    late = world(OPEN, known=61)
    assert late.beyond_horizon
    assert late.horizon == day(60)
    assert rate(late, 70) == ("in_force", 10)
    assert not world(OPEN, known=60).beyond_horizon


def test_before_2018_is_refused():
    with pytest.raises(InputError, match="known: the log begins on 2018-01-01; 2017-12-31 lies before it") as caught:
        World("2017-12-31", log=log_of(OPEN))
    assert caught.value.exit_code == 2
    with pytest.raises(InputError, match="on: the log begins"):
        question_day("2017-12-31")
    assert question_day("2018-01-01") == date(2018, 1, 1)


@pytest.mark.parametrize("bad", ["2025-02-30", "yesterday", "", "2025-05", 20250514, 1.5])
def test_what_is_no_day_is_refused(bad):
    with pytest.raises(InputError, match=re.escape(f"known: expected a day as YYYY-MM-DD, got {bad!r}")):
        World(bad, log=log_of(OPEN))


def test_a_time_of_day_is_its_day():
    assert World(datetime(2025, 1, 2, 23, 59), log=log_of(OPEN)).known == date(2025, 1, 2)


def test_an_announcement_is_known_for_the_whole_of_its_day():
    raised = event(1, 7, change("amend", "m", 5, rate_pct="20"))
    assert [rate(world(OPEN, raised, known=known), 6)[1] for known in (6, 7)] == [10, 20]


def test_names_that_are_not_there():
    found = world(OPEN)
    with pytest.raises(UnknownNameError, match="unknown kind of measure 'duties'; nearest: duty"):
        found.schedule("duties", day(5))
    with pytest.raises(UnknownNameError, match="unknown measure 'mm'; nearest: m"):
        found.measure("mm", day(5))
    with pytest.raises(UnknownNameError, match="unknown event 'e01'; nearest: e00"):
        found.event("e01")
    with pytest.raises(UnknownNameError, match="unknown hypothesis 'e09'; there is none"):
        found.without("e09")


def test_an_event_is_found_by_its_other_references():
    cited = event(1, 3, change("end", "m", 9), refs=("EO 1",))
    assert world(OPEN, cited).event("EO 1") == world(OPEN, cited).event("e01") == cited


def test_the_schedule_and_the_days_of_change():
    found = world(OPEN, event(1, 3, change("suspend", "m", 10, 20)))
    assert found.schedule("duty", day(4)) == []
    assert [version.status for version in found.schedule("duty", day(10))] == ["suspended"]
    assert found.schedule("control", day(10)) == []
    assert found.days_of_change("duty") == found.days_of_change() == [day(5), day(10), day(20)]


# Hypotheses ------------------------------------------------------------------------------------------------------


def test_a_hypothesis_shows_from_its_own_day():
    shocked = world(OPEN, known=20).with_(SHOCK)
    assert rate(shocked, 45)[1] == 50
    assert [rate(shocked.at(day(n)), 45)[1] for n in (20, 29, 30)] == [10, 10, 50]


def test_looking_back_is_another_world():
    with pytest.raises(InputError, match=r"view: 2025-01-20 lies before what is known \(2025-01-21\)"):
        world(OPEN, known=20).at(day(19))


@pytest.mark.parametrize("announced", [15, 20])
def test_a_changed_past_must_say_so(announced):
    base, change_of_past = world(OPEN, known=20), event(9, announced, change("end", "m", 40))
    with pytest.raises(InputError, match=r"e09: announced .*a changed past needs `counterfactual: true`"):
        base.with_(change_of_past)
    told = change_of_past.model_copy(update={"counterfactual": True})
    assert rate(base.with_(told), 45)[0] == "ended"
    assert rate(base.with_(told).at(day(20)), 45)[0] == "ended"


def test_worlds_are_not_changed_by_what_is_made_of_them():
    base = world(OPEN, known=20)
    before = base.digest
    base.with_(SHOCK).at(day(40))
    assert base.hypotheses == ()
    assert base.digest == before
    assert rate(base, 45)[1] == 10


def test_a_hypothesis_may_rest_on_another_that_is_not_yet_visible():
    base = world(OPEN, known=20).with_(event(8, 25, change("open", "x", 30, **DUTY)))
    both = base.at(day(21)).with_(event(9, 28, change("end", "x", 40)))
    assert "x" not in both.timelines
    assert [version.status for version in both.at(day(28)).timelines["x"]] == ["in_force", "ended"]


def test_the_same_hypothesis_twice_is_refused():
    with pytest.raises(InputError, match="'e09' stands twice"):
        world(OPEN, known=20).with_(SHOCK).with_(SHOCK)


def test_two_hypotheses_of_one_day_that_meet_must_say_their_order():
    second = event(8, 30, change("amend", "m", 41, rate_pct="60"))
    shocked = world(OPEN, known=20).with_(SHOCK)
    with pytest.raises(InputError, match="e08: writes the content of m on 2025-01-31, as e09 does; say `after`"):
        shocked.with_(second)
    assert rate(shocked.with_(second.model_copy(update={"after": ("e09",)})), 45)[1] == 60


# Digest ----------------------------------------------------------------------------------------------------------


def test_the_digest_tells_worlds_apart():
    base = world(OPEN, known=20)
    corrected = OPEN.model_copy(update={"note": "our own file corrected"})
    worlds = [
        base,
        world(OPEN, known=21),
        world(corrected, known=20),
        base.with_(SHOCK),
        base.with_(event(9, 30, change("amend", "m", 40, rate_pct="51"))),
        base.with_(SHOCK).at(day(29)),
    ]
    assert len({each.digest for each in worlds}) == len(worlds)


def test_the_digest_is_of_what_is_held_not_of_how_it_came():
    assert world(OPEN, known=20).digest == World(day(20), log=replace(log_of(OPEN), digest="other")).digest
    assert world(OPEN, known=20).digest == world(OPEN, SHOCK, known=20).digest


# Cost ------------------------------------------------------------------------------------------------------------


def test_reading_the_world_does_not_load_the_frames():
    """Half a second of every command that asks the log alone."""
    program = "import sys; from twoeyes.world import World; World().timelines; print('polars' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"


# A user's file ---------------------------------------------------------------------------------------------------

FILE = """\
id: shock
announced: 2025-01-31
issuer: US/TEST
instrument: hypothetical
title: {en: A shock}
changes:
  - amend: m
    valid: [2025-02-10, null]
    heading: h
    rate_pct: 50
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("issuer:", "isuer:", "shock.yaml:3: unknown key 'isuer'"),
        ("2025-01-31", "2025-01-21", "shock.yaml:2: announced 2025-01-21, not after what is known (2025-01-21)"),
        ("amend: m", "amend: mm", "shock.yaml:7: amend 'mm', which is never opened; nearest 'm'"),
        ("rate_pct:", "rate_pt:", "shock.yaml:10: m: duty has no key 'rate_pt'; did you mean 'rate_pct'?"),
        ("50", "-50", "shock.yaml:10: m: rate_pct: Input should be greater than or equal to 0; got '-50'"),
        ("50", "inf", "shock.yaml:10: m: rate_pct: Input should be a finite number; got 'inf'"),
        ("50", "much", "shock.yaml:10: m: rate_pct: Input should be a valid number"),
        ("rate_pct: 50", "when: {tpp: {ge: x}}", "shock.yaml:10: m: when: 'tpp' takes a number, not 'x'"),
        ("rate_pct: 50", "when: {to: D:9}", "shock.yaml:10: m: group 'D:9' has no members anywhere in the log"),
        ("rate_pct: 50", "rate_type: exempt", "shock.yaml: m from 2025-02-10, by e00, shock: "),
        ("changes:", "after: [none]\nchanges:", "shock.yaml: event 'shock' comes after 'none', which no file holds"),
        ("id: shock", "id: e00", "shock.yaml: event 'e00' stands twice"),
        ("amend: m", "open: m\n    kind: duty", "shock.yaml:7: m is opened twice; amend or resume it"),
        ("amend: m", "open: x\n    kind: dutty", "shock.yaml:8: kind 'dutty' is none of control"),
        ("amend: m", "open: x\n    kind: duty", "shock.yaml:7: x: 'name' is missing"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_line(tmp_path, old, new, message):
    path = tmp_path / "shock.yaml"
    path.write_text(FILE)
    base = world(OPEN, known=20)
    assert rate(base.with_(path), 45) == rate(base.with_(str(path)), 45) == ("in_force", 50)
    path.write_text(FILE.replace(old, new))
    with pytest.raises(InputError, match=re.escape(message)):
        base.with_(path)


def test_a_file_and_its_text_are_one_event(tmp_path):
    path = tmp_path / "shock.yaml"
    path.write_text(FILE)
    base = world(OPEN, known=20)
    assert base.with_(path).digest == base.with_(event_from(FILE)).digest


def test_a_file_that_is_not_there():
    with pytest.raises(InputError, match=r"cannot read nowhere\.yaml"):
        world(OPEN, known=20).with_("nowhere.yaml")
