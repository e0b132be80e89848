"""Event files: what is wrong is said with file, line and the nearest key."""

import pytest

from twoeyes.errors import InputError
from twoeyes.facts.events import read_event
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


def test_a_good_event():
    event = read_event(parse(GOOD))
    assert event.changes[0].verb == "open"
    assert event.changes[0].content["jurisdiction"] == "US"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("issuer:", "isuer:", "<text>:3: unknown key 'isuer'; did you mean 'issuer'"),
        ("2025-05-13\nissuer", "2025-13-45\nissuer", "<text>:2: announced"),
        ("  - open: x.rule\n", "  - kind2: x\n", "exactly one of open"),
        ("    kind: control\n", "", "'kind' belongs to open"),
        ("[2025-05-13, null]", "[2025-05-13, 2025-05-13]", "not after"),
        ("[2025-05-13, null]", "[2025-05-13, 2025-06-13]", "ends_stated"),
        ("[2025-05-13, null]", "[2025-05-13]", "valid"),
        ('sources: [{url: "https://example.org", verified: memory}]\n', "", "'sources' is empty"),
        ("guidance", "rumour", "instrument"),
    ],
)
def test_a_bad_event(old, new, message):
    import re

    assert old in GOOD
    with pytest.raises(InputError, match=re.escape(message)):
        read_event(parse(GOOD.replace(old, new)))
