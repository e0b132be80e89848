"""Conditions are Kleene's: each operator against the nine rows of its table, and errors that name the nearest fact."""

from dataclasses import replace
from itertools import product
from math import inf, nan

import polars as pl
import pytest

from twoeyes.facts import conditions as module
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
from twoeyes.facts.vocabulary import vocabulary

T, F, U = True, False, None
NINE = list(product((T, F, U), repeat=2))
GROUPS = {"D:5": frozenset({"CN", "NI"}), "A:1": frozenset({"JP"})}
DTYPES = {
    "flag": pl.Boolean(),
    "number": pl.Float64(),
    "words": pl.List(pl.String()),
    "place": pl.String(),
    "word": pl.String(),
}
A, B = {"dc_marketed": "yes"}, {"accelerator_module": "yes"}


def answers(tree, **columns):
    """What a condition says of each row; a column has the type of its fact unless it is a series already."""
    typed = {
        fact: values
        if isinstance(values, pl.Series)
        else pl.Series(values, dtype=DTYPES[vocabulary()[fact].type], strict=False)
        for fact, values in columns.items()
    }
    if not isinstance(tree, All | Either | Not | module.Test):
        tree = condition(tree)
    return pl.DataFrame(typed).select(compile_condition(tree, GROUPS)).to_series().to_list()


def nine():
    return {"dc_marketed": [a for a, _ in NINE], "accelerator_module": [b for _, b in NINE]}


@pytest.mark.parametrize(
    ("tree", "table"),
    [
        ({"all": [A, B]}, [T, F, U, F, F, F, U, F, U]),
        ({**A, **B}, [T, F, U, F, F, F, U, F, U]),
        ({"any": [A, B]}, [T, T, T, T, F, U, T, U, U]),
        ({"not": {"all": [A, B]}}, [F, T, U, T, T, T, U, T, U]),
        ({"not": {"any": [A, B]}}, [F, F, F, F, T, U, F, U, U]),
        ({"any": [{"not": A}, B]}, [T, F, U, T, T, T, T, U, U]),
        ({"all": [A]}, [T, T, T, F, F, F, U, U, U]),
        ({"any": [B]}, [T, F, U, T, F, U, T, F, U]),
        ({"not": A}, [F, F, F, T, T, T, U, U, U]),
    ],
)
def test_connectives_are_kleenes(tree, table):
    assert answers(tree, **nine()) == table


VALUE = [4799.0, 4800.0, 4801.0, None]


@pytest.mark.parametrize(
    ("test", "table"),
    [
        ({"ge": "4800"}, [F, T, T, U]),
        ({"gt": "4800"}, [F, F, T, U]),
        ({"le": "4800"}, [T, T, F, U]),
        ({"lt": "4800"}, [T, F, F, U]),
        ({"ge": "4800", "lt": "4801"}, [F, T, F, U]),
        ("4800", [F, T, F, U]),
        (["4799", "4801"], [T, F, T, U]),
    ],
)
def test_comparisons_leave_unknown_unknown(test, table):
    assert answers({"tpp": test}, tpp=VALUE) == table
    opposite = [None if value is None else not value for value in table]
    assert answers({"not": {"tpp": test}}, tpp=VALUE) == opposite


@pytest.mark.parametrize("test", [{"ge": "1"}, {"gt": "1"}, {"le": "1"}, {"lt": "1"}, "1"])
def test_what_is_not_a_finite_number_is_unknown_and_never_large(test):
    assert answers({"tpp": test}, tpp=[nan, inf, -inf]) == [U, U, U]


@pytest.mark.parametrize("test", [{"ge": "1.5"}, ["1.5", "2"]])
def test_whole_numbers_compare_with_fractions(test):
    assert answers({"units": test}, units=pl.Series([1, 2, None], dtype=pl.Int64)) == [F, T, U]


def test_two_tests_of_one_number_with_unknowns():
    tree = {"any": [{"tpp": {"ge": "4800"}}, {"pd": {"ge": "5.92"}}]}
    rows = [(5000.0, 1.0), (1.0, 1.0), (None, 6.0), (None, 1.0), (nan, 1.0), (None, None)]
    assert answers(tree, tpp=[a for a, _ in rows], pd=[b for _, b in rows]) == [T, F, T, U, U, U]


@pytest.mark.parametrize(
    ("tree", "values", "table"),
    [
        ({"action": "use"}, ["use", "export", None], [T, F, U]),
        ({"action": ["use", "rent"]}, ["use", "rent", "export", None], [T, T, F, U]),
        ({"to": "CN"}, ["CN", "MY", None], [T, F, U]),
        ({"to": "D:5"}, ["CN", "NI", "MY", None], [T, T, F, U]),
        ({"to": ["MY", "D:5"]}, ["CN", "MY", "SG", None], [T, T, F, U]),
        ({"to": ["A:1", "D:5"]}, ["CN", "JP", "SG", None], [T, T, F, U]),
        ({"to": "E:9"}, ["CN", None], [F, U]),
        ({"end_user_listed": "entity_list"}, [["entity_list", "x"], ["x"], [], None], [T, F, F, U]),
        ({"end_user_listed": ["mil", "entity_list"]}, [["entity_list"], ["mil"], ["x"], None], [T, T, F, U]),
        ({"dc_marketed": "yes"}, [T, F, U], [T, F, U]),
        ({"dc_marketed": "no"}, [T, F, U], [F, T, U]),
        ({"dc_marketed": ["no"]}, [T, F, U], [F, T, U]),
        ({"dc_marketed": ["no", "no"]}, [T, F, U], [F, T, U]),
        ({"dc_marketed": ["yes", "no"]}, [T, F, U], [T, T, U]),
    ],
)
def test_values_of_every_type(tree, values, table):
    (fact,) = tree
    assert answers(tree, **{fact: values}) == table
    opposite = [None if value is None else not value for value in table]
    assert answers({"not": tree}, **{fact: values}) == opposite


def test_a_code_matches_by_its_beginning(monkeypatch):
    """No fact of the vocabulary is a code today; goods by tariff code are read by the duties."""
    terms = {"hts": replace(vocabulary()["item"], fact="hts", type="code")}
    monkeypatch.setattr(module, "vocabulary", lambda: terms)
    tree = condition({"hts": ["8471", "8473.30"]})
    column = pl.Series(["8471.50.01", "8473.30.11", "8473.50", None])
    found = pl.DataFrame({"hts": column}).select(compile_condition(tree, {})).to_series().to_list()
    assert found == [T, T, F, U]


def test_a_fact_with_a_reading_of_its_own():
    derived = {"eccn": lambda values: pl.col("tpp") >= 4800 if "3A090.a" in values else pl.lit(None, dtype=pl.Boolean)}
    tree = condition({"not": {"eccn": "3A090.a"}})
    frame = pl.DataFrame({"tpp": [5000.0, 1.0, None]})
    assert frame.select(compile_condition(tree, {}, derived)).to_series().to_list() == [F, T, U]


def test_trees_without_parts():
    assert answers(All(()), tpp=[1.0]) == [T]
    assert answers(Either(()), tpp=[1.0]) == [F]


def test_decided_views_of_an_undecided_result():
    frame = pl.DataFrame({"dc_marketed": [T, F, U]})
    result = compile_condition(condition(A), {})
    views = frame.select(is_true(result).alias("t"), is_false(result).alias("f"), is_null(result).alias("n"))
    assert views.rows() == [(T, F, F), (F, T, F), (F, F, T)]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"tppp": "1"}, "unknown fact 'tppp'; did you mean 'tpp'?"),
        ({"alll": [A]}, "unknown fact 'alll'; did you mean 'all'?"),
        ({"qqqqqq": "1"}, "unknown fact 'qqqqqq'$"),
        ({"all": [{"not": {"tppp": "1"}}]}, "unknown fact 'tppp'"),
        ({"tpp": "many"}, "'tpp' takes a number, not 'many'"),
        ({"tpp": None}, "'tpp' takes a number, not None"),
        ({"tpp": ["1", "nan"]}, "'tpp' takes a finite number"),
        ({"tpp": {"ge": "nan"}}, "'tpp' takes a finite number"),
        ({"tpp": {"ge": "1e999"}}, "'tpp' takes a finite number"),
        ({"tpp": {"ge": ["1"]}}, "'tpp' takes a number"),
        ({"tpp": {"above": "1"}}, "use ge, gt, le, lt"),
        ({"tpp": {}}, "use ge, gt, le, lt"),
        ({"to": {"ge": "1"}}, r"'to' \(place\) cannot be compared"),
        ({"tpp": []}, "'tpp' names no value"),
        ({"to": []}, "'to' names no value"),
        ({"to": None}, "'to' takes text, not None"),
        ({"to": ["CN", ""]}, "'to' takes text, not ''"),
        ({"to": [["CN"]]}, "'to' takes text"),
        ({"dc_marketed": "perhaps"}, "'dc_marketed' takes yes or no, not 'perhaps'"),
        ({"dc_marketed": None}, "'dc_marketed' takes yes or no"),
        ({"all": "x"}, "'all' takes a list"),
        ({"all": []}, "'all' takes a list of one or more"),
        ({"any": []}, "'any' takes a list of one or more"),
        ({"any": [A, {}]}, "a condition is a mapping"),
        ({"not": {}}, "a condition is a mapping"),
        ({"not": [A]}, "a condition is a mapping"),
        ({}, "a condition is a mapping"),
        (None, "a condition is a mapping"),
        ("CN", "a condition is a mapping"),
        ([A], "a condition is a mapping"),
    ],
)
def test_what_cannot_be_read_is_said(raw, message):
    with pytest.raises(ValueError, match=message):
        condition(raw)


def test_the_facts_and_tests_of_a_tree():
    either = {"any": [{"tpp": {"ge": "1", "lt": "2"}}, {"dc_marketed": "no"}]}
    tree = condition({"all": [{"to": "CN"}, {"not": either}]})
    assert facts_of(tree) == {"to", "tpp", "dc_marketed"}
    assert [(test.fact, test.operator, test.values) for test in module.tests_of(tree)] == [
        ("to", "in", ("CN",)),
        ("tpp", "ge", (1.0,)),
        ("tpp", "lt", (2.0,)),
        ("dc_marketed", "in", (False,)),
    ]
    assert condition(tree) is tree
