"""One announcement: who said what on which day, and what that writes about measures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from twoeyes.errors import InputError, nearest
from twoeyes.facts.schema import Day, Name, Strict, validated
from twoeyes.facts.yamltext import Document, Location

Verb = Literal["open", "amend", "suspend", "unenforce", "resume", "end", "withdraw", "annul"]
VERBS: tuple[Verb, ...] = ("open", "amend", "suspend", "unenforce", "resume", "end", "withdraw", "annul")
Instrument = Literal[
    "statute",
    "regulation",
    "order",
    "guidance",
    "letter",
    "listing",
    "court",
    "statement",
    "truce",
    "price",
    "hypothetical",
    "baseline",
]


class Title(Strict):
    en: Name
    zh: str = ""


class Reference(Strict):
    """A page that states the announcement. `verified` is partly where scope or rate was read and a date remembered."""

    url: Name
    verified: Literal["yes", "partly", "memory"]


class Change(Strict):
    """One write: a verb, the measure (or, to withdraw or annul, the event) it is about, and the days it holds for.

    `valid` is half-open. A finite end must be the announcement's own: `ends_stated` says how it put it.
    """

    verb: Verb
    target: Name
    kind: Name | None = None
    valid: tuple[Day, Day | None] | None = None
    ends_stated: str = ""
    content: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _split(cls, raw: Any) -> Any:
        if not isinstance(raw, Mapping) or "verb" in raw:
            return raw
        verbs = [verb for verb in VERBS if verb in raw]
        if len(verbs) != 1:
            raise ValueError(f"a change has exactly one of {', '.join(VERBS)}")
        head = {"kind", "valid", "ends_stated"}
        rest = {key: value for key, value in raw.items() if key not in head and key != verbs[0]}
        return {"verb": verbs[0], "target": raw[verbs[0]], "content": rest} | {k: raw[k] for k in head & set(raw)}

    @model_validator(mode="after")
    def _whole(self) -> Change:
        if self.verb in ("withdraw", "annul"):
            if self.valid or self.content or self.kind:
                raise ValueError(f"{self.verb} names an event and nothing else")
            return self
        if self.valid is None:
            raise ValueError(
                f"{self.verb} {self.target}: 'valid' is missing: [first day, day after the last or null]"
                + self._miswritten("valid")
            )
        start, end = self.valid
        if end is not None and end <= start:
            raise ValueError(f"{self.target}: valid ends on {end}, which is not after {start}")
        if end is not None and not self.ends_stated:
            raise ValueError(
                f"{self.target}: a finite end needs 'ends_stated', how this announcement put it"
                + self._miswritten("ends_stated")
            )
        if self.verb == "end" and end is not None:
            raise ValueError(f"end {self.target}: an end has no end; use suspend")
        if (self.verb == "open") != (self.kind is not None):
            raise ValueError(f"{self.target}: 'kind' belongs to open, and only there" + self._miswritten("kind"))
        if self.content and self.verb not in ("open", "amend"):
            raise ValueError(f"{self.verb} {self.target}: takes no {', '.join(sorted(self.content))}")
        if self.verb == "amend" and not self.content:
            raise ValueError(f"amend {self.target}: names no key to amend")
        return self

    def _miswritten(self, key: str) -> str:
        close = nearest(key, self.content, most=1)
        return f"; is {close[0]!r} meant for it?" if close else ""


class Event(Strict):
    """One file of the log, or a user's shock."""

    id: Name
    announced: Day
    issuer: Name
    instrument: Instrument
    title: Title
    citation: str = ""
    sources: tuple[Reference, ...] = ()
    refs: tuple[Name, ...] = ()
    after: tuple[Name, ...] = ()
    counterfactual: bool = False
    note: str = ""
    changes: tuple[Change, ...]

    @model_validator(mode="after")
    def _sourced(self) -> Event:
        if not self.sources and self.instrument not in ("hypothetical", "baseline"):
            raise ValueError("'sources' is empty: say where this was read, or that it is from memory")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of the event's canonical JSON."""
        return hashlib.sha256(canonical(self.model_dump(mode="json"))).hexdigest()


def canonical(value: Any) -> bytes:
    """The one byte string for a JSON value, for digests."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def read_event(document: Document, at: Location = ()) -> Event:
    """The event at `at` in a document. Raises InputError with file and line."""
    value = document.data
    for step in at:
        value = value[step]
    if not isinstance(value, Mapping):
        raise InputError(f"{document.where(at)}: an event is a mapping with id, announced, issuer, instrument, changes")
    return validated(Event, value, document, at)
