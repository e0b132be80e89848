"""Checks of the shipped log as a whole, for `data check`: sound, without hindsight, and compiled from what it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from twoeyes.errors import InputError
from twoeyes.facts.check import Finding
from twoeyes.facts.ends import states
from twoeyes.facts.events import Event
from twoeyes.facts.fold import fold
from twoeyes.facts.log import COMPILED_FILE, check_log, compiled_documents, log_folder, read_folder


def log_findings() -> list[Finding]:
    """Everything wrong with the event files, or with the compiled log beside them."""
    try:
        log = read_folder(log_folder())
    except InputError as error:
        return [Finding(severity="error", where="log", what=str(error), mend="mend the file that it names")]
    faults = [
        Finding(severity="error", where="log", what=fault, mend="mend the event that it names")
        for fault in check_log(log.events)
    ]
    faults += [
        Finding(severity="error", where="log", what=fault, mend="move the end to the event that announced it")
        for fault in (hindsight(log.events) if not faults else ())
    ]
    if compiled_documents(log_folder().parent / COMPILED_FILE, log.digest) is None:
        faults.append(
            Finding(
                severity="error",
                where=COMPILED_FILE,
                what="is not compiled from the event files as they are",
                mend="run `twoeyes data build`",
            )
        )
    unread = sum(source.verified == "memory" for event in log.events for source in event.sources)
    faults.append(
        Finding(
            severity="warning",
            where="log",
            what=f"{unread} sources of {len(log.events)} announcements are from memory",
            mend="open them and set `verified`",
        )
    )
    return faults


def hindsight(events: Iterable[Event]) -> Iterator[str]:
    """Versions that end on a day which no announcement public by then had stated, one line each.

    A finite end is stated where the announcement's own words (`ends_stated`) give it. For each day on which something
    was announced, every finite end of every version as then known must be a day that some announcement of that day or
    before wrote as an edge, or the day after one that withdrew another's writes.
    """
    events = tuple(events)
    for event in events:
        for change in event.changes:
            start, end = change.valid or (None, None)
            if start and end and not states(change.ends_stated, start, end):
                yield f"{event.id}: {change.target} ends on {end}; {change.ends_stated!r} does not name that day"
    for known in sorted({event.announced for event in events}):
        public = [event for event in events if event.announced <= known]
        stated = {
            edge for event in public for change in event.changes for edge in change.valid or () if edge is not None
        }
        ordinals = {edge.toordinal() for edge in stated}
        ordinals |= {
            event.announced.toordinal() + 1
            for event in public
            if any(change.verb == "withdraw" for change in event.changes)
        }
        for measure, timeline in fold(public).items():
            for version in timeline:
                end = version.valid[1]
                if end is not None and end.toordinal() not in ordinals:
                    yield f"{measure}: known on {known}, it ends on {end}, which nothing announced by then states"
