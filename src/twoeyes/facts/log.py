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
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from twoeyes.errors import InputError, nearest
from twoeyes.facts import yamltext
from twoeyes.facts.conditions import All, Either, Not, Test, tests_of
from twoeyes.facts.events import Change, Event, read_event
from twoeyes.facts.kinds import KINDS
from twoeyes.facts.vocabulary import vocabulary

HORIZON_FILE = "HORIZON"
COMPILED_FILE = "log.json"


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
    compiled = json.loads(folder.parent.joinpath(COMPILED_FILE).read_text(encoding="utf-8") or "{}")
    documents = compiled.get("documents") if compiled.get("digest") == digest else None
    if documents is None:
        documents = parse_sources(sources)
    events = [read_event(yamltext.Document(origin=name, data=data, lines={})) for name, data in documents.items()]
    return Log(events=ordered(events), horizon=_horizon(folder), digest=digest)


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


def check_log(events: Iterable[Event]) -> list[str]:
    """Faults that only the whole log shows, one line each; empty for a sound log.

    Targets that were never opened, content that does not fit its kind, writes of one day without an order, groups
    without members, overrides and withdrawals of nothing.
    """
    events = tuple(events)
    kinds, opened = _openings(events)
    groups = {
        change.content.get("group") for event in events for change in event.changes if change.kind == "membership"
    }
    faults: list[str] = list(opened)
    for event in events:
        for change in event.changes:
            faults += [f"{event.id}: {fault}" for fault in _change_faults(event, change, kinds, groups, events)]
    return faults + _unordered(events)


def _openings(events: tuple[Event, ...]) -> tuple[dict[str, str], list[str]]:
    kinds: dict[str, str] = {}
    faults = []
    for event in events:
        for change in event.changes:
            if change.verb != "open":
                continue
            if change.target in kinds:
                faults.append(f"{event.id}: {change.target} is opened twice; amend or resume it")
            elif change.kind is None or change.kind not in KINDS:
                faults.append(f"{event.id}: kind {change.kind!r} is none of {', '.join(KINDS)}")
            else:
                kinds[change.target] = change.kind
    return kinds, faults


def _change_faults(
    event: Event, change: Change, kinds: Mapping[str, str], groups: set[Any], events: tuple[Event, ...]
) -> Iterator[str]:
    if change.verb in ("withdraw", "annul"):
        target = next((other for other in events if other.id == change.target), None)
        if target is None:
            yield f"{change.verb} names event {change.target!r}, which no file holds"
        elif target.announced > event.announced:
            yield f"{change.verb} names {change.target!r}, announced later"
        return
    if change.target not in kinds:
        close = nearest(change.target, kinds)
        yield f"{change.verb} {change.target!r}, which is never opened" + (f"; nearest {close[0]!r}" if close else "")
        return
    try:
        written = typed_content(kinds[change.target], change)
    except InputError as error:
        yield str(error)
        return
    if "when" in written:
        for test in tests_of(written["when"]):
            is_place = vocabulary()[test.fact].type == "place"
            for value in test.values:
                if is_place and ":" in str(value) and value not in groups:
                    yield f"{change.target}: group {value!r} has no members anywhere in the log"
    for name in written.get("overrides", ()):
        if name not in kinds:
            yield f"{change.target}: overrides {name!r}, which is never opened"


def typed_content(kind: str, change: Change) -> dict[str, Any]:
    """The content that a change writes, typed by the schema of the measure's kind.

    An opening must be whole; an amendment writes only the keys it names. Raises InputError.
    """
    schema = KINDS[kind]
    unknown = set(change.content) - set(schema.model_fields)
    if unknown:
        key = sorted(unknown)[0]
        close = nearest(key, schema.model_fields)
        hint = f"; did you mean {close[0]!r}?" if close else f"; it has {', '.join(schema.model_fields)}"
        raise InputError(f"{change.target}: {kind} has no key {key!r}{hint}")
    try:
        if change.verb == "open":
            whole = schema.model_validate(change.content)
            return {name: getattr(whole, name) for name in schema.model_fields}
        return {name: _adapter(kind, name).validate_python(value) for name, value in change.content.items()}
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(step) for step in first["loc"])
        raise InputError(f"{change.target}: {key} {first['msg'].removeprefix('Value error, ')}") from error


@cache
def _adapter(kind: str, name: str) -> TypeAdapter[Any]:
    field = KINDS[kind].model_fields[name]
    annotation: Any = field.annotation
    for extra in field.metadata:
        annotation = _annotated(annotation, extra)
    return TypeAdapter(annotation)


def _annotated(annotation: Any, extra: Any) -> Any:
    from typing import Annotated

    return Annotated[annotation, extra]


def _unordered(events: tuple[Event, ...]) -> list[str]:
    """Pairs of one day that write the same track over overlapping days without saying which comes after."""
    writes: dict[tuple[date, str, str], list[tuple[Event, Change]]] = defaultdict(list)
    for event in events:
        for change in event.changes:
            if change.verb in ("withdraw", "annul"):
                continue
            tracks = ("content", "status") if change.verb == "open" else (_track(change),)
            for track in tracks:
                writes[event.announced, change.target, track].append((event, change))
    faults = []
    for (day, target, track), entries in writes.items():
        for index, (event, change) in enumerate(entries):
            for other, later in entries[index + 1 :]:
                if other.id != event.id and _overlap(change, later) and not _says_order(event, other, events):
                    faults.append(
                        f"{event.id} and {other.id}: both write the {track} of {target} on {day}; say `after`"
                    )
    return faults


def _track(change: Change) -> str:
    return "content" if change.verb in ("open", "amend") else "status"


def _overlap(one: Change, other: Change) -> bool:
    assert one.valid is not None
    assert other.valid is not None
    (a, b), (c, d) = one.valid, other.valid
    return (d is None or a < d) and (b is None or c < b)


def _says_order(one: Event, other: Event, events: tuple[Event, ...]) -> bool:
    by_id = {event.id: event for event in events}

    def behind(event: Event, target: str) -> bool:
        return any(name == target or behind(by_id[name], target) for name in event.after if name in by_id)

    return behind(one, other.id) or behind(other, one.id)


__all__ = ["All", "Either", "Log", "Not", "Test", "check_log", "compile_log", "ordered", "read_folder", "shipped_log"]
