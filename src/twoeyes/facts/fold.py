"""The fold: announcements in, dated versions of measures out.

A measure has two independent tracks over valid time: its content, and its status. Each change writes one track over a
half-open interval (an opening writes both). Where writes overlap, the later announced wins; content is won key by key.
On a day without status, or suspended or ended without whole content, a measure says nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from pydantic import ValidationError

from twoeyes.errors import InputError
from twoeyes.facts.events import Event, Verb
from twoeyes.facts.kinds import KINDS
from twoeyes.facts.log import typed_content
from twoeyes.facts.schema import fault_text

Status = Literal["in_force", "unenforced", "suspended", "ended"]

_STATUS_OF: Mapping[Verb, Status] = {
    "open": "in_force",
    "resume": "in_force",
    "suspend": "suspended",
    "unenforce": "unenforced",
    "end": "ended",
}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """What one change says of a measure: content, status or both, over `start <= day < end` (None: without end).

    `event` announced it on `announced`; `order` is its place in the log.
    """

    measure: str
    start: date
    end: date | None
    content: Mapping[str, Any] | None = None
    status: Status | None = None
    event: str
    announced: date
    order: int

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What one measure says, and whether it is in force, on every day of `valid`.

    `known_from` is the day on which the last announcement that made this version became public.
    """

    measure: str
    kind: str
    valid: tuple[date, date | None]
    status: Status
    content: Any
    events: tuple[str, ...]
    known_from: date

    def covers(self, day: date) -> bool:
        """Whether `day` lies in `valid`."""
        start, end = self.valid
        return start <= day and (end is None or day < end)


Timelines = Mapping[str, tuple[Version, ...]]


def fold(events: Iterable[Event]) -> Timelines:
    """The timeline of every measure, from events in the order of `log.ordered`.

    Raises InputError where a measure in force would lack a key that its kind needs.
    """
    events = tuple(events)
    kinds = {change.target: change.kind for event in events for change in event.changes if change.verb == "open"}
    cuts = _cuts(events)
    writes: dict[str, list[Write]] = defaultdict(list)
    for order, event in enumerate(events):
        for write in _writes(event, order, kinds):
            kept = _trimmed(write, cuts.get(event.id))
            if kept is not None:
                writes[write.measure].append(kept)
    return {measure: _timeline(measure, str(kinds[measure]), entries) for measure, entries in sorted(writes.items())}


def _cuts(events: tuple[Event, ...]) -> dict[str, date]:
    """The first valid day on which an event's writes no longer count, for events withdrawn or annulled."""
    cuts: dict[str, date] = {}
    for event in events:
        for change in event.changes:
            if change.verb == "annul":
                cuts[change.target] = date.min
            elif change.verb == "withdraw":
                cuts[change.target] = min(cuts.get(change.target, date.max), event.announced + _DAY)
    return cuts


def _writes(event: Event, order: int, kinds: Mapping[str, str | None]) -> Iterable[Write]:
    for change in event.changes:
        if change.valid is None:
            continue
        kind = kinds.get(change.target)
        if kind is None:
            raise InputError(f"{event.id}: {change.verb} {change.target!r}, which nothing announced by then opens")
        start, end = change.valid
        yield Write(
            measure=change.target,
            start=start,
            end=end,
            content=typed_content(kind, change) if change.verb in ("open", "amend") else None,
            status=_STATUS_OF.get(change.verb),
            event=event.id,
            announced=event.announced,
            order=order,
        )


def _trimmed(write: Write, cut: date | None) -> Write | None:
    if cut is None or (write.end is not None and write.end <= cut):
        return write
    if cut <= write.start:
        return None
    return replace(write, end=cut)


def _timeline(measure: str, kind: str, writes: list[Write]) -> tuple[Version, ...]:
    edges = sorted({write.start for write in writes} | {write.end for write in writes if write.end is not None})
    versions: list[Version] = []
    for start, end in zip(edges, [*edges[1:], None]):
        version = _version(measure, kind, (start, end), [write for write in writes if write.covers(start)])
        if version is None:
            continue
        previous = versions[-1] if versions else None
        if previous is not None and previous.valid[1] == start and _same(previous, version):
            versions[-1] = replace(previous, valid=(previous.valid[0], end))
        else:
            versions.append(version)
    return tuple(versions)


def _version(measure: str, kind: str, valid: tuple[date, date | None], covering: list[Write]) -> Version | None:
    status: Status | None = None
    content: dict[str, Any] = {}
    writers: dict[str, Write] = {}
    for write in covering:
        if write.content is not None:
            content |= write.content
            writers |= dict.fromkeys(write.content, write)
        if write.status is not None:
            status = write.status
            writers["status of the measure"] = write
    if status is None:
        return None
    makers = [write for _, write in sorted({write.order: write for write in writers.values()}.items())]
    try:
        typed = KINDS[kind].model_validate(content)
    except ValidationError as error:
        if status in ("suspended", "ended"):
            return None
        names = ", ".join(write.event for write in makers)
        fault = fault_text(KINDS[kind], error.errors()[0])
        raise InputError(f"{measure} from {valid[0]}, by {names}: {fault}; write it for these days too") from error
    return Version(
        measure=measure,
        kind=kind,
        valid=valid,
        status=status,
        content=typed,
        events=tuple(write.event for write in makers),
        known_from=max(write.announced for write in makers),
    )


def _same(one: Version, other: Version) -> bool:
    return (one.status, one.content, one.events) == (other.status, other.content, other.events)
