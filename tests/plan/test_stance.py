"""From verdicts to what may be planned: the stance decides, and silence beyond the horizon is no clearance."""

from datetime import date

import pytest

from twoeyes.plan.case import Stance
from twoeyes.plan.stance import Reading, admit, outcome_of

RELIEF = "letter_except_published_nonenforcement"


def stance(us="letter", **more):
    return Stance.model_validate({"US": us, "presumptions": "obey", "unknown": "exclude", "licences": "exclude"} | more)


def reading(letter, practice=None, *, place="US", rebuttable=False, not_enforced=()):
    return Reading(
        jurisdiction=place,
        action="export",
        on=date(2025, 6, 1),
        letter=letter,
        practice=practice or letter,
        rebuttable=rebuttable,
        not_enforced=not_enforced,
        cites=(),
    )


@pytest.mark.parametrize(
    ("chosen", "read", "expected"),
    [
        (stance(), reading("no_licence"), "open"),
        (stance(), reading("licence_case_by_case", "no_licence", not_enforced=("r",)), "excluded"),
        (stance(RELIEF), reading("licence_case_by_case", "no_licence", not_enforced=("r",)), "non_enforcement"),
        (stance(RELIEF), reading("licence_case_by_case", "no_licence"), "excluded"),
        (stance(licences="apply"), reading("licence_case_by_case"), "licence"),
        (stance(licences="apply"), reading("licence_denial"), "excluded"),
        (stance("letter_and_practice_gravest"), reading("no_licence", "prohibited"), "excluded"),
        (stance(), reading("prohibited", rebuttable=True), "excluded"),
        (stance(presumptions="unresolved", unknown="hold"), reading("prohibited", rebuttable=True), "held"),
        (stance(), reading("unknown"), "excluded"),
        (stance(unknown="hold"), reading("unknown"), "held"),
        (stance(), reading("exception"), "exception"),
    ],
)
def test_one_reading(chosen, read, expected):
    assert outcome_of(chosen, read) == expected


def test_the_gravest_jurisdiction_decides_and_others_are_only_reported():
    chosen = stance(CN="letter")
    readings = [reading("no_licence"), reading("prohibited", place="CN"), reading("prohibited", place="MY")]
    assert admit(chosen, readings).outcome == "excluded"
    assert admit(stance(), readings).outcome == "open"
    assert len(admit(stance(), readings).readings) == 3


def test_silence_past_the_horizon_is_unknown():
    assert outcome_of(stance(), reading("no_licence"), beyond_horizon=True) == "excluded"
    assert outcome_of(stance(unknown="hold"), reading("not_subject"), beyond_horizon=True) == "held"


def test_no_reading_at_all_is_not_admitted():
    assert admit(stance(), []).outcome == "excluded"
