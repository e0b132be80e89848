"""Conditions are Kleene's: each operator against the nine rows of its table, and errors that name the nearest fact."""

import polars as pl
import pytest

from twoeyes.facts.conditions import (
    All,
    Either,
    Not,
    compile_condition,
    condition,
    facts_of,
    is_false,
    is_null,
    is_true,
)

THREE = [True, False, None]
FLAG_A, FLAG_B = {"dc_marketed": "yes"}, {"accelerator_module": "yes"}


def answers(tree, **columns):
    return (
        pl.DataFrame(columns, strict=False)
        .select(compile_condition(tree, {"D:5": frozenset({"CN", "NI"})}))
        .to_series()
        .to_list()
    )


def flags():
    rows = [(a, b) for a in THREE for b in THREE]
    return {"dc_marketed": [a for a, _ in rows], "accelerator_module": [b for _, b in rows]}


def test_and_is_kleene():
    expected = [True, False, None, False, False, False, None, False, None]
    assert answers(All((condition(FLAG_A), condition(FLAG_B))), **flags()) == expected


def test_or_is_kleene():
    expected = [True, True, True, True, False, None, True, None, None]
    assert answers(Either((condition(FLAG_A), condition(FLAG_B))), **flags()) == expected


def test_not_is_kleene():
    assert answers(Not(condition(FLAG_A)), dc_marketed=THREE) == [False, True, None]


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("ge", [False, True, True, None]),
        ("gt", [False, False, True, None]),
        ("le", [True, True, False, None]),
        ("lt", [True, False, False, None]),
    ],
)
def test_comparisons_leave_unknown_unknown(operator, expected):
    assert answers(condition({"tpp": {operator: "4800"}}), tpp=[4799.0, 4800.0, 4801.0, None]) == expected


def test_membership_of_words_places_and_groups():
    assert answers(condition({"action": ["use", "rent"]}), action=["use", "export", None]) == [True, False, None]
    assert answers(condition({"to": "D:5"}), to=["CN", "MY", None]) == [True, False, None]
    assert answers(condition({"to": ["MY", "D:5"]}), to=["CN", "MY", "SG"]) == [True, True, False]


def test_empty_trees():
    assert answers(All(()), tpp=[1.0, 2.0]) == [True]
    assert answers(Either(()), tpp=[1.0, 2.0]) == [False]


def test_decided_views_of_an_undecided_result():
    frame = pl.DataFrame({"dc_marketed": THREE})
    result = compile_condition(condition(FLAG_A), {})
    views = frame.select(is_true(result).alias("t"), is_false(result).alias("f"), is_null(result).alias("n"))
    assert views.rows() == [(True, False, False), (False, True, False), (False, False, True)]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"tppp": "1"}, "did you mean 'tpp'"),
        ({"tpp": "many"}, "takes a number"),
        ({"tpp": {"ge": "nan"}}, "finite"),
        ({"tpp": {"above": "1"}}, "use ge, gt, le, lt"),
        ({"dc_marketed": "perhaps"}, "yes or no"),
        ({"all": "x"}, "takes a list"),
        ({}, "a condition is a mapping"),
        ("CN", "a condition is a mapping"),
    ],
)
def test_what_cannot_be_read_is_said(raw, message):
    with pytest.raises(ValueError, match=message):
        condition(raw)


def test_the_facts_of_a_tree():
    tree = condition({"all": [{"to": "CN"}, {"not": {"any": [{"tpp": {"ge": "1"}}, {"dc_marketed": "no"}]}}]})
    assert facts_of(tree) == {"to", "tpp", "dc_marketed"}
