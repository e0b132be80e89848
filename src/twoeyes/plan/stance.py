"""From verdicts to what a buyer with a stated stance may put in a plan. The stance is the buyer's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from twoeyes.facts.kinds import VERDICTS
from twoeyes.plan.case import Stance

Outcome = Literal["excluded", "held", "licence", "exception", "non_enforcement", "open"]
GRAVEST_FIRST: tuple[Outcome, ...] = ("excluded", "held", "licence", "exception", "non_enforcement", "open")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one jurisdiction says of one act on one day, as the plan needs it.

    `not_enforced` names the rules of the letter whose issuer has published that it does not enforce them.
    """

    jurisdiction: str
    action: str
    on: date
    letter: str
    practice: str
    rebuttable: bool
    not_enforced: tuple[str, ...]
    cites: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Whether an offer may be planned under the stance, on what basis, and on which readings that rests."""

    outcome: Outcome
    readings: tuple[Reading, ...]
    decided_by: Reading | None = None


def admit(stance: Stance, readings: Iterable[Reading], *, beyond_horizon: bool = False) -> Admission:
    """The gravest outcome over every act and every jurisdiction that the stance names; others are reported only.

    `beyond_horizon`: the log may lack rules of that day, so that silence counts as unknown.
    """
    readings = tuple(readings)
    judged = [
        (outcome_of(stance, reading, beyond_horizon=beyond_horizon), reading)
        for reading in readings
        if reading.jurisdiction in stance.jurisdictions
    ]
    if not judged:
        return Admission(outcome="excluded" if stance.unknown == "exclude" else "held", readings=readings)
    outcome, reading = min(judged, key=lambda pair: GRAVEST_FIRST.index(pair[0]))
    return Admission(outcome=outcome, readings=readings, decided_by=reading)


def outcome_of(stance: Stance, reading: Reading, *, beyond_horizon: bool = False) -> Outcome:
    """What one reading lets the buyer plan."""
    relieved = bool(reading.not_enforced) and _reads_practice(stance, reading)
    match obeyed_status(stance, reading):
        case "prohibited" if reading.rebuttable and stance.presumptions == "unresolved":
            return _undecided(stance)
        case "prohibited" | "licence_denial":
            return "excluded"
        case "licence_case_by_case" | "licence_approval":
            return "licence" if stance.licences == "apply" else "excluded"
        case "exception":
            return "exception"
        case "unknown":
            return _undecided(stance)
        case _:
            if beyond_horizon:
                return _undecided(stance)
            return "non_enforcement" if relieved else "open"


def obeyed_status(stance: Stance, reading: Reading) -> str:
    """The status that the stance obeys: letter, the graver of both, or practice where non-enforcement is published."""
    match stance.jurisdictions[reading.jurisdiction]:
        case "letter_and_practice_gravest":
            return min(reading.letter, reading.practice, key=VERDICTS.index)
        case "letter_except_published_nonenforcement" if reading.not_enforced:
            return reading.practice
        case _:
            return reading.letter


def _reads_practice(stance: Stance, reading: Reading) -> bool:
    return (
        stance.jurisdictions[reading.jurisdiction] == "letter_except_published_nonenforcement"
        and reading.letter != reading.practice
    )


def _undecided(stance: Stance) -> Outcome:
    return "excluded" if stance.unknown == "exclude" else "held"
