"""The shipped log: event files, read once, checked as a whole, kept in the order in which they became known."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from twoeyes.errors import InputError, nearest
from twoeyes.facts import yamltext
from twoeyes.facts.conditions import ALWAYS, tests_of
from twoeyes.facts.events import Change, Event, Verb, read_event
from twoeyes.facts.kinds import KINDS
from twoeyes.facts.schema import fault_text
from twoeyes.facts.vocabulary import vocabulary
from twoeyes.facts.yamltext import Location

HORIZON_FILE = "HORIZON"
COMPILED_FILE = "log.json"
_TRACKS: Mapping[Verb, tuple[str, ...]] = {
    "open": ("content", "status"),
    "amend": ("content",),
    "suspend": ("status",),
    "unenforce": ("status",),
    "resume": ("status",),
    "end": ("status",),
    "withdraw": (),
    "annul": (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """All events in the order of announcement, and the last day that their sources reach."""

    events: tuple[Event, ...]
    horizon: date
    digest: str


@cache
def shipped_log() -> Log:
    """The project's own log. Uses the compiled file while it matches the sources, else reads the sources."""
    folder = log_folder()
    sources = dict(_sources(folder))
    digest = _digest(sources)
    documents = compiled_documents(folder.parent / COMPILED_FILE, digest) or parse_sources(sources)
    events = [read_event(yamltext.Document(origin=name, data=data, lines={})) for name, data in documents.items()]
    return Log(events=ordered(events), horizon=_horizon(folder), digest=digest)


def compiled_documents(path: Path, digest: str) -> Mapping[str, Any] | None:
    """The raw documents of the compiled file at `path`; None where it is missing, broken, or not made from `digest`."""
    try:
        compiled = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return compiled["documents"] if compiled.get("digest") == digest else None


def log_folder() -> Path:
    """Where the event files lie."""
    return Path(str(resources.files("twoeyes.facts"))) / "log"


def read_folder(folder: Path) -> Log:
    """Read and check every event file below `folder`, reporting faults with file and line."""
    sources = dict(_sources(folder))
    events = [read_event(yamltext.parse(text, name)) for name, text in sources.items()]
    return Log(events=ordered(events), horizon=_horizon(folder), digest=_digest(sources))


def compile_log(folder: Path) -> str:
    """The text of the compiled file for the sources in `folder`: raw documents beside their digest."""
    sources = dict(_sources(folder))
    document = {"digest": _digest(sources), "documents": parse_sources(sources)}
    return json.dumps(document, ensure_ascii=False, indent=0, sort_keys=True) + "\n"


def parse_sources(sources: Mapping[str, str]) -> dict[str, Any]:
    """Raw YAML data by file name."""
    return {name: yamltext.parse(text, name).data for name, text in sources.items()}


def _sources(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*.yaml")):
        yield path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")


def _digest(sources: Mapping[str, str]) -> str:
    summary = hashlib.sha256()
    for name, text in sorted(sources.items()):
        summary.update(f"{name}\0{len(text)}\0{text}".encode())
    return summary.hexdigest()


def _horizon(folder: Path) -> date:
    return date.fromisoformat(folder.joinpath(HORIZON_FILE).read_text(encoding="utf-8").strip())


def ordered(events: Iterable[Event]) -> tuple[Event, ...]:
    """Events by day of announcement; within a day, each behind those that it comes `after`, else by id.

    Raises InputError for an id that stands twice, or an `after` that names no event or a later one, or runs in a ring.
    """
    by_id: dict[str, Event] = {}
    for event in events:
        if event.id in by_id:
            raise InputError(f"event {event.id!r} stands twice; an id names one announcement")
        by_id[event.id] = event
    rank: dict[str, tuple[date, int, str]] = {}

    def place(event: Event, path: tuple[str, ...]) -> tuple[date, int, str]:
        if event.id in path:
            raise InputError(f"events come after one another in a ring: {' -> '.join((*path, event.id))}")
        if event.id not in rank:
            depth = 0
            for earlier in event.after:
                if earlier not in by_id:
                    raise InputError(f"event {event.id!r} comes after {earlier!r}, which no file holds")
                before = place(by_id[earlier], (*path, event.id))
                if before[0] > event.announced:
                    raise InputError(f"event {event.id!r} comes after {earlier!r}, which was announced later")
                if before[0] == event.announced:
                    depth = max(depth, before[1] + 1)
            rank[event.id] = (event.announced, depth, event.id)
        return rank[event.id]

    return tuple(sorted(by_id.values(), key=lambda event: place(event, ())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one event of a log; `at` is where in its file."""

    event: str
    at: Location
    text: str


class ContentError(InputError):
    """Content that its kind does not take; `at` is where in the change."""

    def __init__(self, text: str, at: Location) -> None:
        super().__init__(text)
        self.at = at


def check_log(events: Iterable[Event]) -> list[str]:
    """The faults of `log_faults`, one line each; empty for a sound log."""
    return [f"{fault.event}: {fault.text}" for fault in log_faults(events)]


def log_faults(events: Iterable[Event]) -> list[Fault]:
    """Faults that only the whole log shows.

    Targets that were never opened, content that does not fit its kind, writes of one day without an order, groups
    without members, overrides and withdrawals of nothing, withdrawals of withdrawals.
    """
    events = tuple(events)
    kinds, faults = _openings(events)
    by_id = {event.id: event for event in events}
    groups = {
        str(change.content.get("group")) for event in events for change in event.changes if change.kind == "membership"
    }
    for event in events:
        for index, change in enumerate(event.changes):
            if change.verb in ("withdraw", "annul"):
                found = _removal_faults(event, change, by_id)
            else:
                found = _content_faults(change, kinds, groups)
            faults += [Fault(event=event.id, at=("changes", index, *at), text=text) for at, text in found]
    return faults + _unordered(events, by_id)


def _openings(events: tuple[Event, ...]) -> tuple[dict[str, str], list[Fault]]:
    kinds: dict[str, str] = {}
    faults = []
    for event in events:
        for index, change in enumerate(event.changes):
            if change.verb != "open":
                continue
            if change.target in kinds:
                text = f"{change.target} is opened twice; amend or resume it"
                faults.append(Fault(event=event.id, at=("changes", index, "open"), text=text))
            elif change.kind is None or change.kind not in KINDS:
                text = f"kind {change.kind!r} is none of {', '.join(KINDS)}"
                faults.append(Fault(event=event.id, at=("changes", index, "kind"), text=text))
            else:
                kinds[change.target] = change.kind
    return kinds, faults


def _removal_faults(event: Event, change: Change, by_id: Mapping[str, Event]) -> Iterator[tuple[Location, str]]:
    at = (change.verb,)
    target = by_id.get(change.target)
    if target is None:
        yield at, f"{change.verb} names event {change.target!r}, which no file holds{_nearest(change.target, by_id)}"
    elif target.announced > event.announced:
        yield at, f"{change.verb} names {change.target!r}, announced later"
    elif any(other.verb in ("withdraw", "annul") for other in target.changes):
        yield at, f"{change.verb} names {change.target!r}, which itself withdraws or annuls; write the measure anew"


def _content_faults(change: Change, kinds: Mapping[str, str], groups: set[str]) -> Iterator[tuple[Location, str]]:
    if change.target not in kinds:
        yield (change.verb,), f"{change.verb} {change.target!r}, which is never opened{_nearest(change.target, kinds)}"
        return
    try:
        written = typed_content(kinds[change.target], change)
    except ContentError as error:
        yield error.at, str(error)
        return
    for key in ("scope", "when"):
        for test in tests_of(written.get(key, ALWAYS)):
            is_place = vocabulary()[test.fact].type == "place"
            for value in map(str, test.values):
                if is_place and ":" in value and value not in groups:
                    text = f"{change.target}: group {value!r} has no members anywhere in the log"
                    yield (key,), text + _nearest(value, groups)
    for name in written.get("overrides", ()):
        if name not in kinds:
            yield ("overrides",), f"{change.target}: overrides {name!r}, which is never opened{_nearest(name, kinds)}"


def _nearest(name: str, known: Iterable[str]) -> str:
    close = nearest(name, known, most=1)
    return f"; nearest {close[0]!r}" if close else ""


def typed_content(kind: str, change: Change) -> dict[str, Any]:
    """The content that a change writes, typed by the schema of the measure's kind.

    An opening must be whole; an amendment writes only the keys it names. Raises ContentError.
    """
    schema = KINDS[kind]
    unknown = sorted(set(change.content) - set(schema.model_fields))
    if unknown:
        close = nearest(unknown[0], schema.model_fields)
        hint = f"; did you mean {close[0]!r}?" if close else f"; it has {', '.join(schema.model_fields)}"
        raise ContentError(f"{change.target}: {kind} has no key {unknown[0]!r}{hint}", (unknown[0],))
    if change.verb != "open":
        return {name: _typed(kind, name, value, change.target) for name, value in change.content.items()}
    try:
        whole = schema.model_validate(change.content)
    except ValidationError as error:
        first = error.errors()[0]
        raise ContentError(f"{change.target}: {fault_text(schema, first)}", first["loc"]) from error
    return {name: getattr(whole, name) for name in schema.model_fields}


def _typed(kind: str, name: str, value: Any, measure: str) -> Any:
    try:
        return _adapter(kind, name).validate_python(value)
    except ValidationError as error:
        first: Any = error.errors()[0]
        first["loc"] = (name, *first["loc"])
        raise ContentError(f"{measure}: {fault_text(KINDS[kind], first)}", first["loc"]) from error


@cache
def _adapter(kind: str, name: str) -> TypeAdapter[Any]:
    field = KINDS[kind].model_fields[name]
    annotation: Any = field.annotation
    for extra in field.metadata:
        annotation = Annotated[annotation, extra]
    return TypeAdapter(annotation)


def _unordered(events: tuple[Event, ...], by_id: Mapping[str, Event]) -> list[Fault]:
    """Pairs of one day that write the same track over overlapping days without saying which comes after."""
    writes: dict[tuple[date, str, str], list[tuple[Event, int]]] = defaultdict(list)
    for event in events:
        for index, change in enumerate(event.changes):
            for track in _TRACKS[change.verb]:
                writes[event.announced, change.target, track].append((event, index))
    faults = []
    for (day, target, track), entries in writes.items():
        for (one, i), (other, j) in combinations(entries, 2):
            overlap = one.id != other.id and _overlap(one.changes[i], other.changes[j])
            if overlap and one.id not in _before(other, by_id) and other.id not in _before(one, by_id):
                text = f"writes the {track} of {target} on {day}, as {one.id} does; say `after`"
                faults.append(Fault(event=other.id, at=("changes", j), text=text))
    return faults


def _overlap(one: Change, other: Change) -> bool:
    assert one.valid is not None
    assert other.valid is not None
    (a, b), (c, d) = one.valid, other.valid
    return (d is None or a < d) and (b is None or c < b)


def _before(event: Event, by_id: Mapping[str, Event]) -> set[str]:
    """The events that `event` comes after, also by way of others."""
    found: set[str] = set()
    waiting = list(event.after)
    while waiting:
        name = waiting.pop()
        if name in by_id and name not in found:
            found.add(name)
            waiting += by_id[name].after
    return found
