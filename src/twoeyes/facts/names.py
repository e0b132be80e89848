"""Names resolve by id, then by an exact alias (case and width of letters aside), never by likeness.

An alias that fits several things is an error that lists their ids.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping

from twoeyes.errors import InputError, UnknownNameError, nearest

Index = Mapping[str, tuple[str, ...]]  # a normal name to the ids that bear it


def normal(name: str) -> str:
    """A name as it is compared: compatibility forms folded (NFKC), case folded, blanks collapsed."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def index(pairs: Iterable[tuple[str, str]]) -> Index:
    """From pairs of name and id. An id finds itself alone, also where it is an alias of another thing."""
    bearers: dict[str, dict[str, None]] = defaultdict(dict)
    own: dict[str, tuple[str, ...]] = {}
    for name, thing in pairs:
        bearers[normal(name)][thing] = None
        own[normal(thing)] = (thing,)
    return {name: tuple(ids) for name, ids in bearers.items()} | own


def extended(names: Index, pairs: Iterable[tuple[str, str]]) -> Index:
    """An index with more pairs of name and id."""
    return index([*((name, thing) for name, ids in names.items() for thing in ids), *pairs])


def resolve(kind: str, name: str, names: Index, present: Container[str]) -> str:
    """The id that `name` stands for among the ids `present`.

    Raises UnknownNameError with the nearest names, and InputError with the ids where several bear the name.
    """
    if name in present:
        return name
    matches = [thing for thing in names.get(normal(name), ()) if thing in present]
    if len(matches) > 1:
        raise InputError(f"{name!r} is the name of {len(matches)} {kind}s: {', '.join(matches)}; give one of these ids")
    if not matches:
        raise UnknownNameError(f"unknown {kind} {name!r}; {_hint(kind, name, names, present)}")
    return matches[0]


def _hint(kind: str, name: str, names: Index, present: Container[str]) -> str:
    bearing = {alias: [thing for thing in ids if thing in present] for alias, ids in names.items()}
    close = nearest(normal(name), (alias for alias, ids in bearing.items() if ids))
    ids = dict.fromkeys(thing for alias in close for thing in bearing[alias])
    return f"nearest: {', '.join(ids)}" if ids else f"`twoeyes show {kind}s` lists them"
