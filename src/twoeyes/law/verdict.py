"""What `check` answers: one ruling per jurisdiction, its findings rule by rule, as frame, JSON and text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from twoeyes.errors import unknown_name
from twoeyes.law.facts import Value
from twoeyes.law.labels import Language
from twoeyes.law.rulebook import GRAVITY
from twoeyes.law.transaction import Transaction

if TYPE_CHECKING:
    import polars as pl

RuleState = Literal["holds", "undecided", "displaced", "does not hold", "suspended", "not yet in force"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A fact as one test took it. `margin` is value over threshold less one, for numbers.

    `own`: the test stands in the rule itself, not in a definition behind it.
    """

    fact: str
    value: Value
    operator: str
    against: tuple[str | float | bool, ...]
    margin: float | None
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule or definition as tried: whether it holds, what it gives, on which facts, by which announcements."""

    rule: str
    state: RuleState
    letter: str | None
    practice: str | None
    enforced: bool
    rebuttable: bool
    conditions: tuple[tuple[str, str], ...]
    citation: str
    cites: tuple[str, ...]
    events: tuple[str, ...]
    valid: tuple[date, date | None]
    note: tuple[str, str]
    asked: frozenset[str] = field(repr=False)
    used: tuple[Used, ...] = field(repr=False)

    @property
    def gravity(self) -> int:
        """The graver of its two effects; -1 for a definition."""
        return max((GRAVITY[status] for status in (self.letter, self.practice) if status), default=-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one answer to the deciding facts would give."""

    facts: Mapping[str, Value]
    letter: str
    practice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The half-open stretch of days with the same answer as far as known, and the two statuses that follow it."""

    since: date
    until: date | None
    then: tuple[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """One jurisdiction's answer. Ranges run from the least to the gravest status over all answers."""

    jurisdiction: str
    letter: str
    practice: str
    letter_range: tuple[str, str]
    practice_range: tuple[str, str]
    has_table: bool
    unknown: tuple[str, ...]
    answers: tuple[Answer, ...]
    findings: tuple[Finding, ...] = field(repr=False)
    decided_by: tuple[str, ...]
    outlook: Outlook | None

    @property
    def rebuttable(self) -> bool:
        """Whether the letter rests on a rebuttable presumption."""
        return any(f.rebuttable and f.rule in self.decided_by for f in self.findings)

    @property
    def conditions(self) -> tuple[tuple[str, str], ...]:
        """The conditions, English and Chinese, on which the deciding rules hang."""
        found = (text for f in self.findings if f.rule in self.decided_by for text in f.conditions)
        return tuple(dict.fromkeys(found))

    @property
    def not_enforced(self) -> tuple[str, ...]:
        """The rules behind the letter whose issuer has said that it does not enforce them."""
        return tuple(f.rule for f in self.findings if f.rule in self.decided_by and not f.enforced)

    @property
    def cited(self) -> tuple[str, ...]:
        """Ids of the rules tried and of what tables call them, the deciding ones first."""
        ordered = sorted(self.findings, key=lambda f: f.rule not in self.decided_by)
        return tuple(dict.fromkeys(name for f in ordered for name in (f.rule, *f.cites)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to one question: a ruling per jurisdiction, never merged.

    `assumed` are facts that were not stated and were read as the vocabulary says. `law_read_to` is the last day that
    the log's sources reach; `days_beyond` how far `on` lies past it.
    """

    transaction: Transaction
    on: date
    known: date
    law_read_to: date
    days_beyond: int
    assumed: tuple[str, ...]
    facts: Mapping[str, Value] = field(repr=False)
    rulings: tuple[Ruling, ...]

    def of(self, jurisdiction: str) -> Ruling:
        """One jurisdiction's ruling. Raises UnknownNameError where it was not concerned."""
        for ruling in self.rulings:
            if ruling.jurisdiction == jurisdiction:
                return ruling
        raise unknown_name("jurisdiction", jurisdiction, [ruling.jurisdiction for ruling in self.rulings])

    def explain(self, lang: Language = "en") -> str:
        """The verdict and its reasons as text."""
        from twoeyes.law.explain import explain

        return explain(self, lang)

    def frame(self) -> pl.DataFrame:
        """One row per jurisdiction."""
        import polars as pl

        return pl.DataFrame([summary(self, ruling) for ruling in self.rulings])

    def _repr_html_(self) -> str:
        return str(self.frame()._repr_html_())

    def to_json(self) -> str:
        """Everything, as JSON."""
        from twoeyes.law.explain import as_json

        return json.dumps(as_json(self), ensure_ascii=False, indent=2)


def summary(verdict: Verdict, ruling: Ruling) -> dict[str, Any]:
    """The row that bulk files print for one jurisdiction."""
    return {
        "jurisdiction": ruling.jurisdiction,
        "letter": ruling.letter,
        "practice": ruling.practice,
        "letter_range": list(ruling.letter_range),
        "practice_range": list(ruling.practice_range),
        "cited": list(ruling.cited),
        "unknown": list(ruling.unknown),
        "assumed": list(verdict.assumed),
    }
