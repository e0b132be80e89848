"""`check`: one transaction on one day, every jurisdiction concerned kept apart, with reasons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from twoeyes.facts.conditions import tests_of
from twoeyes.facts.fold import Version
from twoeyes.law.answers import Outcome, outcome
from twoeyes.law.residual import Facts, Reading, readings, worth
from twoeyes.law.rulebook import GRAVITY, STATUS, TRACKS, Rulebook, days_of_law, rulebook, stretch
from twoeyes.law.transaction import Transaction, depends_on_day, stated
from twoeyes.law.verdict import Answer, Finding, Outlook, RuleState, Ruling, Used, Verdict
from twoeyes.world import World, question_day


def check(
    world: World, tx: Transaction, *, on: date | str, jurisdictions: Iterable[str] | None = None, outlook: bool = True
) -> Verdict:
    """What the law of each place concerned says of `tx` on a day, by the letter and in practice.

    `jurisdictions`: answer for these and no others. `outlook`: also find the days for which the answer holds.
    Raises InputError for facts that cannot be read, UnknownNameError for names in no table.
    """
    day = question_day(on)
    known = stated(world, tx, day)
    book = rulebook(world, day)
    asked = tuple(jurisdictions) if jurisdictions is not None else concerned(book, known.facts)
    rulings = tuple(_ruling(world, tx, day, book, known.facts, name, outlook=outlook) for name in asked)
    read = {fact for ruling in rulings for finding in ruling.findings for fact in finding.asked}
    return Verdict(
        transaction=tx,
        on=day,
        known=world.known,
        law_read_to=world.horizon,
        days_beyond=max((day - world.horizon).days, 0),
        assumed=tuple(fact for fact in known.assumed if fact in read or fact.startswith("item_")),
        facts=known.facts,
        rulings=rulings,
    )


def concerned(book: Rulebook, facts: Facts) -> tuple[str, ...]:
    """The jurisdictions that an act concerns: those linked to it, or perhaps linked to some effect; host and source."""
    found = []
    for name in book.jurisdictions:
        link = worth(book, book.touch(name), facts).value
        if link is True or (link is None and _bites(book, name, facts)):
            found.append(name)
    hosts = {str(facts[fact]) for fact in ("from", "to", "hosted_in") if facts[fact]}
    return (*found, *sorted(hosts - set(book.jurisdictions)))


def _bites(book: Rulebook, jurisdiction: str, facts: Facts) -> bool:
    high = outcome(book, jurisdiction, facts).high
    return max(high.values()) > GRAVITY["no_licence"]


def _ruling(
    world: World, tx: Transaction, on: date, book: Rulebook, facts: Facts, jurisdiction: str, *, outlook: bool
) -> Ruling:
    result = outcome(book, jurisdiction, facts)
    findings = _findings(world, book, jurisdiction, facts, on)
    deciding = _deciding(findings, result)
    return Ruling(
        jurisdiction=jurisdiction,
        letter=STATUS[result.status("letter")],
        practice=STATUS[result.status("practice")],
        letter_range=(STATUS[result.low["letter"]], STATUS[result.high["letter"]]),
        practice_range=(STATUS[result.low["practice"]], STATUS[result.high["practice"]]),
        has_table=book.has_table(jurisdiction),
        unknown=result.deciding,
        answers=tuple(
            Answer(facts=given, letter=STATUS[letter], practice=STATUS[practice])
            for given, (letter, practice) in result.answers
        ),
        findings=findings,
        decided_by=deciding,
        outlook=_outlook(world, tx, facts, jurisdiction, on, result) if outlook else None,
    )


def _deciding(findings: tuple[Finding, ...], result: Outcome) -> tuple[str, ...]:
    """The rules that hold and give the status of a track that is decided."""
    given = {track: STATUS[result.low[track]] for track in TRACKS if result.low[track] == result.high[track]}
    return tuple(
        finding.rule
        for finding in findings
        if finding.state == "holds" and any(getattr(finding, track) == status for track, status in given.items())
    )


def _findings(world: World, book: Rulebook, jurisdiction: str, facts: Facts, on: date) -> tuple[Finding, ...]:
    _, found = readings(book, jurisdiction, facts, "letter")
    tried = [_tried(world, book, reading, facts) for reading in found if _in_scope(book, reading.rule.version, facts)]
    defined = [
        _defined(world, book, version, facts)
        for versions in book.sources.values()
        for version in versions
        if version.content.jurisdiction == jurisdiction and _in_scope(book, version, facts)
    ]
    silent = [
        _finding(world, book, version, facts, _state_of(version, on))
        for version in _not_in_force(world, jurisdiction, on)
        if _in_scope(book, version, facts)
    ]
    order = ("holds", "undecided", "displaced", "does not hold", "suspended", "not yet in force")
    return tuple(sorted([*tried, *defined, *silent], key=lambda f: (order.index(f.state), -f.gravity, f.rule)))


def _in_scope(book: Rulebook, version: Version, facts: Facts) -> bool:
    return worth(book, version.content.scope, facts).value is not False


def _tried(world: World, book: Rulebook, reading: Reading, facts: Facts) -> Finding:
    match, displaced = reading.match.value, reading.displaced.value
    state: RuleState
    if match is False:
        state = "does not hold"
    elif displaced is True:
        state = "displaced"
    else:
        state = "holds" if match and displaced is False else "undecided"
    return _finding(world, book, reading.rule.version, facts, state)


def _defined(world: World, book: Rulebook, version: Version, facts: Facts) -> Finding:
    match = worth(book, version.content.when, facts).value
    state: RuleState = "undecided" if match is None else "holds" if match else "does not hold"
    return _finding(world, book, version, facts, state)


def _not_in_force(world: World, jurisdiction: str, on: date) -> list[Version]:
    """Rules that the log knows, suspended on the day or beginning after it."""
    found = []
    for timeline in world.timelines.values():
        if not timeline or timeline[0].kind != "control":
            continue
        now = next((version for version in timeline if version.covers(on)), None)
        shown = now or next((version for version in timeline if version.valid[0] > on), None)
        silent = shown is not None and shown.status != "ended" and _state_of(shown, on) != "holds"
        if shown is not None and silent and shown.content.jurisdiction == jurisdiction:
            found.append(shown)
    return found


def _state_of(version: Version, on: date) -> RuleState:
    if version.valid[0] > on:
        return "not yet in force"
    return "suspended" if version.status == "suspended" else "holds"


def _finding(world: World, book: Rulebook, version: Version, facts: Facts, state: RuleState) -> Finding:
    content = version.content
    effect = getattr(content, "effect", None)
    asked = book.expanded(content.when)
    refs = [ref for event in version.events for ref in world.event(event).refs]
    enforced = version.status != "unenforced"
    return Finding(
        rule=version.measure,
        state=state,
        letter=None if effect is None else effect.letter,
        practice=None if effect is None or not enforced else effect.practice or effect.letter,
        enforced=enforced,
        rebuttable=bool(effect and effect.rebuttable),
        conditions=() if effect is None else tuple((text.en, text.zh) for text in effect.conditions),
        citation=content.citation,
        cites=tuple(dict.fromkeys([*content.cites, *refs])),
        events=version.events,
        valid=version.valid,
        note=(content.note.en, content.note.zh) if content.note else ("", ""),
        asked=asked,
        used=tuple(_used(book, version, facts)),
    )


def _used(book: Rulebook, version: Version, facts: Facts) -> Iterable[Used]:
    """The plain facts behind a rule's condition, with the margin to each threshold."""
    own = set(tests_of(version.content.when))
    for test in book.tests_behind(version.content.when):
        value = facts[test.fact]
        bound = test.values[0]
        margin = value / bound - 1 if isinstance(value, float) and isinstance(bound, float) and bound else None
        yield Used(
            fact=test.fact,
            value=value,
            operator=test.operator,
            against=test.values,
            margin=margin,
            own=test in own,
        )


def _outlook(world: World, tx: Transaction, facts: Facts, jurisdiction: str, on: date, now: Outcome) -> Outlook:
    """The days around `on` with the same two statuses, as far as known, and the next that differ."""
    here = _pair(now)
    seen: dict[object, tuple[str, str]] = {}

    def pair_on(day: date) -> tuple[str, str]:
        book = rulebook(world, day)
        then = stated(world, tx, day).facts if depends_on_day(tx) else facts
        key = book.reading(jurisdiction), tuple(then.items())
        if key not in seen:
            seen[key] = _pair(outcome(book, jurisdiction, then))
        return seen[key]

    first, after = stretch(world, on)
    days = days_of_law(world)
    for day in reversed([day for day in days if day < first]):
        if pair_on(day) != here:
            break
        first = day
    until = next((day for day in days if after is not None and day >= after and pair_on(day) != here), None)
    return Outlook(since=first, until=until, then=None if until is None else pair_on(until))


def _pair(result: Outcome) -> tuple[str, str]:
    return STATUS[result.status("letter")], STATUS[result.status("practice")]
