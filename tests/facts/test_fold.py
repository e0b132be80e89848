"""The fold against a deliberately naive one that walks every day, on generated logs; and the cases of May 2025."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twoeyes.errors import InputError
from twoeyes.facts.events import Change, Event
from twoeyes.facts.fold import fold
from twoeyes.facts.log import Log, check_log, ordered
from twoeyes.world import World

FIRST = date(2025, 1, 1)
STATUS = {"open": "in_force", "resume": "in_force", "suspend": "suspended", "unenforce": "unenforced", "end": "ended"}
DUTY = {"name": "d", "importer": "US", "layer": "x", "rate_type": "ad_valorem", "rate_pct": "10"}


def day(n):
    return FIRST + timedelta(days=n)


def event(n, announced, *changes, **more):
    return Event(
        id=f"e{n:02d}",
        announced=day(announced),
        issuer="US/TEST",
        instrument="hypothetical",
        title={"en": "test"},
        changes=changes,
        **more,
    )


def change(verb, target, start=None, end=None, **content):
    days = None if start is None else (day(start), None if end is None else day(end))
    kind = "duty" if verb == "open" else None
    return Change(verb=verb, target=target, kind=kind, valid=days, ends_stated="stated" if end else "", content=content)


def naive(events, measure, on):
    """Status and rate of a measure on one day, by walking every announcement in order."""
    cuts = {}
    for one in events:
        for item in one.changes:
            if item.verb == "annul":
                cuts[item.target] = date.min
            elif item.verb == "withdraw":
                cuts[item.target] = min(cuts.get(item.target, date.max), one.announced + timedelta(days=1))
    status = rate = None
    for one in events:
        for item in one.changes:
            if item.target != measure or item.valid is None:
                continue
            start, end = item.valid
            if not (start <= on and (end is None or on < end) and on < cuts.get(one.id, date.max)):
                continue
            status = STATUS.get(item.verb, status)
            if "rate_pct" in item.content:
                rate = float(item.content["rate_pct"])
    return None if status is None or rate is None else (status, rate)


spans = st.tuples(st.integers(0, 40), st.one_of(st.none(), st.integers(1, 25)))


@st.composite
def logs(draw):
    opening = draw(st.integers(0, 10))
    events = [event(0, 0, change("open", "m", opening, **DUTY))]
    for n in range(1, draw(st.integers(1, 9))):
        verb = draw(st.sampled_from(["amend", "suspend", "resume", "unenforce", "end", "withdraw", "annul"]))
        if verb in ("withdraw", "annul"):
            targets = [e.id for e in events[1:] if e.changes[0].verb not in ("withdraw", "annul")]
            if not targets:
                continue
            item = change(verb, draw(st.sampled_from(targets)))
        else:
            start, length = draw(spans)
            start += opening if verb in ("resume", "unenforce") else 0
            end = None if verb == "end" or length is None else start + length
            content = {**DUTY, "rate_pct": str(draw(st.integers(1, 99)))} if verb == "amend" else {}
            item = change(verb, "m", start, end, **content)
        events.append(event(n, draw(st.integers(2 * n, 2 * n + 1)), item))
    return ordered(events)


@settings(max_examples=150, deadline=None)
@given(logs(), st.integers(0, 20))
def test_the_fold_equals_the_naive_one_on_every_day(events, known):
    public = tuple(e for e in events if e.announced <= day(known))
    timeline = fold(public).get("m", ()) if public else ()
    for n in range(60):
        covering = [version for version in timeline if version.covers(day(n))]
        assert len(covering) <= 1
        found = (covering[0].status, covering[0].content.rate_pct) if covering else None
        assert found == naive(public, "m", day(n))


@settings(max_examples=60, deadline=None)
@given(logs(), st.integers(0, 19))
def test_knowledge_never_runs_backwards(events, known):
    log = Log(events=events, horizon=day(60), digest="x")
    before = World(day(known), log=log)
    later = event(99, 25, change("amend", "m", 0, **{**DUTY, "rate_pct": "77"}))
    after = World(day(known), log=Log(events=ordered([*events, later]), horizon=day(60), digest="x"))
    assert before.timelines == after.timelines


def world(*events, known=60):
    return World(day(known), log=Log(events=ordered(events), horizon=day(60), digest="x"))


OPEN = event(0, 0, change("open", "m", 5, **DUTY))


def rate(found, n):
    version = found.measure("m", day(n))
    return None if version is None else (version.status, version.content.rate_pct)


def test_an_amendment_during_a_suspension_shows_when_it_lapses():
    found = world(
        OPEN, event(1, 2, change("suspend", "m", 10, 20)), event(2, 3, change("amend", "m", 12, rate_pct="30"))
    )
    assert [rate(found, n) for n in (4, 5, 11, 12, 20)] == [
        None,
        ("in_force", 10),
        ("suspended", 10),
        ("suspended", 30),
        ("in_force", 30),
    ]


def test_withdrawing_spares_the_days_begun_and_annulling_spares_none():
    raised = event(1, 2, change("amend", "m", 8, rate_pct="84"))
    withdrawn = world(OPEN, raised, event(2, 10, change("withdraw", "e01")))
    annulled = world(OPEN, raised, event(2, 10, change("annul", "e01")))
    assert [rate(withdrawn, n)[1] for n in (8, 10, 11)] == [84, 84, 10]
    assert [rate(annulled, n)[1] for n in (8, 10, 11)] == [10, 10, 10]


def test_a_hypothesis_and_its_removal_restore_the_world():
    base = world(OPEN, known=20)
    shock = event(9, 30, change("amend", "m", 40, rate_pct="50"))
    shocked = base.with_(shock)
    assert rate(shocked, 45)[1] == 50
    assert rate(shocked.at(day(29)), 45)[1] == 10
    assert [d.measure for d in base.diff(shocked)] == ["m"]
    restored = shocked.without("e09")
    assert restored.timelines == base.timelines
    assert restored.digest == base.digest != shocked.digest


def test_a_changed_past_must_say_so():
    base = world(OPEN, known=20)
    late = {"announced": 15}
    with pytest.raises(InputError, match="counterfactual: true"):
        base.with_(event(9, late["announced"], change("end", "m", 40)))
    assert rate(base.with_(event(9, 15, change("end", "m", 40), counterfactual=True)), 45)[0] == "ended"


def test_two_writes_of_one_day_must_say_their_order():
    one, two = (event(n, 7, change("amend", "m", 9, rate_pct=str(n))) for n in (1, 2))
    assert any("say `after`" in fault for fault in check_log([OPEN, one, two]))
    told = two.model_copy(update={"after": ("e01",)})
    assert check_log([OPEN, one, told]) == []
    assert rate(world(OPEN, one, told), 10)[1] == 2


def test_a_ring_of_order_is_refused():
    one = event(1, 7, change("end", "m", 9), after=("e02",))
    two = event(2, 7, change("resume", "m", 9), after=("e01",))
    with pytest.raises(InputError, match="ring"):
        ordered([OPEN, one, two])


@pytest.mark.parametrize(
    ("faulty", "message"),
    [
        (event(1, 3, change("end", "n", 9)), "never opened; nearest|never opened"),
        (event(1, 3, change("amend", "m", 9, rate="3")), "did you mean 'rate_pct'"),
        (event(1, 3, change("amend", "m", 9, rate_pct="-3")), "greater than or equal to 0"),
        (event(1, 3, change("withdraw", "nobody")), "no file holds"),
        (event(1, 3, change("open", "m", 9, **DUTY)), "opened twice"),
        (event(1, 3, change("amend", "m", 9, when={"to": "D:9"})), "has no members"),
    ],
)
def test_faults_of_a_whole_log(faulty, message):
    import re

    assert any(re.search(message, fault) for fault in check_log([OPEN, faulty]))
