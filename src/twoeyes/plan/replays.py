"""One case planned on several days: what changed between them, and which announcement changed it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from twoeyes.errors import TwoeyesError
from twoeyes.facts.events import Event
from twoeyes.plan.build import plan, with_reading
from twoeyes.plan.case import READINGS, Case
from twoeyes.plan.result import Plan
from twoeyes.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A plan, or the reason that there is none."""

    known: date
    reading: str
    plan: Plan | None
    error: str = ""

    @property
    def bill(self) -> dict[str, int]:
        """Chips by offer, place and basis: what must be equal for two plans to buy the same."""
        found: dict[str, int] = {}
        for purchase in self.plan.purchases if self.plan else ():
            lot = purchase.lot
            key = f"{lot.offer} to {lot.place} ({lot.basis})"
            found[key] = found.get(key, 0) + purchase.chips
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What one announcement did to the plan: the lines of the purchase that it moved, or why it moved none."""

    event: str
    announced: date
    title: str
    title_zh: str
    lines: tuple[str, ...]
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Plans side by side: one row a day and reading; between days, what each announcement moved."""

    case: str
    jurisdiction: str
    outcomes: tuple[Outcome, ...]
    moved: tuple[tuple[date, date, tuple[Moved, ...]], ...]

    def to_json(self) -> str:
        """Everything, as JSON."""
        rows: list[dict[str, Any]] = [
            {
                "known": outcome.known.isoformat(),
                "reading": outcome.reading,
                "error": outcome.error,
                "purchase": outcome.bill,
                "usd": outcome.plan.usd if outcome.plan else None,
                "finish": outcome.plan.finish.isoformat() if outcome.plan else None,
                "binding": [item.limit for item in outcome.plan.binding] if outcome.plan else [],
            }
            for outcome in self.outcomes
        ]
        moved = [
            {
                "from": before.isoformat(),
                "to": after.isoformat(),
                "events": [
                    {
                        "event": item.event,
                        "announced": item.announced.isoformat(),
                        "lines": item.lines,
                        "why_not": item.why_not,
                    }
                    for item in items
                ],
            }
            for before, after, items in self.moved
        ]
        return json.dumps({"case": self.case, "rows": rows, "moved": moved}, ensure_ascii=False, indent=2)

    def explain(self, lang: str = "en") -> str:
        """The table and the news, for a terminal."""
        from twoeyes.plan.words import replay_in_words

        return replay_in_words(self, lang)


def replay(case: Case, known: Iterable[date | str], *, jurisdiction: str = "US") -> Replay:
    """Plan a case on several days under the first two readings of one jurisdiction: the letter, and the letter less
    published non-enforcement. Between days, remove each new announcement by itself to see what it moved.
    """
    worlds = [World(day) for day in known]
    outcomes = {
        (reading, world.known): _outcome(world, with_reading(case, jurisdiction, reading), reading)
        for reading in READINGS[:2]
        for world in worlds
    }
    own = case.stance.jurisdictions.get(jurisdiction, READINGS[0])
    own = own if own in READINGS[:2] else READINGS[0]
    moved = tuple(
        (
            before.known,
            after.known,
            tuple(_moves(with_reading(case, jurisdiction, own), before, after, outcomes[own, after.known])),
        )
        for before, after in zip(worlds, worlds[1:])
    )
    return Replay(case=case.id, jurisdiction=jurisdiction, outcomes=tuple(outcomes.values()), moved=moved)


def _outcome(world: World, case: Case, reading: str) -> Outcome:
    try:
        return Outcome(known=world.known, reading=reading, plan=plan(world, case))
    except TwoeyesError as error:
        if error.exit_code == 2:
            raise
        return Outcome(known=world.known, reading=reading, plan=None, error=str(error))


def _moves(case: Case, before: World, after: World, new: Outcome) -> Iterable[Moved]:
    for event in after.events:
        if not before.known < event.announced <= after.known:
            continue
        lines = tuple(differences(_without(case, after, event, new), new)) if event.changes else ()
        yield Moved(
            event=event.id,
            announced=event.announced,
            title=event.title.en,
            title_zh=event.title.zh,
            lines=lines,
            why_not="" if lines else _why_not(event),
        )


def _without(case: Case, world: World, event: Event, new: Outcome) -> Outcome:
    """What would have been planned, had this one announcement not been made."""
    remaining = tuple(other for other in world.log.events if other.id != event.id)
    return _outcome(World(world.known, log=replace(world.log, events=remaining)), case, new.reading)


def differences(old: Outcome, new: Outcome) -> Iterable[str]:
    """Lines of the purchase that differ between two outcomes."""
    one, two = old.bill, new.bill
    for key in sorted({*one, *two}):
        if one.get(key, 0) != two.get(key, 0):
            yield f"{key}: {one.get(key, 0):,} -> {two.get(key, 0):,} chips"


def _why_not(event: Event) -> str:
    if not event.changes:
        return "it changes no rule and no duty"
    touched = sorted({change.target for change in event.changes})
    more = f" and {len(touched) - 3} more" if len(touched) > 3 else ""
    return f"without it the purchase is the same; it writes {', '.join(touched[:3])}{more}"
