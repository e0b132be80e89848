"""A transaction as the law sees it: what, from where, to whom, for what; and every fact that a rule may ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import polars as pl

from twoeyes.errors import InputError, unknown_name
from twoeyes.facts.vocabulary import vocabulary
from twoeyes.law.facts import DTYPES, Value, silence, term, typed
from twoeyes.law.items import item_facts
from twoeyes.world import World

ACTIONS = ("export", "reexport", "transfer", "use", "purchase", "rent", "install", "import", "decline")
SHARE_FACTS = ("us_content", "cn_content", "cn_re_share", "built_share", "cn_volume_share")
FALLBACKS = (("end_user_country", "to"), ("end_user_parent", "end_user_country"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One act with one item. Places are ISO 3166-1 alpha-2.

    `end_user_listed` holds (list id, day of listing), `end_user_owned_by` per cent by owner's name. `facts` are
    further facts by their name in the vocabulary; they take precedence over the catalogue. `unknown` are facts known
    to be unknown; they take precedence over everything.
    """

    item: str
    action: str = "export"
    to: str | None = None
    from_: str | None = None
    exporter: str | None = None
    exporter_letters: tuple[str, ...] = ()
    end_user: str | None = None
    end_user_country: str | None = None
    end_user_parent: str | None = None
    end_user_listed: tuple[tuple[str, date], ...] = ()
    end_user_owned_by: Mapping[str, float] = field(default_factory=dict)
    end_use: str | None = None
    licences: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise unknown_name("action", self.action, ACTIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A transaction's facts on one day, and which of them are assumptions."""

    facts: Mapping[str, Value]
    assumed: tuple[str, ...]


def stated(world: World, tx: Transaction, on: date) -> Stated:
    """Every fact of the vocabulary for `tx` on a day; None is unknown. Raises InputError for what cannot be read."""
    given = {fact: typed(fact, value) for fact, value in tx.facts.items()}
    given |= {fact: value for fact, value in _fields(world, tx).items() if value is not None}
    of_item, assumed = item_facts(world, tx.item, described=bool({"eccn", "tpp"} & set(given)))
    facts = {fact: silence(fact) for fact in vocabulary()} | of_item | given
    if facts["chip"] is None:
        facts["chip"] = facts["tpp"] is not None
    facts |= _listings(world, tx, on)
    for fact, source in FALLBACKS:
        if not facts[fact]:
            facts[fact] = facts[source]
    for name in SHARE_FACTS:
        facts[name] = _share(facts[name])
    hidden = {name for name in tx.unknown if name in vocabulary() and term(name).not_stated != "later"}
    facts |= dict.fromkeys(hidden)
    facts |= _sums(facts)
    silent = [fact for fact, known in vocabulary().items() if known.not_stated == "assumed_none" and fact not in given]
    extra = [fact for fact in assumed if fact not in given and fact not in hidden]
    assumptions = tuple(fact for fact in [*silent, *extra] if fact not in hidden)
    return Stated(facts=MappingProxyType(facts), assumed=assumptions)


def depends_on_day(tx: Transaction) -> bool:
    """Whether the facts of `tx` differ by day: lists change, the rest does not."""
    return bool(tx.end_user or tx.end_user_listed or tx.end_user_owned_by)


def _fields(world: World, tx: Transaction) -> dict[str, Value]:
    places = {"from": tx.from_, "to": tx.to}
    places |= {"end_user_country": tx.end_user_country, "end_user_parent": tx.end_user_parent}
    found: dict[str, Value] = {fact: world.place(value).id for fact, value in places.items() if value}
    found |= {"action": tx.action, "exporter": tx.exporter, "end_user": tx.end_user, "end_use": tx.end_use}
    if tx.exporter_letters:
        found["exporter_letters"] = tx.exporter_letters
    return found


def _listings(world: World, tx: Transaction, on: date) -> dict[str, Value]:
    """Lists on which the end user stands on the day, by what the case says and by exact name in the log."""
    entries = [entry for entry in world.versions("listing") if entry.status == "in_force"]
    named = [entry for entry in entries if tx.end_user and tx.end_user in (entry.content.party, *entry.content.names)]
    now = {entry.content.list for entry in named if entry.covers(on)}
    in_log = {entry.content.list for entry in named}
    for name, since in tx.end_user_listed:
        starts = {entry.valid[0] for entry in entries if entry.content.list == name}
        if name not in in_log and since <= on and (since <= world.known or since in starts):
            now.add(name)
    listed = {name for entry in entries if entry.covers(on) for name in (entry.content.party, *entry.content.names)}
    found: dict[str, Value] = {"end_user_listed": tuple(sorted(now))} if now or tx.end_user_listed else {}
    if tx.end_user_owned_by:
        found["listed_owner_share"] = sum(share for owner, share in tx.end_user_owned_by.items() if owner in listed)
    return found


def _share(value: Value) -> Value:
    """A share of one; figures above one are per cent."""
    return value / 100 if isinstance(value, float) and value > 1 else value


def _sums(facts: Mapping[str, Value]) -> dict[str, Value]:
    memory, transfer, units, tpp = (facts[name] for name in ("mem_bw_gbs", "io_gbs", "units", "tpp"))
    return {
        "bw_sum_gbs": memory + transfer if isinstance(memory, float) and isinstance(transfer, float) else None,
        "lot_tpp": units * tpp if isinstance(units, float) and isinstance(tpp, float) else None,
    }


def as_frame(rows: Iterable[Mapping[str, Value]], facts: Iterable[str]) -> pl.DataFrame:
    """Rows of facts as a frame with one typed column per fact."""
    rows, names = list(rows), list(facts)
    data = {name: [plain(row.get(name)) for row in rows] for name in names}
    return pl.DataFrame(data, schema={name: DTYPES[term(name).type] for name in names}, strict=False)


def plain(value: Value) -> object:
    """A value as a frame takes it."""
    return list(value) if isinstance(value, tuple) else value


def parse_listed(text: str) -> tuple[tuple[str, date], ...]:
    """`us.entitylist:2023-03-02;...` as pairs. Raises InputError."""
    pairs = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        name, _, day = part.rpartition(":")
        try:
            pairs.append((name, date.fromisoformat(day)))
        except ValueError:
            raise InputError(f"end_user_listed: expected LIST:YYYY-MM-DD, got {part!r}") from None
    return tuple(pairs)


def parse_owners(text: str) -> dict[str, float]:
    """`Owner=60;Other=10` as per cent by owner. Raises InputError."""
    owners: dict[str, float] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        owner, _, share = part.rpartition("=")
        try:
            owners[owner.strip()] = float(share.strip().rstrip("%"))
        except ValueError:
            raise InputError(f"end_user_owned_by: expected OWNER=PER CENT, got {part!r}") from None
    return owners
