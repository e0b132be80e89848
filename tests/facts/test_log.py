"""The log as a whole: the order of its events, and the faults that only the whole of it shows."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import DUTY, FIRST, change, event, logs

from twoeyes.errors import InputError
from twoeyes.facts import log as module
from twoeyes.facts.check_log import hindsight
from twoeyes.facts.ends import states
from twoeyes.facts.events import Change
from twoeyes.facts.log import check_log, log_faults, ordered, shipped_log

OPEN = event(0, 0, change("open", "m", 5, **DUTY))
CUT = event(1, 2, change("amend", "m", 9, rate_pct=3))
UNDONE = event(2, 4, change("withdraw", "e01"))


@settings(max_examples=60, deadline=None)
@given(logs(), st.randoms(use_true_random=False))
def test_the_order_is_by_day_then_by_after_whatever_the_files_order(events, random):
    shuffled = random.sample(events, len(events))
    assert ordered(shuffled) == events
    place = {one.id: n for n, one in enumerate(events)}
    assert [e.announced for e in events] == sorted(e.announced for e in events)
    assert all(place[earlier] < place[one.id] for one in events for earlier in one.after)


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ((OPEN, OPEN), "'e00' stands twice"),
        ((OPEN, event(1, 7, after=("e02",)), event(2, 7, after=("e01",))), "in a ring: e01 -> e02 -> e01"),
        ((event(1, 7, after=("e01",)),), "in a ring: e01 -> e01"),
        ((OPEN, event(1, 7, after=("e09",))), "'e01' comes after 'e09', which no file holds"),
        ((OPEN, event(1, 7, after=("e02",)), event(2, 8)), "'e01' comes after 'e02', which was announced later"),
    ],
)
def test_an_order_that_cannot_be(events, message):
    with pytest.raises(InputError, match=re.escape(message)):
        ordered(events)


@pytest.mark.parametrize(
    ("faulty", "message"),
    [
        (event(9, 3, change("end", "mm", 9)), "e09: end 'mm', which is never opened; nearest 'm'"),
        (event(9, 3, change("amend", "m", 9, rate="3")), "e09: m: duty has no key 'rate'; did you mean 'rate_pct'?"),
        (
            event(9, 3, change("amend", "m", 9, rate_pct="-3")),
            "m: rate_pct: Input should be greater than or equal",
        ),
        (event(9, 3, change("amend", "m", 9, rate_pct="nan")), "m: rate_pct: Input should be a finite number"),
        (event(9, 3, change("amend", "m", 9, rate_pct="1e999")), "m: rate_pct: Input should be a finite number"),
        (event(9, 3, change("amend", "m", 9, rate_type="free")), "m: rate_type: Input should be 'ad_valorem'"),
        (event(9, 3, change("open", "o", 9, name="d")), "e09: o: 'importer' is missing"),
        (event(9, 3, change("open", "m", 9, **DUTY)), "e09: m is opened twice; amend or resume it"),
        (event(9, 3, change("amend", "m", 9, when={"too": "CN"})), "when: unknown fact 'too'; did you mean 'to'?"),
        (event(9, 3, change("amend", "m", 9, when={"to": "D:9"})), "group 'D:9' has no members anywhere"),
        (event(9, 3, change("withdraw", "e1")), "withdraw names event 'e1', which no file holds; nearest 'e01'"),
        (event(9, 1, change("annul", "e01")), "annul names 'e01', announced later"),
        (event(9, 5, change("withdraw", "e02")), "withdraw names 'e02', which itself withdraws or annuls"),
        (event(9, 5, change("annul", "e02")), "annul names 'e02', which itself withdraws or annuls"),
        (event(9, 5, change("annul", "e09")), "annul names 'e09', which itself withdraws or annuls"),
    ],
)
def test_faults_of_a_whole_log(faulty, message):
    assert check_log([OPEN, CUT, UNDONE]) == []
    faults = check_log([OPEN, CUT, UNDONE, faulty])
    assert len(faults) == 1
    assert message in faults[0]


def test_a_group_is_looked_for_in_scope_too_and_the_nearest_is_named():
    always = (FIRST, None)
    members = {"group": "D:5", "members": ["CN"]}
    rule = {"jurisdiction": "US", "effect": {"letter": "prohibited"}, "scope": {"to": "D:55"}}
    events = [
        event(1, 0, Change(verb="open", target="g", kind="membership", valid=always, content=members)),
        event(2, 0, Change(verb="open", target="c", kind="control", valid=always, content=rule)),
    ]
    assert check_log(events) == ["e02: c: group 'D:55' has no members anywhere in the log; nearest 'D:5'"]


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        (change("amend", "m", 9, rate_pct=1), change("amend", "m", 12, rate_pct=2), "content"),
        (change("amend", "m", 9, 12, rate_pct=1), change("amend", "m", 12, rate_pct=2), None),
        (change("amend", "m", 9, rate_pct=1), change("suspend", "m", 9, 12), None),
        (change("suspend", "m", 9, 12), change("end", "m", 11), "status"),
        (change("end", "m", 9), change("withdraw", "e00"), None),
    ],
)
def test_writes_of_one_day_that_meet_must_say_their_order(one, other, meets):
    first, second = event(1, 7, one), event(2, 7, other)
    faults = check_log([OPEN, first, second])
    assert faults == (
        [f"e02: writes the {meets} of m on 2025-01-08, as e01 does; say `after`"] if meets is not None else []
    )
    assert check_log([OPEN, first, second.model_copy(update={"after": ("e01",)})]) == []
    assert check_log([OPEN, first, event(2, 8, other)]) == []


def test_an_order_may_be_said_by_way_of_a_third():
    writes = [change("amend", "m", 9, rate_pct=n) for n in (1, 2)]
    first, between = event(1, 7, writes[0]), event(5, 7, after=("e01",))
    assert check_log([OPEN, first, between, event(2, 7, writes[1], after=("e05",))]) == []


def test_a_ring_does_not_hang_the_check():
    ring = [event(n, 7, change("amend", "m", 9, rate_pct=n), after=(f"e{3 - n:02d}", f"e{n:02d}")) for n in (1, 2)]
    assert check_log([OPEN, *ring]) == []


def test_a_fault_knows_its_place():
    faulty = event(9, 3, change("amend", "m", 9, heading="h"), change("amend", "m", 9, rate_pct="x"))
    assert [fault.at for fault in log_faults([OPEN, faulty])] == [("changes", 1, "rate_pct")]


@pytest.mark.parametrize("text", ["", "{", '{"digest": "of another log", "documents": {}}'])
def test_a_compiled_log_that_cannot_be_used_is_passed_over(tmp_path, monkeypatch, text):
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "HORIZON").write_text("2025-06-01\n")
    (tmp_path / "log" / "a.yaml").write_text(
        "{id: a, announced: 2025-05-01, issuer: X, instrument: baseline, title: {en: T}, changes: []}"
    )
    (tmp_path / "log.json").write_text(text)
    monkeypatch.setattr(module, "log_folder", lambda: tmp_path / "log")
    found = shipped_log.__wrapped__()
    assert [e.id for e in found.events] == ["a"]
    assert found.horizon == date(2025, 6, 1)
    (tmp_path / "log.json").unlink()
    assert shipped_log.__wrapped__() == found


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("until 9 July 2025, 90 days", date(2025, 7, 9)),
        ("through 8 July 2025", date(2025, 7, 9)),
        ("until July 9, 2025", date(2025, 7, 9)),
        ("至2025年7月9日", date(2025, 7, 9)),
        ("2025-07-09", date(2025, 7, 9)),
        ("90 days", date(2025, 7, 9)),
        ("90 days from 14 May 2025", date(2025, 8, 12)),
        ("one year from 30 January 2025", date(2026, 1, 30)),
        ("one month from 31 January 2025", date(2025, 2, 28)),
    ],
)
def test_words_that_name_an_end(words, end):
    assert states(words, date(2025, 4, 10), end)
    assert not states(words, date(2025, 4, 10), date(2025, 6, 1))


@pytest.mark.parametrize("words", ["", "replaced by the truce", "until further notice", "until 31 April 2025"])
def test_words_that_name_no_end(words):
    assert not states(words, date(2025, 4, 10), date(2025, 5, 1))


def test_an_end_copied_from_hindsight_into_the_shipped_log_is_caught():
    """The duty of 2 April opened as if one had known then that the truce of 12 May would replace it on the 14th."""
    events = [e for e in shipped_log().events if e.announced <= date(2025, 4, 9)]
    index, opening = next((i, e) for i, e in enumerate(events) if e.id == "us-2025-04-02-reciprocal")
    known_too_early = [
        item.model_copy(update={"valid": (item.valid[0], date(2025, 5, 14)), "ends_stated": "replaced by the truce"})
        if item.target == "us.ieepa.reciprocal.CN"
        else item
        for item in opening.changes
    ]
    events[index] = opening.model_copy(update={"changes": tuple(known_too_early)})
    assert [fault.partition("; ")[0] for fault in hindsight(events)] == [
        "us-2025-04-02-reciprocal: us.ieepa.reciprocal.CN ends on 2025-05-14"
    ]
