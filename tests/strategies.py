"""Small logs for tests, generated ones among them, and a fold so naive that it can be believed."""

from datetime import date, timedelta

from hypothesis import strategies as st

from twoeyes.facts.events import Change, Event
from twoeyes.facts.log import Log, ordered
from twoeyes.world import World

FIRST = date(2025, 1, 1)
WINDOW = range(-2, 75)
LAST_ANNOUNCED = 14
DUTY = {"name": "d", "importer": "US", "layer": "x", "rate_type": "ad_valorem", "rate_pct": "10"}
STATUS = {"open": "in_force", "resume": "in_force", "suspend": "suspended", "unenforce": "unenforced", "end": "ended"}
REMOVALS = ("withdraw", "annul")


def day(n):
    return FIRST + timedelta(days=n)


def event(name, announced, *changes, **more):
    return Event(
        id=name if isinstance(name, str) else f"e{name:02d}",
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


def log_of(*events):
    return Log(events=ordered(events), horizon=day(60), digest="test")


def world(*events, known=60):
    return World(day(known), log=log_of(*events))


class NotWhole(Exception):
    """A measure would be in force on a day for which nobody wrote all of its content."""


def naive(events, measure, on):
    """Status, content by key and the ids of whoever wrote them last, on one day, by walking every announcement.

    None where the measure says nothing. Raises NotWhole.
    """
    status, content, writers = None, {}, {}
    for one in events:
        if any(removes(other, one, on) for other in events):
            continue
        for item in one.changes:
            if item.target != measure or item.verb in REMOVALS or not covers(item, on):
                continue
            if item.verb in STATUS:
                status, writers["status"] = STATUS[item.verb], one.id
            defaults = {"heading": "", "every other key": ""} if item.verb == "open" else {}
            for key, value in (defaults | item.content).items():
                content[key], writers["content", key] = value, one.id
    whole = set(DUTY) <= set(content)
    if status is None or (not whole and status in ("suspended", "ended")):
        return None
    if not whole:
        raise NotWhole(measure, on)
    return status, float(content["rate_pct"]), content["layer"], content.get("heading", ""), set(writers.values())


def covers(item, on):
    start, end = item.valid
    return start <= on and (end is None or on < end)


def removes(other, one, on):
    for item in other.changes:
        if item.target == one.id and (item.verb == "annul" or (item.verb == "withdraw" and on > other.announced)):
            return True
    return False


def tracks(item):
    if item.verb in REMOVALS:
        return set()
    return {"content", "status"} if item.verb == "open" else {"content" if item.verb == "amend" else "status"}


def conflict(one, other):
    """Whether two events write one track of one measure on some day of the window."""
    pairs = [(a, b) for a in one.changes for b in other.changes if a.target == b.target and tracks(a) & tracks(b)]
    return any(covers(a, day(n)) and covers(b, day(n)) for a, b in pairs for n in WINDOW)


def _spans(verb, opening):
    earliest = 0 if verb in ("amend", "suspend", "end") else opening
    length = st.none() if verb == "end" else st.one_of(st.none(), st.integers(1, 20))
    return st.tuples(st.integers(earliest, 40), length)


@st.composite
def _written(draw, openings):
    measure = draw(st.sampled_from(sorted(openings)))
    verb = draw(st.sampled_from(["amend", "amend", "suspend", "resume", "unenforce", "end"]))
    start, length = draw(_spans(verb, openings[measure]))
    content = {}
    if verb == "amend":
        keys = draw(st.sets(st.sampled_from(["rate_pct", "layer", "heading"]), min_size=1))
        values = {"rate_pct": st.integers(1, 99).map(str), "layer": st.sampled_from("xyz"), "heading": st.just("h")}
        content = {key: draw(values[key]) for key in sorted(keys)}
    return change(verb, measure, start, None if length is None else start + length, **content)


@st.composite
def logs(draw, annul_openings=False):
    """Two measures, up to nine announcements on fifteen days; those of one day that meet say which comes `after`."""
    openings = {"m": draw(st.integers(0, 8)), "n": draw(st.integers(0, 8))}
    names = draw(st.permutations([f"e{n:02d}" for n in range(10)]))
    events = [event(names[0], 0, *(change("open", m, start, **DUTY) for m, start in openings.items()))]
    for name in names[1 : draw(st.integers(1, 10))]:
        removable = [e.id for e in events[0 if annul_openings else 1 :] if not _removal(e)]
        if removable and draw(st.integers(0, 3)) == 0:
            target = draw(st.sampled_from(removable))
            floor = next((e.announced - FIRST).days for e in events if e.id == target)
            made = event(
                name, draw(st.integers(floor, LAST_ANNOUNCED)), change(draw(st.sampled_from(REMOVALS)), target)
            )
        else:
            changes = draw(st.lists(_written(openings), min_size=1, max_size=3))
            made = event(name, draw(st.integers(0, LAST_ANNOUNCED)), *changes)
        of_that_day = [e for e in events if e.announced == made.announced]
        earlier = [e.id for e in of_that_day if conflict(e, made) or e.id == made.changes[0].target]
        events.append(made.model_copy(update={"after": tuple(earlier)}))
    return ordered(draw(st.permutations(events)))


def _removal(one):
    return any(item.verb in REMOVALS for item in one.changes)
