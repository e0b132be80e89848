"""Event files: what is wrong is said with file, line and the nearest key."""

import re

import pytest

from twoeyes.errors import InputError
from twoeyes.facts.events import VERBS, Change, read_event
from twoeyes.facts.yamltext import parse

GOOD = """\
id: x-2025-05-13-test
announced: 2025-05-13
issuer: US/BIS
instrument: guidance
title: {en: Test}
sources: [{url: "https://example.org", verified: memory}]
changes:
  - open: x.rule
    kind: control
    valid: [2025-05-13, null]
    jurisdiction: US
    effect: {letter: prohibited}
"""


def read(text):
    return read_event(parse(text, "f.yaml"))


def test_a_good_event():
    event = read(GOOD)
    assert event.changes[0].verb == "open"
    assert event.changes[0].content == {"jurisdiction": "US", "effect": {"letter": "prohibited"}}


OPEN, KIND, VALID = "  - open: x.rule\n", "    kind: control\n", "[2025-05-13, null]"
SOURCES = 'sources: [{url: "https://example.org", verified: memory}]\n'
REST = KIND + "    valid: [2025-05-13, null]\n    jurisdiction: US\n    effect: {letter: prohibited}\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("issuer:", "isuer:", "f.yaml:3: unknown key 'isuer'; did you mean 'issuer'?"),
        ("issuer: US/BIS\n", "", "f.yaml:1: 'issuer' is missing"),
        ("{en: Test}", "{en: Test, zn: x}", "f.yaml:5: unknown key 'title.zn'; did you mean 'zh'?"),
        ("{en: Test}", "Test", "f.yaml:5: title"),
        ("verified: memory", "verified: maybe", "f.yaml:6: sources.0.verified: Input should be 'yes', 'partly'"),
        ("2025-05-13\nissuer", "2025-13-45\nissuer", "f.yaml:2: announced"),
        ("2025-05-13\nissuer", "1747094400\nissuer", "f.yaml:2: announced: expected a day as YYYY-MM-DD"),
        (OPEN, "  - kind2: x\n", "f.yaml:8: changes.0: a change has exactly one of open"),
        (OPEN, "  - opne: x.rule\n", "f.yaml:8: changes.0: a change has exactly one of open"),
        (OPEN, OPEN + "    amend: x.rule\n", "f.yaml:8: changes.0: a change has exactly one of open"),
        (OPEN, "  - open: null\n", "f.yaml:8: changes.0.target: Input should be a valid string"),
        (KIND, "", "f.yaml:8: changes.0: x.rule: 'kind' belongs to open, and only there"),
        (KIND, "    kin: control\n", "'kind' belongs to open, and only there; is 'kin' meant for it?"),
        (OPEN, "  - amend: x.rule\n", "x.rule: 'kind' belongs to open, and only there"),
        (VALID, "[2025-05-13, 2025-05-13]", "x.rule: valid ends on 2025-05-13, which is not after 2025-05-13"),
        (VALID, "[2025-05-13, 2025-06-13]", "x.rule: a finite end needs 'ends_stated'"),
        (VALID, "[2025-05-13, 2025-06-13]\n    end_stated: x", "is 'end_stated' meant for it?"),
        (VALID, "[2025-05-13]", "f.yaml:10: changes.0.valid has only 1 of its elements"),
        (VALID, "[2025-05-13, null, null]", "f.yaml:10: changes.0.valid"),
        (VALID, "[null, 2025-05-13]", "f.yaml:10: changes.0.valid.0: expected a day as YYYY-MM-DD"),
        (VALID, "2025-05-13", "f.yaml:10: changes.0.valid: Input should be a valid tuple"),
        (VALID, "[2025-05-13, never]", "f.yaml:10: changes.0.valid.1: expected a day"),
        ("    valid:", "    vaild:", "open x.rule: 'valid' is missing"),
        ("    valid:", "    vaild:", "is 'vaild' meant for it?"),
        (SOURCES, "", "f.yaml:1: the whole: 'sources' is empty"),
        ("guidance", "rumour", "f.yaml:4: instrument: Input should be 'statute'"),
        (OPEN + REST, "  - withdraw: y\n    valid: [2025-05-13, null]\n", "withdraw names an event and nothing else"),
        (OPEN + REST, "  - annul: y\n    rate_pct: 3\n", "annul names an event and nothing else"),
        (OPEN + REST, "  - amend: y\n    valid: [2025-05-13, null]\n", "amend y: names no key to amend"),
        (
            OPEN + REST,
            "  - suspend: y\n    valid: [2025-05-13, null]\n    rate_pct: 3\n",
            "suspend y: takes no rate_pct",
        ),
        (
            OPEN + REST,
            "  - end: y\n    valid: [2025-05-13, 2025-06-01]\n    ends_stated: x\n",
            "end y: an end has no end; use suspend",
        ),
        (OPEN + REST, "  x\n", "f.yaml:7: changes: Input should be a valid tuple"),
        (OPEN + REST, "  - x\n", "f.yaml:8: changes.0: Input should be a valid dictionary"),
    ],
)
def test_a_bad_event(old, new, message):
    assert old in GOOD
    with pytest.raises(InputError, match=re.escape(message)):
        read(GOOD.replace(old, new))


@pytest.mark.parametrize("text", ["", "- id: x\n", "word\n"])
def test_a_file_that_is_no_mapping(text):
    with pytest.raises(InputError, match=r"^f.yaml(:1)?: an event is a mapping with id, announced"):
        read(text)


def test_a_shock_needs_no_source():
    shock = GOOD.replace(SOURCES, "").replace("guidance", "hypothetical")
    assert read(shock).sources == ()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_reads(verb):
    removal = verb in ("withdraw", "annul")
    raw = {verb: "x"} | ({} if removal else {"valid": ["2025-05-13", None]})
    raw |= {"open": {"kind": "duty"}, "amend": {"rate_pct": "1"}}.get(verb, {})
    assert Change.model_validate(raw).verb == verb


def test_the_digest_covers_everything_and_only_what_is_said():
    event = read(GOOD)
    assert event.digest == read("# a comment\n" + GOOD).digest
    others = [GOOD.replace("Test}", "Test2}"), GOOD.replace("prohibited", "unknown"), GOOD + "note: x\n"]
    assert len({event.digest, *(read(text).digest for text in others)}) == 4
