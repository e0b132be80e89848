"""A sourced number: value, unit, where it was read, when it became known, and how far to trust it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Confidence = Literal["official", "reported", "estimated", "assumed", "memory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document. `read` says whether a stored copy of it was compared with the value."""

    url: str
    read: bool
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One sourced cell. `value` is in `unit` as published; `dissents` keep the figures that disagree.

    `known_from` is the day from which a back-test may use it; None means that it has no dated source.
    """

    value: str | float | bool
    unit: str
    confidence: Confidence
    sources: tuple[Source, ...]
    known_from: date | None
    note: str = ""
    dissents: tuple[Fact, ...] = ()
