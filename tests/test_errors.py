"""One tree of errors: exit codes, and names that help."""

import pytest

from twoeyes.errors import (
    InfeasibleError,
    InputError,
    NothingLawfulError,
    TwoeyesError,
    UnknownNameError,
    nearest,
    unknown_name,
)


@pytest.mark.parametrize(
    ("error", "code"), [(InputError, 2), (UnknownNameError, 2), (InfeasibleError, 3), (NothingLawfulError, 4)]
)
def test_exit_codes(error, code):
    assert issubclass(error, TwoeyesError)
    assert error.exit_code == code


def test_the_nearest_names_come_best_first():
    names = ["h100-sxm-80", "h100-pcie", "h20", "ascend-910c"]
    assert nearest("h100-sxm-81", names)[0] == "h100-sxm-80"
    assert len(nearest("h100", names, most=1)) == 1
    assert nearest("zzzz", names) == []


@pytest.mark.parametrize(
    ("known", "hint"),
    [
        (["h100-pcie", "h200"], "nearest: h100-pcie"),
        (["mi300x", "gaudi3"], "there is gaudi3, mi300x"),
        ([], "there is none"),
        ([f"z{n:03d}" for n in range(50)], "`twoeyes show` lists the names"),
    ],
)
def test_an_unknown_name_says_what_there_is(known, hint):
    error = unknown_name("chip", "h100-pci", known)
    assert isinstance(error, InputError)
    assert str(error).startswith(f"unknown chip 'h100-pci'; {hint}")
