"""The command line: a thin face. Each command reads its arguments, asks one verb, and prints the answer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, CycloptsError, Parameter

from twoeyes import __version__
from twoeyes.errors import InputError, TwoeyesError

if TYPE_CHECKING:
    from twoeyes.world import World

app = App(
    name="twoeyes",
    version=__version__,
    help="Which accelerators to buy, from whom, where and when; lawful on which date; and what if the rules change.",
    help_format="plaintext",
)
data = App(name="data", help="Check or rebuild the project's own facts.", help_format="plaintext")
app.command(data)

On = Annotated[str | None, Parameter(help="Day of the question, YYYY-MM-DD, or 'today'.")]
Known = Annotated[str | None, Parameter(help="Use only what was public by this day; without it, the whole log.")]
Json = Annotated[bool, Parameter(negative=(), help="Print JSON instead of text.")]
Lang = Annotated[Literal["en", "zh"], Parameter(help="Language of the answer.")]
WithEvent = Annotated[
    tuple[Path, ...], Parameter(name="--with", help="A file with one more announcement (a shock); may be repeated.")
]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 answered, 2 bad input, 3 infeasible, 4 nothing that the stance admits, 1 a bug."""
    try:
        app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        return _complain(str(error) or "cannot read the command line", 2)
    except TwoeyesError as error:
        return _complain(str(error), error.exit_code)
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return _complain("stopped", 130)
    return 0


def script() -> None:
    """Entry point of the installed command."""
    sys.exit(main())


def _complain(message: str, code: int) -> int:
    print(f"twoeyes: {message}", file=sys.stderr)
    return code


def _world(known: str | None, events: tuple[Path, ...] = ()) -> World:
    from twoeyes.world import World

    world = World(known)
    for path in events:
        world = world.with_(path)
    return world


def _say(result: Any, as_json: bool, lang: str) -> None:
    print(result.to_json() if as_json else result.explain(lang))


def _required(**named: object) -> None:
    for name, value in named.items():
        if value is None:
            raise InputError(f"--{name} is missing; an answer depends on it, and no default would be honest")


__all__ = ["Callable", "app", "main", "script"]
