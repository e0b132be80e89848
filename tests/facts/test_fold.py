"""The fold against a deliberately naive one that walks every day, on generated logs; and its rules one by one."""

import re
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import (
    DUTY,
    LAST_ANNOUNCED,
    WINDOW,
    NotWhole,
    change,
    day,
    event,
    logs,
    naive,
    world,
)

from twoeyes.errors import InputError
from twoeyes.facts.fold import fold
from twoeyes.facts.log import check_log

OPEN = event(0, 0, change("open", "m", 5, **DUTY))


def reading(timeline, on):
    """What the fold says of one day, in the form of the naive one; a day with two versions fails."""
    covering = [version for version in timeline if version.covers(on)]
    assert len(covering) <= 1
    if not covering:
        return None
    version = covering[0]
    content = version.content
    return version.status, content.rate_pct, content.layer, content.heading, set(version.events)


@settings(max_examples=100, deadline=None)
@given(logs(annul_openings=True))
def test_the_fold_equals_the_naive_one_on_every_day_for_every_known(events):
    assert check_log(events) == []
    for known in sorted({e.announced for e in events}):
        public = tuple(e for e in events if e.announced <= known)
        try:
            expected = {(m, n): naive(public, m, day(n)) for m in ("m", "n") for n in WINDOW}
        except NotWhole:
            with pytest.raises(InputError, match="write it for these days too"):
                fold(public)
            continue
        timelines = fold(public)
        for (measure, n), said in expected.items():
            assert reading(timelines.get(measure, ()), day(n)) == said, (known, measure, n)


@settings(max_examples=60, deadline=None)
@given(logs())
def test_timelines_are_ordered_apart_and_known_by_then(events):
    announced = {e.id: e.announced for e in events}
    for timeline in fold(events).values():
        for version in timeline:
            assert version.valid[1] is None or version.valid[0] < version.valid[1]
            assert version.known_from == max(announced[name] for name in version.events)
        for one, other in zip(timeline, timeline[1:]):
            assert one.valid[1] is not None
            assert one.valid[1] <= other.valid[0]
            joined = one.valid[1] == other.valid[0]
            assert not (joined and (one.status, one.content, one.events) == (other.status, other.content, other.events))


@settings(max_examples=60, deadline=None)
@given(logs())
def test_a_version_ends_only_where_something_announced_says_so(events):
    for known in {e.announced for e in events}:
        public = [e for e in events if e.announced <= known]
        edges = {edge for e in public for item in e.changes for edge in item.valid or ()}
        edges |= {e.announced + timedelta(days=1) for e in public if e.changes[0].verb == "withdraw"}
        for timeline in fold(public).values():
            assert {version.valid[1] for version in timeline} <= edges | {None}


def said(*events, on):
    timeline = fold(world(OPEN, *events).events)["m"]
    found = [next((v for v in timeline if v.covers(day(n))), None) for n in on]
    return [None if v is None else (v.status, v.content.rate_pct) for v in found]


def test_a_suspension_with_an_end_resumes_by_itself():
    suspended = event(1, 2, change("suspend", "m", 10, 20))
    assert said(suspended, on=(4, 5, 9, 10, 19, 20)) == [
        None,
        ("in_force", 10),
        ("in_force", 10),
        ("suspended", 10),
        ("suspended", 10),
        ("in_force", 10),
    ]


def test_an_amendment_during_a_suspension_shows_when_it_lapses():
    suspended, amended = event(1, 2, change("suspend", "m", 10, 20)), event(2, 3, change("amend", "m", 12, rate_pct=30))
    assert said(suspended, amended, on=(11, 12, 20)) == [("suspended", 10), ("suspended", 30), ("in_force", 30)]


def test_an_amendment_keeps_the_keys_that_it_does_not_name():
    timeline = fold([OPEN, event(1, 2, change("amend", "m", 8, heading="9903"))])["m"]
    assert (timeline[-1].content.rate_pct, timeline[-1].content.heading) == (10, "9903")
    assert timeline[-1].events == ("e00", "e01")


@pytest.mark.parametrize(("verb", "on_9", "on_10", "on_11"), [("withdraw", 84, 84, 10), ("annul", 10, 10, 10)])
def test_withdrawing_spares_the_days_begun_and_annulling_spares_none(verb, on_9, on_10, on_11):
    raised, undone = event(1, 2, change("amend", "m", 8, rate_pct=84)), event(2, 10, change(verb, "e01"))
    assert [rate for _, rate in said(raised, undone, on=(9, 10, 11))] == [on_9, on_10, on_11]


def test_withdrawing_what_has_not_begun_leaves_nothing_of_it():
    raised, undone = event(1, 2, change("amend", "m", 20, rate_pct=84)), event(2, 10, change("withdraw", "e01"))
    assert fold([OPEN, raised, undone]) == fold([OPEN])


def test_withdrawing_what_is_over_changes_nothing():
    raised, undone = event(1, 2, change("amend", "m", 6, 9, rate_pct=84)), event(2, 10, change("withdraw", "e01"))
    assert fold([OPEN, raised, undone]) == fold([OPEN, raised])


def test_an_order_may_reach_back():
    assert said(event(1, 30, change("amend", "m", 7, rate_pct=45)), on=(6, 7)) == [("in_force", 10), ("in_force", 45)]


def test_later_changes_of_one_event_win():
    both = event(1, 2, change("amend", "m", 8, rate_pct=20), change("amend", "m", 9, rate_pct=30))
    assert [rate for _, rate in said(both, on=(8, 9))] == [20, 30]


def test_in_force_without_its_content_is_refused_and_ended_without_it_says_nothing():
    early = event(1, 2, change("resume", "m", 2))
    with pytest.raises(InputError, match=re.escape("m from 2025-01-03, by e01: 'name' is missing; write it")):
        fold([OPEN, early])
    ended = event(1, 2, change("end", "m", 2), change("amend", "m", 1, rate_pct=3))
    assert fold([OPEN, ended])["m"][0].valid[0] == day(5)


def test_a_rate_that_does_not_fit_is_named_with_its_events():
    unrated = event(1, 2, change("amend", "m", 8, rate_type="unknown_future"))
    with pytest.raises(InputError, match=r"m from 2025-01-09, by e00, e01: .*rate_pct does not fit"):
        fold([OPEN, unrated])


def test_a_write_to_what_nothing_opens():
    with pytest.raises(InputError, match="e01: end 'other', which nothing announced by then opens"):
        fold([OPEN, event(1, 2, change("end", "other", 3))])


@settings(max_examples=40, deadline=None)
@given(logs(), st.integers(0, LAST_ANNOUNCED))
def test_the_same_announcements_fold_to_the_same_timelines(events, known):
    public = [e for e in events if e.announced <= day(known)]
    again = [type(e).model_validate(e.model_dump()) for e in public]
    assert fold(public) == fold(again)
