"""The command line: a thin face. Each command reads its arguments, asks one verb, and prints the answer."""

from __future__ import annotations

import sys
from collections.abc import Sequence
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
    help="Which accelerators to buy, from whom, where and when; under which rules; and what if they change.",
    help_format="plaintext",
)
data = App(name="data", help="Check or rebuild the project's own facts.", help_format="plaintext")
app.command(data)

On = Annotated[str | None, Parameter(help="Day of the question, YYYY-MM-DD, or 'today'.")]
Known = Annotated[str | None, Parameter(help="Use only what was public by this day; without it, the whole log.")]
Json = Annotated[bool, Parameter(name="--json", negative=(), show_default=False, help="Print JSON instead of text.")]
Lang = Annotated[Literal["en", "zh"], Parameter(help="Language of the answer.")]
_MANY: dict[str, Any] = {"negative": (), "show_default": False}
Events = Annotated[
    tuple[Path, ...], Parameter(name="--with", help="A file with one more announcement (a shock); repeatable.", **_MANY)
]
Data = Annotated[
    tuple[Path, ...], Parameter(name="--data", help="A file of your own chips, systems, models, prices.", **_MANY)
]
Facts = Annotated[tuple[str, ...], Parameter(name="--fact", help="A further fact, as name=value; repeatable.", **_MANY)]
Cases = Annotated[Path | None, Parameter(help="A CSV file of many questions, one a row.")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 answered, 2 bad input, 3 infeasible, 4 nothing that the stance admits, 1 a bug."""
    try:
        app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        return _complain(str(error) or "cannot read the command line; try --help", 2)
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


@app.command
def plan(
    case: Path,
    /,
    *,
    known: Known = None,
    report: Annotated[Path | None, Parameter(help="Write one offline HTML page here.")] = None,
    lang: Lang = "en",
    json: Json = False,
    with_: Events = (),
    data: Data = (),
) -> None:
    """Plan a case: the least-cost purchase under the buyer's stance, with reasons, and what survives a veto."""
    from twoeyes.plan import load_case
    from twoeyes.plan import plan as make_plan

    loaded = load_case(case)
    target = _writable(report)
    with _working("planning"):
        result = make_plan(_world(known, with_, data), loaded, frontier=target is not None)
    _say(result, json, lang)
    if target is not None:
        from twoeyes.report import write_report

        write_report(result, target, lang)
        print(f"report: {target}", file=sys.stderr)


@app.command
def replay(
    case: Path,
    /,
    *,
    known: Annotated[str, Parameter(help="Days, separated by commas, each planned with what was public then.")],
    lang: Lang = "en",
    json: Json = False,
) -> None:
    """Plan one case on several days: what changed, and which announcement changed it."""
    from twoeyes.plan import load_case
    from twoeyes.plan import replay as run

    loaded = load_case(case)
    with _working("replaying"):
        result = run(loaded, [day.strip() for day in known.split(",") if day.strip()])
    _say(result, json, lang)


@app.command
def new(case: Path, /) -> None:
    """Write a commented case file to fill in."""
    from twoeyes.plan.starter import STARTER

    if case.exists():
        raise InputError(f"{case} exists; give a name that does not, nothing was written")
    _write(case, STARTER)
    print(f"wrote {case}; fill it in, then run: twoeyes plan {case}")


@app.command
def check(
    *,
    item: str | None = None,
    action: str = "export",
    from_: str | None = None,
    to: str | None = None,
    end_user_country: str | None = None,
    end_user_parent: str | None = None,
    on: On = None,
    known: Known = None,
    fact: Facts = (),
    cases: Cases = None,
    strict: Annotated[bool, Parameter(negative=(), help="A bad row in --cases is exit 2.")] = False,
    lang: Lang = "en",
    json: Json = False,
    with_: Events = (),
) -> None:
    """May we: what each jurisdiction's rules say of one act on one day, letter and practice apart."""
    from twoeyes import law

    if cases is not None:
        _say_rows(law.check_cases(cases), json, strict)
        return
    _required(item=item, to=to, on=on)
    transaction = law.Transaction(
        item=str(item),
        action=action,
        from_=from_,
        to=str(to),
        end_user_country=end_user_country,
        end_user_parent=end_user_parent,
        facts=_facts(fact),
    )
    _say(law.check(_world(known, with_), transaction, on=_day(on)), json, lang)


@app.command
def land(
    *,
    item: str | None = None,
    hts: str | None = None,
    origin: str | None = None,
    to: str | None = None,
    from_: str | None = None,
    on: On = None,
    known: Known = None,
    value: Annotated[float | None, Parameter(help="Customs value in US dollars.")] = None,
    fact: Facts = (),
    cases: Cases = None,
    strict: Annotated[bool, Parameter(negative=(), help="A bad row in --cases is exit 2.")] = False,
    lang: Lang = "en",
    json: Json = False,
    with_: Events = (),
) -> None:
    """At what cost: duties by layer on one day, with what was known then; and the landed cost of a value."""
    from twoeyes import trade

    if cases is not None:
        _say_rows(trade.land_cases(cases), json, strict)
        return
    _required(origin=origin, to=to, on=on)
    if (item is None) == (hts is None):
        raise InputError("give either --item (a system or chip of the catalogue) or --hts (a code)")
    world = _world(known, with_)
    landed = trade.land(
        world,
        item=item,
        hts=hts,
        origin=str(origin),
        to=str(to),
        from_=from_,
        on=_day(on),
        value=value,
        facts=_facts(fact),
    )
    _say(landed, json, lang)


@app.command
def simulate(
    model: str,
    system: str,
    *,
    chips: int,
    tokens: float = 1e12,
    sequence: int | None = None,
    batch_tokens: float | None = None,
    known: Known = None,
    lang: Lang = "en",
    json: Json = False,
    data: Data = (),
) -> None:
    """How fast: train a model on so many chips of a system, by the fastest strategy that fits."""
    from twoeyes import perf

    work = perf.Training(model, tokens=tokens, sequence=sequence, global_batch_tokens=batch_tokens)
    with _working("searching strategies"):
        estimate = perf.simulate(_world(known, (), data), work, perf.Fleet(system, chips=chips))
    _say(estimate, json, lang)


@app.command
def supply(chip: str, *, on: On = None, known: Known = None, lang: Lang = "en", json: Json = False) -> None:
    """Through whose hands: who designs, makes, packages and feeds a chip, and which governments can stop it."""
    from twoeyes import supply as chain

    _required(on=on)
    world = _world(known)
    _say(chain.supply(world.chip(chip).id, on=_day(on), known=world.known), json, lang)


@app.command
def world(
    *,
    on: On = None,
    known: Known = None,
    diff: Annotated[str | None, Parameter(help="Compare with what was known on this earlier day.")] = None,
    lang: Lang = "en",
    json: Json = False,
    with_: Events = (),
) -> None:
    """The state of the measures on a day, as known; or what the announcements between two days changed."""
    from twoeyes.report.terminal import world_diff, world_state

    after = _world(known, with_)
    if diff is not None:
        print(world_diff(_world(diff, flag="--diff"), after, _day(on) if on else None, lang, as_json=json))
        return
    _required(on=on)
    print(world_state(after, _day(on), lang, as_json=json))


@app.command
def show(name: str = "", *, known: Known = None, json: Json = False, lang: Lang = "en", data: Data = ()) -> None:
    """A chip, system, model, place, measure or event with its sources; or a list: chips, systems, models, events."""
    from twoeyes.report.terminal import shown

    print(shown(_world(known, (), data), name, lang, as_json=json))


@app.command
def changes(
    *,
    place: Annotated[str | None, Parameter(help="Only announcements that name this country or territory.")] = None,
    from_: str = "2018-01-01",
    to: str | None = None,
    known: Known = None,
    csv: Annotated[bool, Parameter(negative=())] = False,
    bibtex: Annotated[bool, Parameter(negative=())] = False,
    lang: Lang = "en",
) -> None:
    """The announcements between two days, as text, CSV or BibTeX."""
    from twoeyes.report.terminal import announcements
    from twoeyes.world import day

    after = _world(known)
    last = day(to) if to else after.known
    form = "csv" if csv else "bibtex" if bibtex else "text"
    print(announcements(after, day(from_), last, place, lang, form))


@app.command
def doctor() -> None:
    """What this installation has: versions, optional parts, the log's horizon, the size of the catalogue."""
    from twoeyes.report.terminal import installation

    print(installation(_world(None)))


@data.command(name="check")
def data_check(*, json: Json = False) -> None:
    """Check the log and the catalogue: sources, keys, values, dates, duplicates, hindsight; exit 2 on any error."""
    from twoeyes.facts.check import Finding, check_catalogue
    from twoeyes.facts.check_log import log_findings
    from twoeyes.report.terminal import findings_text
    from twoeyes.trade import duty_faults

    findings = [*check_catalogue(), *log_findings()]
    findings += [
        Finding(severity="error", where=doubt.about, what=f"{doubt.rule}: {doubt.message}", mend="mend its event file")
        for doubt in duty_faults(_world(None))
    ]
    print(findings_text(findings, as_json=json))
    errors = sum(finding.severity == "error" for finding in findings)
    if errors:
        raise InputError(f"{errors} error{'s' if errors > 1 else ''} in the project's facts")


@data.command(name="build")
def data_build() -> None:
    """Compile the log's event files to the one file that the package reads."""
    from twoeyes.facts.log import COMPILED_FILE, compile_log, log_folder

    folder = log_folder()
    target = folder.parent / COMPILED_FILE
    _write(target, compile_log(folder))
    print(f"wrote {target.name}")


def _complain(message: str, code: int) -> int:
    print(f"twoeyes: {message}", file=sys.stderr)
    return code


def _world(
    known: str | None, events: tuple[Path, ...] = (), data: tuple[Path, ...] = (), flag: str = "--known"
) -> World:
    from twoeyes.world import World

    found = World(_day(known, flag) if known else None)
    for path in events:
        found = found.with_(path)
    for path in data:
        found = found.with_data(path)
    return found


def _day(text: str | None, flag: str = "--on") -> Any:
    from twoeyes.world import question_day, today

    return today() if text == "today" else question_day(str(text), flag)


def _say(result: Any, as_json: bool, lang: str) -> None:
    print(result.to_json() if as_json else result.explain(lang))


def _say_rows(rows: list[dict[str, Any]], as_json: bool, strict: bool) -> None:
    from twoeyes.report.terminal import rows_text

    errors = sum("error" in row for row in rows)
    print(rows_text(rows, as_json=as_json))
    if rows and (errors == len(rows) or (strict and errors)):
        raise InputError(f"{errors} of {len(rows)} rows could not be answered; each says why")


def _required(**named: object) -> None:
    for name, value in named.items():
        if value is None:
            raise InputError(
                f"--{name.replace('_', '-')} is missing; the answer depends on it, and no default is honest"
            )


def _facts(pairs: tuple[str, ...]) -> dict[str, str]:
    facts = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or not name or not value:
            raise InputError(f"--fact takes name=value, got {pair!r}")
        facts[name] = value
    return facts


def _writable(path: Path | None) -> Path | None:
    if path is not None and not path.resolve().parent.is_dir():
        raise InputError(f"cannot write {path}: the folder {path.resolve().parent} does not exist")
    return path


def _write(path: Path, text: str) -> None:
    from twoeyes.report.files import write_whole

    write_whole(path, text)


def _working(what: str) -> Any:
    from rich.console import Console

    return Console(stderr=True).status(what)


if __name__ == "__main__":
    script()
