"""The world as it was known on a day: the fold over the log, plus hypotheses, plus the catalogue of that day.

world = World(known="2025-05-14")
world.schedule("duty", on=date(2025, 8, 20))      # what applies then, as far as one knew
world.with_("shocks/diffusion-enforced.yaml")     # a World again
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from twoeyes.errors import InputError, unknown_name
from twoeyes.facts.events import Event, canonical, read_event
from twoeyes.facts.fold import Timelines, Version, fold
from twoeyes.facts.kinds import KINDS
from twoeyes.facts.log import Log, log_faults, ordered, shipped_log
from twoeyes.facts.yamltext import Document, load

if TYPE_CHECKING:
    from twoeyes.facts.catalog import Chip, Model, Place, Price, System
    from twoeyes.facts.tables import Catalogue

FIRST_DAY = date(2018, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One stretch of valid time in which a measure reads differently in two worlds."""

    measure: str
    valid: tuple[date, date | None]
    before: Version | None
    after: Version | None


def day(value: date | str, name: str = "date") -> date:
    """A date from itself or from `YYYY-MM-DD`. Raises InputError that names the argument."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InputError(f"{name}: expected a day as YYYY-MM-DD, got {value!r}") from None


def question_day(value: date | str, name: str = "on") -> date:
    """The day of a question. Raises InputError before 2018, where the log begins."""
    asked = day(value, name)
    if asked < FIRST_DAY:
        raise InputError(f"{name}: the log begins on {FIRST_DAY}; {asked} lies before it")
    return asked


def today() -> date:
    """The civil day of this machine; asked for by name only, never a default."""
    return date.today()


class World:
    """All that was public by `known`, immutable; the default is the log's horizon.

    Past the horizon the world answers from what the log holds, and `beyond_horizon` says that it does.
    """

    def __init__(self, known: date | str | None = None, *, log: Log | None = None) -> None:
        self.log = log if log is not None else shipped_log()
        self.known = self.log.horizon if known is None else question_day(known, "known")
        self.hypotheses: tuple[Event, ...] = ()
        self.view: date | None = None
        self.data: tuple[Path, ...] = ()

    # What is known ---------------------------------------------------------------------------------------------

    @property
    def horizon(self) -> date:
        """The last day that the log's sources reach."""
        return self.log.horizon

    @property
    def beyond_horizon(self) -> bool:
        """Whether `known` lies after the log's horizon, so that announcements may be missing."""
        return self.known > self.horizon

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The announcements in force of knowledge: real ones up to `known`, hypotheses up to `view`."""
        assumed = [event for event in self.hypotheses if self.view is None or event.announced <= self.view]
        return ordered([*self._real, *assumed]) if assumed else self._real

    @cached_property
    def _real(self) -> tuple[Event, ...]:
        return tuple(event for event in self.log.events if event.announced <= self.known)

    def event(self, name: str) -> Event:
        """One announcement by its id or by one of its other references."""
        for event in self.events:
            if name == event.id or name in event.refs:
                return event
        raise unknown_name("event", name, [event.id for event in self.events])

    # Hypotheses ------------------------------------------------------------------------------------------------

    def with_(self, event: Event | str | Path) -> World:
        """This world and one more announcement, visible from its own day. Undone by `without(event.id)`.

        Raises InputError, with file and line where a file was given, for a malformed one, an event already public by
        `known` that does not say `counterfactual: true`, or one that does not fit the log.
        """
        if isinstance(event, Event):
            added, document = event, Document(origin=event.id, data=None, lines={})
        else:
            document = load(Path(event))
            added = read_event(document)
        if added.announced <= self.known and not added.counterfactual:
            raise InputError(
                f"{document.where(('announced',))}: announced {added.announced}, not after what is known "
                f"({self.known}); a changed past needs `counterfactual: true`"
            )
        faults = log_faults([*self._real, *self.hypotheses, added])
        if faults:
            places = (document.where(fault.at) if fault.event == added.id else fault.event for fault in faults)
            raise InputError("\n".join(f"{place}: {fault.text}" for place, fault in zip(places, faults)))
        world = self._copy(hypotheses=(*self.hypotheses, added))
        try:
            _ = world.timelines
        except InputError as error:
            raise InputError(f"{document.origin}: {error}") from error
        return world

    def without(self, name: str) -> World:
        """This world less one hypothesis. Raises UnknownNameError where it holds none of that id."""
        kept = tuple(event for event in self.hypotheses if event.id != name)
        if len(kept) == len(self.hypotheses):
            raise unknown_name("hypothesis", name, [event.id for event in self.hypotheses])
        return self._copy(hypotheses=kept)

    def at(self, view: date | str) -> World:
        """This world seen from a later day, on which only the hypotheses announced by then are public.

        Raises InputError for a day before `known`: what was known then is another world.
        """
        later = day(view, "view")
        if later < self.known:
            raise InputError(f"view: {later} lies before what is known ({self.known}); take World(known='{later}')")
        return self._copy(view=later)

    def with_data(self, path: str | Path) -> World:
        """This world with the user's own chips, systems, models or prices added or put in place of ours."""
        world = self._copy(data=(*self.data, Path(path)))
        _ = world.catalogue
        return world

    def _copy(
        self,
        *,
        hypotheses: tuple[Event, ...] | None = None,
        view: date | None = None,
        data: tuple[Path, ...] | None = None,
    ) -> World:
        world = World(self.known, log=self.log)
        world.hypotheses = self.hypotheses if hypotheses is None else hypotheses
        world.view = self.view if view is None else view
        world.data = self.data if data is None else data
        return world

    # Measures --------------------------------------------------------------------------------------------------

    @cached_property
    def timelines(self) -> Timelines:
        """Every measure's versions over valid time, as known."""
        return fold(self.events)

    def versions(self, kind: str | None = None) -> Iterator[Version]:
        """Every version of every measure, of one kind or of all."""
        for timeline in self.timelines.values():
            if timeline and kind in (None, timeline[0].kind):
                yield from timeline

    def schedule(self, kind: str, on: date) -> list[Version]:
        """The version of each measure of `kind` that covers the day `on`, whatever its status."""
        if kind not in KINDS:
            raise unknown_name("kind of measure", kind, KINDS)
        return [version for version in self.versions(kind) if version.covers(on)]

    def measure(self, name: str, on: date) -> Version | None:
        """The version of one measure on a day, or None where it says nothing then."""
        if name not in self.timelines:
            raise unknown_name("measure", name, self.timelines)
        return next((version for version in self.timelines[name] if version.covers(on)), None)

    def groups(self, on: date) -> Mapping[str, frozenset[str]]:
        """The members of each country group on a day."""
        members: dict[str, frozenset[str]] = {}
        for version in self.schedule("membership", on):
            if version.status == "in_force":
                group = version.content.group
                members[group] = members.get(group, frozenset()) | frozenset(version.content.members)
        return members

    def days_of_change(self, *kinds: str) -> list[date]:
        """The days on which some measure of `kinds` (all, where none is named) begins to read otherwise."""
        days: set[date] = set()
        for kind in kinds or KINDS:
            for version in self.versions(kind):
                days |= {edge for edge in version.valid if edge is not None}
        return sorted(edge for edge in days if edge >= FIRST_DAY)

    def diff(self, other: World) -> list[Difference]:
        """Where `other` reads differently from this world, measure by measure, in order of valid time."""
        names = sorted({*self.timelines, *other.timelines})
        found = [difference for name in names for difference in _differences(name, self, other)]
        return sorted(found, key=lambda difference: (difference.valid[0], difference.measure))

    # Catalogue -------------------------------------------------------------------------------------------------

    @cached_property
    def catalogue(self) -> Catalogue:
        """Chips, systems, models, places and prices as known."""
        from twoeyes.facts.tables import load_catalogue

        whole = load_catalogue()
        if self.data:
            from twoeyes.facts.overrides import with_overrides

            for path in self.data:
                whole = with_overrides(whole, path)
        return whole.as_known(self.known)

    def chip(self, name: str) -> Chip:
        """One chip by id or exact alias. Raises UnknownNameError with the nearest names."""
        return self.catalogue.chip(name)

    def system(self, name: str) -> System:
        """One system by id or exact alias. Raises UnknownNameError with the nearest names."""
        return self.catalogue.system(name)

    def model(self, name: str) -> Model:
        """One model by id or exact alias. Raises UnknownNameError with the nearest names."""
        return self.catalogue.model(name)

    def place(self, name: str) -> Place:
        """One country or territory by its ISO 3166-1 alpha-2 code. Raises UnknownNameError with the nearest names."""
        return self.catalogue.place(name)

    def chips(self) -> tuple[Chip, ...]:
        """Every chip announced by `known`."""
        return tuple(self.catalogue.chips.values())

    def systems(self) -> tuple[System, ...]:
        """Every system announced by `known`."""
        return tuple(self.catalogue.systems.values())

    def models(self) -> tuple[Model, ...]:
        """Every model released by `known`."""
        return tuple(self.catalogue.models.values())

    def places(self) -> tuple[Place, ...]:
        """Every country or territory."""
        return tuple(self.catalogue.places.values())

    def exists_later(self, name: str) -> bool:
        """Whether a name is in the catalogue, but was not announced by `known`."""
        return self.catalogue.exists_later(name)

    def prices(self, item: str) -> tuple[Price, ...]:
        """The dated prices seen for a chip or system, oldest first."""
        return self.catalogue.prices_of(item)

    # Identity --------------------------------------------------------------------------------------------------

    @cached_property
    def digest(self) -> str:
        """SHA-256 over what this world holds: real events by `known`, hypotheses and view, catalogue, user's data."""
        parts: list[object] = [self.known, self.view, sorted(event.digest for event in self.events)]
        parts += [hashlib.sha256(path.read_bytes()).hexdigest() for path in self.data]
        return hashlib.sha256(canonical([str(part) for part in [*parts, self.catalogue.digest]])).hexdigest()

    def __repr__(self) -> str:
        assumed = f" + {len(self.hypotheses)} hypothetical" if self.hypotheses else ""
        return f"World(known={self.known}, {len(self.events)} announcements{assumed})"


def event_from(text: str, origin: str = "<text>") -> Event:
    """An event from YAML text, as for `World.with_`."""
    from twoeyes.facts.yamltext import parse

    return read_event(parse(text, origin))


def _differences(name: str, before: World, after: World) -> Iterable[Difference]:
    old, new = before.timelines.get(name, ()), after.timelines.get(name, ())
    if old == new:
        return
    edges = sorted({edge for version in (*old, *new) for edge in version.valid if edge is not None})
    for start, end in zip(edges, [*edges[1:], None]):
        one = next((version for version in old if version.covers(start)), None)
        two = next((version for version in new if version.covers(start)), None)
        if _reading(one) != _reading(two):
            yield Difference(measure=name, valid=(start, end), before=one, after=two)


def _reading(version: Version | None) -> object:
    return None if version is None else (version.status, version.content)


__all__ = ["Difference", "Document", "Version", "World", "day", "event_from", "question_day", "today"]
