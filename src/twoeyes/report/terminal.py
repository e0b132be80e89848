"""Worlds, things and findings as text for a terminal, or as JSON. No arithmetic."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date
from importlib import metadata
from typing import Any

from twoeyes import __version__
from twoeyes.errors import UnknownNameError, nearest
from twoeyes.facts.events import Event
from twoeyes.facts.fact import Fact
from twoeyes.world import Difference, Version, World

LISTS = {
    "chips": "chip",
    "systems": "system",
    "models": "model",
    "places": "place",
    "events": "event",
    "measures": "measure",
}


def to_json(value: Any) -> str:
    """Any of our values as JSON; dates in ISO 8601."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_defaults=True)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if hasattr(value, "items"):
        return dict(value)
    return str(value)


def interval(valid: tuple[date, date | None], lang: str = "en") -> str:
    """`from` to the last day included."""
    start, end = valid
    if end is None:
        return f"from {start}" if lang == "en" else f"自 {start} 起"
    return f"{start} until {end}, that day excluded" if lang == "en" else f"{start} 至 {end}（不含）"


def summary(version: Version) -> str:
    """What a version says, in one line."""
    content = version.content.model_dump(mode="json", exclude_defaults=True)
    for condition in ("when", "scope"):
        content.pop(condition, None)
    parts = [f"{key} {_short(value)}" for key, value in content.items() if key not in ("citation", "note", "cites")]
    return "; ".join(parts)


def _short(value: Any) -> str:
    if isinstance(value, list):
        head = ", ".join(_short(item) for item in value[:6])
        return head + (f" and {len(value) - 6} more" if len(value) > 6 else "")
    if isinstance(value, dict):
        return ", ".join(f"{key} {_short(item)}" for key, item in value.items())
    return str(value)


def world_state(world: World, on: date, lang: str, *, as_json: bool) -> str:
    """Every measure that says something on a day, by kind."""
    from twoeyes.facts.kinds import KINDS

    found = {kind: world.schedule(kind, on) for kind in KINDS}
    if as_json:
        return _json_state(world, on, found)
    lines = [f"{'Measures on' if lang == 'en' else '措施状态'} {on}, known {world.known} (log read to {world.horizon})"]
    if world.beyond_horizon:
        lines.append(f"known lies past the log's horizon: announcements after {world.horizon} are missing")
    for kind, versions in found.items():
        live = [version for version in versions if version.status != "ended"]
        lines.append(f"\n{kind}: {len(live)}")
        lines += [f"  {v.measure}  [{v.status}]  {interval(v.valid, lang)}\n      {summary(v)}" for v in live]
    return "\n".join(lines)


def _json_state(world: World, on: date, found: dict[str, list[Version]]) -> str:
    measures = [version for versions in found.values() for version in versions]
    return to_json(
        {"on": on, "known": world.known, "horizon": world.horizon, "digest": world.digest, "measures": measures}
    )


def world_diff(before: World, after: World, on: date | None, lang: str, *, as_json: bool) -> str:
    """What became known between two worlds, announcement by announcement, with the measures each moved."""
    differences = before.diff(after)
    if on is not None:
        differences = [d for d in differences if d.valid[0] <= on and (d.valid[1] is None or on < d.valid[1])]
    if as_json:
        return to_json({"before": before.known, "after": after.known, "differences": differences})
    known = {event.id for event in before.events}
    news = [event for event in after.events if event.id not in known]
    head = (
        f"What was announced after {before.known}, up to {after.known}"
        if lang == "en"
        else f"{before.known} 之后至 {after.known} 的公告"
    )
    lines = [head]
    for event in news:
        mine = [d for d in differences if event.id in _makers(d)]
        if on is not None and not mine:
            continue
        lines += [
            "",
            f"{event.announced}  {_title(event, lang)}",
            f"            {event.issuer}; {event.citation or event.instrument}",
        ]
        lines += [f"  {line}" for line in map(_moved, mine)] or ["  changes no measure"]
    return "\n".join(lines) if len(lines) > 1 else f"{head}: nothing"


def _makers(difference: Difference) -> set[str]:
    old = set(difference.before.events) if difference.before else set()
    return (set(difference.after.events) if difference.after else set()) - old


def _moved(d: Difference) -> str:
    """What changed, key by key: a measure that is new or gone in full, else only the keys that differ."""
    if d.before is None or d.after is None:
        gone = f"{summary(d.before)} [{d.before.status}]" if d.before else "nothing"
        new = f"{summary(d.after)} [{d.after.status}]" if d.after else "nothing"
        return f"{d.measure}, {interval(d.valid)}: {gone}  ->  {new}"
    old, new_content = (version.content.model_dump(mode="json") for version in (d.before, d.after))
    keys = [key for key in new_content if old[key] != new_content[key]]
    parts = [f"{key} {_short(old[key]) or '-'} -> {_short(new_content[key]) or '-'}" for key in keys]
    if d.before.status != d.after.status:
        parts.append(f"{d.before.status} -> {d.after.status}")
    return f"{d.measure}, {interval(d.valid)}: {'; '.join(parts)}"


def _title(event: Event, lang: str) -> str:
    return event.title.zh if lang == "zh" and event.title.zh else event.title.en


def shown(world: World, name: str, lang: str, *, as_json: bool) -> str:
    """One thing by its name, or one of the lists; without a name, what can be shown."""
    if not name:
        return "give a name, or one of: " + ", ".join(LISTS)
    if name in LISTS:
        return "\n".join(_listed(world, name, lang))
    catalogue = world.catalogue
    for kind in ("chip", "system", "model", "place"):
        try:
            thing = getattr(catalogue, kind)(name)
        except UnknownNameError:
            continue
        return to_json(thing) if as_json else thing_text(kind, thing)
    if name in world.timelines:
        versions = world.timelines[name]
        return to_json(versions) if as_json else measure_text(name, versions, lang)
    for event in world.events:
        if name == event.id or name in event.refs:
            return to_json(event) if as_json else event_text(event, lang)
    every = [*catalogue.chips, *catalogue.systems, *catalogue.models, *world.timelines, *(e.id for e in world.events)]
    close = ", ".join(nearest(name, [*LISTS, *every])) or "nothing comes close"
    raise UnknownNameError(f"unknown name {name!r}; nearest: {close}; `twoeyes show` names the lists")


def _listed(world: World, name: str, lang: str) -> Iterable[str]:
    if name == "events":
        return (f"{event.announced}  {event.id:<52} {_title(event, lang)}" for event in world.events)
    if name == "measures":
        return (f"{measure:<44} {timeline[0].kind}" for measure, timeline in world.timelines.items() if timeline)
    things = getattr(world.catalogue, name)
    if name == "places":
        return (f"{key}  {place.name_zh if lang == 'zh' else place.name}" for key, place in things.items())
    return (f"{key:<22} {thing.name}" for key, thing in things.items())


def thing_text(kind: str, thing: Any) -> str:
    """Every sourced cell of a thing: value, confidence, source; dissents below."""
    lines = [f"{kind} {thing.id}: {thing.name}", *_computed(kind, thing)]
    for field, fact in thing.facts.items():
        lines.append(f"  {field:<28}{_value(fact):<26}{fact.confidence:<10}{_sources(fact)}")
        if fact.note and field != "name":
            lines.append(f"  {'':<28}({fact.note})")
        lines += [f"  {'':<28}dissent: {_value(d):<16}{d.confidence:<10}{d.note}" for d in fact.dissents]
    note = thing.facts["name"].note if "name" in thing.facts else ""
    return "\n".join([*lines, f"  note: {note}"] if note else lines)


def _computed(kind: str, thing: Any) -> list[str]:
    if kind != "chip":
        return []
    from twoeyes.facts.control_metrics import performance_density, total_processing_performance

    tpp, density = total_processing_performance(thing), performance_density(thing)
    if tpp is None:
        return ["  computed: TPP unknown, no dense peak of a matrix format is known"]
    span = f" (disputed readings {tpp.low:,.0f} to {tpp.high:,.0f})" if tpp.low != tpp.high else ""
    pd = f"{density:.2f}" if density is not None else "unknown: no die area"
    return [f"  computed: TPP {tpp.value:,.0f}{span} from {'/'.join(tpp.binding)}; performance density {pd}"]


def _value(fact: Fact) -> str:
    value = {True: "yes", False: "no"}.get(fact.value, fact.value) if isinstance(fact.value, bool) else fact.value
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{text} {fact.unit}" if fact.unit and fact.unit != "date" else text


def _sources(fact: Fact) -> str:
    return " ".join(source.url + ("" if source.read else " (not read)") for source in fact.sources[:2]) or "no source"


def measure_text(name: str, versions: Sequence[Version], lang: str) -> str:
    """A measure's versions over valid time, with the announcements that made each."""
    lines = [f"measure {name} ({versions[0].kind})" if versions else f"measure {name}"]
    for version in versions:
        lines += [
            f"  {interval(version.valid, lang)} [{version.status}], known from {version.known_from}",
            f"      {summary(version)}",
            f"      made by {', '.join(version.events)}",
        ]
    return "\n".join(lines)


def event_text(event: Event, lang: str) -> str:
    """One announcement: title, citation, sources, and what it writes."""
    lines = [
        f"{event.announced}  {_title(event, lang)}",
        f"  {event.id}; {event.issuer}; {event.instrument}; {event.citation}",
    ]
    lines += [f"  note: {event.note}"] if event.note else []
    lines += [f"  source: {source.url} ({source.verified})" for source in event.sources]
    for change in event.changes:
        days = interval(change.valid) if change.valid else ""
        lines.append(f"  {change.verb} {change.target} {days} {_short(change.content)}".rstrip())
    return "\n".join(lines if event.changes else [*lines, "  changes no measure"])


def announcements(world: World, first: date, last: date, place: str | None, lang: str, form: str) -> str:
    """Announcements between two days, as text, CSV or BibTeX; of one place where it is named."""
    chosen = [e for e in world.events if first <= e.announced <= last and (place is None or _names(e, place))]
    if form == "bibtex":
        return "\n\n".join(_bibtex(event) for event in chosen)
    if form == "csv":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["announced", "id", "issuer", "instrument", "title", "citation", "sources"])
        for e in chosen:
            writer.writerow(
                [
                    e.announced,
                    e.id,
                    e.issuer,
                    e.instrument,
                    _title(e, lang),
                    e.citation,
                    " ".join(s.url for s in e.sources),
                ]
            )
        return out.getvalue().rstrip("\n")
    return "\n".join(f"{e.announced}  {_title(e, lang)}  [{e.id}]" for e in chosen) or "no announcement"


def _names(event: Event, place: str) -> bool:
    if event.issuer.split("/")[0] == place:
        return True
    return any(
        place in json.dumps(change.content, default=str).replace('"', " ").split() or place in _words(change.content)
        for change in event.changes
    )


def _words(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {word for item in value.values() for word in _words(item)}
    if isinstance(value, list):
        return {word for item in value for word in _words(item)}
    return {str(value)}


def _bibtex(event: Event) -> str:
    url = event.sources[0].url if event.sources else ""
    return (
        f"@misc{{{event.id},\n  title = {{{event.title.en}}},\n  author = {{{{{event.issuer}}}}},\n"
        f"  year = {{{event.announced.year}}},\n  note = {{{event.citation}; announced {event.announced}}},\n"
        f"  url = {{{url}}}\n}}"
    )


def findings_text(findings: Sequence[Any], *, as_json: bool) -> str:
    """Findings of the data check, errors first."""
    if as_json:
        return to_json({"findings": [asdict(finding) for finding in findings]})
    ranked = sorted(findings, key=lambda finding: (finding.severity != "error", finding.where))
    lines = [f"{f.severity}: {f.where}: {f.what}; {f.mend}" for f in ranked]
    errors = sum(f.severity == "error" for f in findings)
    return "\n".join([*lines, f"{errors} errors, {len(findings) - errors} warnings"])


def rows_text(rows: Sequence[dict[str, Any]], *, as_json: bool) -> str:
    """Rows of a bulk answer: one JSON object, or a table."""
    errors = sum("error" in row for row in rows)
    if as_json:
        return to_json({"rows": list(rows), "summary": {"rows": len(rows), "errors": errors}})
    lines = [
        "  ".join(f"{key}={_short(value)}" for key, value in row.items() if value not in (None, [], {})) for row in rows
    ]
    return "\n".join([*lines, f"{len(rows)} rows, {errors} could not be answered"])


def installation(world: World) -> str:
    """Versions, optional parts, horizon, sizes."""
    parts = []
    for name in ("polars", "numpy", "pydantic", "linopy", "highspy", "cyclopts", "altair", "ray", "torch"):
        try:
            parts.append(f"  {name:<12}{metadata.version(name)}")
        except metadata.PackageNotFoundError:
            parts.append(f"  {name:<12}not installed")
    sizes = {"chips": world.chips(), "systems": world.systems(), "models": world.models(), "places": world.places()}
    counts = ", ".join(f"{len(things)} {name}" for name, things in sizes.items())
    log = f"{len(world.events)} announcements, {len(world.timelines)} measures; read to {world.horizon}"
    return "\n".join(
        [f"twoeyes {__version__}", *parts, f"catalogue: {counts}", f"log: {log}", f"digest: {world.digest}"]
    )
