"""One case planned on several days: what changed between them, and which announcement changed it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from twoeyes.errors import TwoeyesError
from twoeyes.facts.events import Event
from twoeyes.plan.build import plan, with_reading
from twoeyes.plan.case import READINGS, Case
from twoeyes.plan.offers import Survey, market, survey
from twoeyes.plan.problem import Lot
from twoeyes.plan.result import Plan
from twoeyes.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A plan, or the reason that there is none."""

    known: date
    reading: str
    lots: tuple[Lot, ...]
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
    published non-enforcement. Between days, take away each new announcement by itself to see what it moved.
    """
    worlds = [World(day) for day in known]
    surveys = {world.known: survey(world, case) for world in worlds}
    read = {reading: with_reading(case, jurisdiction, reading) for reading in READINGS[:2]}
    outcomes = {
        (reading, world.known): _outcome(world, read[reading], reading, surveys[world.known])
        for reading in read
        for world in worlds
    }
    own = case.stance.jurisdictions.get(jurisdiction, READINGS[0])
    own = own if own in read else READINGS[0]
    moved = tuple(
        (
            before.known,
            after.known,
            tuple(_moves(read[own], before, outcomes[own, before.known], after, outcomes[own, after.known])),
        )
        for before, after in pairwise(worlds)
    )
    return Replay(case=case.id, jurisdiction=jurisdiction, outcomes=tuple(outcomes.values()), moved=moved)


def _outcome(world: World, case: Case, reading: str, found: Survey | None = None) -> Outcome:
    joined = market(world, case, found)
    try:
        made = plan(world, case, found=joined)
    except TwoeyesError as error:
        if error.exit_code == 2:
            raise
        return Outcome(known=world.known, reading=reading, lots=joined.lots, plan=None, error=str(error))
    return Outcome(known=world.known, reading=reading, lots=joined.lots, plan=made)


def _moves(case: Case, before: World, old: Outcome, after: World, new: Outcome) -> Iterable[Moved]:
    explained = False
    for event in after.events:
        if not before.known < event.announced <= after.known:
            continue
        lines = tuple(_lines_of(case, after, event, new)) if event.changes else ()
        explained = explained or bool(lines)
        yield Moved(
            event=event.id,
            announced=event.announced,
            title=event.title.en,
            title_zh=event.title.zh,
            lines=lines,
            why_not="" if lines else _why_not(event),
        )
    lines = tuple(differences(old, new))
    if lines and not explained:
        yield Moved(
            event="calendar",
            announced=after.known,
            title=f"The calendar: orders start {(after.known - before.known).days} days later",
            title_zh=f"日历：下单晚 {(after.known - before.known).days} 天",
            lines=lines,
            why_not="",
        )


def _lines_of(case: Case, world: World, event: Event, new: Outcome) -> Iterable[str]:
    """What would have been planned otherwise, had this one announcement not been made."""
    remaining = tuple(other for other in world.log.events if other.id != event.id)
    without = World(world.known, log=replace(world.log, events=remaining))
    joined = market(without, case)
    if joined.lots != new.lots:
        yield from differences(_outcome(without, case, new.reading), new)


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
