"""One tree of errors. A message says what was expected, what came, where, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_FEW = 12


class TwoeyesError(Exception):
    """Base of every error raised on purpose. `exit_code` is what the command line returns for it."""

    exit_code = 2


class InputError(TwoeyesError):
    """A file, flag, name or number that cannot be used as given."""


class UnknownNameError(InputError):
    """A name that no table holds."""


class InfeasibleError(TwoeyesError):
    """A well-formed question without a solution."""

    exit_code = 3


class NothingLawfulError(TwoeyesError):
    """The stance leaves no offer that may be bought."""

    exit_code = 4


def nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The known names that look most like `name`, best first; empty where none comes close."""
    return difflib.get_close_matches(name, list(known), n=most, cutoff=0.5)


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """The error for a name that no table holds, with the nearest ones that exist, or all where they are few."""
    known = sorted(set(known))
    if close := nearest(name, known):
        hint = f"nearest: {', '.join(close)}"
    elif len(known) <= _FEW:
        hint = f"there is {', '.join(known) or 'none'}"
    else:
        hint = "`twoeyes show` lists the names"
    return UnknownNameError(f"unknown {kind} {name!r}; {hint}")
