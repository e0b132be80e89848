"""The join with law: every act that a lot needs, read on its own day, and what the stance makes of it.

Acts are read by each route that the rules may offer: under a volume exception where the buyer holds its
certification, and without. The law stands still for stretches of days, so most acts are answered from one read before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from twoeyes.facts.conditions import tests_of
from twoeyes.law.check import check
from twoeyes.law.labels import label
from twoeyes.law.rulebook import stretch
from twoeyes.law.transaction import Transaction
from twoeyes.law.verdict import Ruling
from twoeyes.plan.case import Case
from twoeyes.plan.stance import Admission, Reading, admit
from twoeyes.world import World

VOLUME_RULE = "us.diffusion.lpp"
VOLUME_FACT = "lot_tpp"
CERTIFICATION = "lpp_certification"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """What must be lawful for one candidate: its export on a day, and its use on several; or its rent.

    `late_export` is the day of export where a licence has to be waited for.
    """

    item: str
    rented: bool
    from_: str
    to: str
    export: date
    late_export: date
    uses: tuple[date, ...]
    units: int
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """The readings of a candidate's acts: without a volume exception, under it, and of the export behind a licence."""

    plain: tuple[Reading, ...]
    late: tuple[Reading, ...]
    excepted: tuple[Reading, ...]
    beyond_horizon: bool


def routes_of(world: World, case: Case, acts: Sequence[Acts]) -> list[Routes]:
    """What the law says of each candidate by each route, whatever the stance."""
    reader = _Reader(world, case)
    return [
        Routes(
            plain=tuple(reader.readings(wanted, None)),
            late=tuple(reader.exports(wanted, wanted.late_export, None)),
            excepted=tuple(reader.readings(wanted, wanted.units)),
            beyond_horizon=max(wanted.export, *wanted.uses) > world.horizon and not case.assume_law_frozen,
        )
        for wanted in acts
    ]


def admissions(case: Case, routes: Routes) -> tuple[Admission, ...]:
    """A candidate's admissions under the stance: at most one on each basis; `excluded` only where nothing else is."""
    found: dict[str, Admission] = {}
    for readings in (routes.plain, routes.excepted):
        admission = admit(case.stance, readings, beyond_horizon=routes.beyond_horizon)
        if admission.outcome == "licence":
            admission = admit(case.stance, (*readings, *routes.late), beyond_horizon=routes.beyond_horizon)
        found.setdefault(admission.outcome, admission)
    if len(found) > 1:
        found.pop("excluded", None)
    return tuple(found.values())


def exception_volume(world: World) -> float:
    """The most TPP a calendar year under the volume exception, as the log states it; zero where it states none."""
    for version in world.timelines.get(VOLUME_RULE, ()):
        for test in tests_of(version.content.when):
            if test.fact == VOLUME_FACT:
                return float(test.values[0])
    return 0.0


class _Reader:
    """Rulings by act, kept for the stretch of days in which no rule changes."""

    def __init__(self, world: World, case: Case) -> None:
        self._world, self._case = world, case
        self._kept: dict[tuple[object, ...], list[tuple[date, date | None, tuple[Ruling, ...]]]] = {}

    def readings(self, wanted: Acts, units: int | None) -> Iterator[Reading]:
        """Every ruling on every act of a candidate."""
        yield from self.exports(wanted, wanted.export, units)
        action = "rent" if wanted.rented else "use"
        for day in wanted.uses:
            for ruling in self._rulings(wanted, action, day, None):
                yield _reading(ruling, action, day)

    def exports(self, wanted: Acts, day: date, units: int | None) -> Iterator[Reading]:
        """Every ruling on a candidate's export on a day; none where it is rented."""
        if not wanted.rented:
            for ruling in self._rulings(wanted, "export", day, units):
                yield _reading(ruling, "export", day)

    def _rulings(self, wanted: Acts, action: str, day: date, units: int | None) -> tuple[Ruling, ...]:
        key = (wanted.item, wanted.from_, wanted.to, action, units, *sorted(wanted.facts.items()))
        for since, until, rulings in self._kept.get(key, ()):
            if since <= day and (until is None or day < until):
                return rulings
        verdict = check(self._world, self._transaction(wanted, action, units), on=day, outlook=False)
        self._kept.setdefault(key, []).append((*stretch(self._world, day), verdict.rulings))
        return verdict.rulings

    def _transaction(self, wanted: Acts, action: str, units: int | None) -> Transaction:
        buyer = self._case.buyer
        facts: dict[str, object] = {**buyer.facts, **wanted.facts}
        if action == "rent":
            facts["hosted_in"] = wanted.to
        if units is None:
            facts[CERTIFICATION] = "no"
        else:
            facts["units"] = str(units)
        return Transaction(
            item=wanted.item,
            action=action,
            from_=wanted.from_ if action == "export" else wanted.to,
            to=wanted.to,
            end_user_country=buyer.hq,
            end_user_parent=buyer.ultimate_parent_hq,
            facts=facts,
        )


def _reading(ruling: Ruling, action: str, on: date) -> Reading:
    holding = [finding for finding in ruling.findings if finding.state == "holds" and finding.letter]
    decisive = [finding for finding in holding if finding.rule in ruling.decided_by or finding.letter == ruling.letter]
    cites = dict.fromkeys(
        name for finding in decisive for name in (finding.rule, *finding.cites, *finding.events) if name
    )
    rebuttable = any(finding.rebuttable for finding in decisive)
    text = label(ruling.letter, "en", rebuttable=rebuttable)
    missing = f", undecided without {', '.join(ruling.unknown)}" if ruling.unknown else ""
    citation = "; ".join(dict.fromkeys(finding.citation for finding in decisive if finding.citation))
    return Reading(
        jurisdiction=ruling.jurisdiction,
        action=action,
        on=on,
        letter=ruling.letter,
        practice=ruling.practice,
        rebuttable=rebuttable,
        not_enforced=tuple(finding.rule for finding in decisive if not finding.enforced),
        cites=tuple(cites),
        why=f"{text}{missing}" + (f" ({citation})" if citation else ""),
    )
