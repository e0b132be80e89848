"""The data check: the shipped tables pass it, and each kind of fault is found where it is planted."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from twoeyes.facts.check import check_catalogue
from twoeyes.facts.tables import shipped_tables

Plant = Mapping[str, tuple[str, str]]  # table: (what stands there, what to put in its place; at the end where blank)


def planted(plants: Plant) -> Mapping[str, str]:
    tables = dict(shipped_tables())
    for name, (old, new) in plants.items():
        assert not old or old in tables[name], old
        tables[name] = tables[name].replace(old, new) if old else tables[name] + new + "\n"
    return tables


def test_the_shipped_tables_have_no_error_and_explain_every_warning() -> None:
    findings = check_catalogue()
    assert [finding for finding in findings if finding.severity == "error"] == []
    unexplained = [finding for finding in findings if "stands: " not in finding.mend]
    assert [finding.where for finding in unexplained] == ["tables"]
    assert "cells rest on memory alone" in unexplained[0].what


@pytest.mark.parametrize(
    ("plants", "where", "what"),
    [
        ({"chips": ("", "b30a,tpd,5,W,memory,,,chosen,")}, "chips.csv", "unknown field 'tpd'"),
        ({"chips": ("", "b30a,tdp,700,W,official,,,chosen,")}, "chips.csv", "official without a source"),
        ({"chips": ("", "b30a,tdp,700,W,estimated,,,chosen,")}, "chips.csv", "an estimate without source or note"),
        ({"chips": ("", "b30a,tdp,700,W,memory,,,dissent,")}, "chips.csv", "no chosen figure"),
        ({"chips": ("", "h100-sxm-80,tdp,600,W,memory,,,chosen,")}, "chips.csv", "is chosen 2 times"),
        ({"chips": ("", "b30a,tdp,600,W,memory,,,maybe,")}, "chips.csv", "standing 'maybe'"),
        ({"chips": ("", "b30a,tdp,600,W,memory,,2001-01-01,chosen,")}, "chips.csv", "before the thing itself"),
        ({"chips": ("", "new-chip,tdp,600,W,memory,,,chosen,")}, "chips.csv", "new-chip has no name"),
        ({"chips": ("b30a,name,", "b30a,process,")}, "chips.csv", "b30a has no name"),
        ({"systems": ("dgx-h100,chip,h100-sxm-80,", "dgx-h100,chip,h100,")}, "dgx-h100 chip", "no chip 'h100'"),
        ({"systems": ("dgx-h100,power,10.2,", "dgx-h100,power,4.2,")}, "dgx-h100 power", "0.75 times the power"),
        ({"systems": ("dgx-h100,power,10.2,", "dgx-h100,power,102,")}, "dgx-h100 power", "18.21 times the power"),
        ({"systems": ("dgx-h100,scaleup_domain,8,", "dgx-h100,scaleup_domain,16,")}, "dgx-h100", "larger than the 8"),
        (
            {"systems": ("dgx-h100,announced,2022-03-22,", "dgx-h100,announced,2021-03-22,")},
            "dgx-h100",
            "before its chip",
        ),
        ({"systems": ("memory_total,49152,", "memory_total,59152,")}, "cloudmatrix-384 memory_total", "sum to"),
        ({"chips": ("h20-96,peak_fp8,296,", "h20-96,peak_fp8,206,")}, "h20-96 peak_fp8", "no power of two"),
        ({"chips": ("h20-96,memory_bw,4000,", "h20-96,memory_bw,40000,")}, "h20-96 memory_bw", "FLOP a byte"),
        ({"chips": ("l20,die_area,608.5,", "l20,die_area,6.085,")}, "l20 die_area", "performance density 314"),
        ({"chips": ("l20,die_area,608.5,", "l20,die_area,908.5,")}, "l20 die_area", "more than 858 mm2"),
        ({"chips": ("tpp_published,15824,", "tpp_published,16824,")}, "h100-sxm-80 tpp_published", "computed 15,824"),
        ({"chips": ("both_directions_bw,900,", "both_directions_bw,450,")}, "h100-sxm-80", "1.00 times the rate"),
        ({"chips": ("peak_fp16,118.7,", "peak_fp16,148,")}, "thead-810e peak_fp16", "a contract implies 118.7"),
        ({"chips": ("peak_bf16,667,", "peak_bf16,197,")}, "trainium2 peak_bf16", "equals the figure of tpu-v5e"),
        ({"chips": ("variant_of,h100-sxm-80,", "variant_of,h101,")}, "h20-96 variant_of", "'h101', which is not"),
        ({"models": ("llama3.1-405b,layers,126,", "llama3.1-405b,layers,120,")}, "llama3.1-405b", "architecture gives"),
        ({"models": ("mixtral-8x7b,top_k,2,", "mixtral-8x7b,top_k,20,")}, "mixtral-8x7b top_k", "20 of 8 experts"),
        (
            {"models": ("deepseek-v3,dense_layers,3,", "deepseek-v3,dense_layers,300,")},
            "deepseek-v3",
            "more than the 61",
        ),
        (
            {"prices": ("", "nothing,x,buy,1,2,USD,chip,2025-01-01,memory,,")},
            "prices.csv",
            "no chip or system 'nothing'",
        ),
        ({"prices": ("", ",x,buy,2,1,USD,chip,2025-01-01,memory,,")}, "prices.csv", "low <= high"),
        ({"prices": ("", ",x,buy,1,2,USD,chip,2025-01-01,reported,,")}, "prices.csv", "a price without a source"),
        ({"aliases": ("", "X,chip,nothing,")}, "aliases.csv", "no chip 'nothing' for the alias 'X'"),
        ({"sources": ("", "spare,https://example.org,yes")}, "sources.csv", "spare is cited nowhere"),
        ({"sources": ("https://cldr.unicode.org/", "cldr")}, "sources.csv", "url 'cldr'"),
        ({"contracts": ("thead-810e,", "thead-999,")}, "contracts.csv", "no chip 'thead-999'"),
    ],
)
def test_a_planted_fault_is_found(plants: Plant, where: str, what: str) -> None:
    errors = [finding for finding in check_catalogue(planted(plants)) if finding.severity == "error"]
    assert any(where in finding.where and what in finding.what for finding in errors), errors


def test_one_run_reports_every_bad_row() -> None:
    rows = "b30a,tpd,5,W,memory,,,chosen,\nb30a,tdp,nan,W,memory,,,chosen,"
    errors = [finding for finding in check_catalogue(planted({"chips": ("", rows)})) if finding.severity == "error"]
    assert len(errors) == 2


def test_a_note_explains_only_where_it_says_so() -> None:
    tables = planted({"chips": ("stands: no data sheet", "no data sheet")})
    assert {finding.where for finding in check_catalogue(tables) if finding.severity == "error"} == {
        "kunlun-p800 peak_fp16",
        "mlu590 peak_fp16",
    }


def test_an_explained_oddity_is_a_warning_that_repeats_the_note() -> None:
    warnings = {finding.where: finding for finding in check_catalogue() if finding.severity == "warning"}
    assert "one of the two may be a copy" in warnings["mlu590 peak_fp16"].mend
    assert "kunlun-p800" in warnings["mlu590 peak_fp16"].what
    assert "gaudi2 die_area" in warnings
