"""The command line as a user meets it: the answers that must hold, exit codes, and one clear message for bad input."""

import json
from pathlib import Path

import pytest

from twoeyes.cli import main

ROOT = Path(__file__).parents[1]


def run(capsys, *words):
    code = main(list(words))
    out, err = capsys.readouterr()
    return code, out, err


def ruling(capsys, *words, place="US"):
    code, out, err = run(capsys, "check", *words, "--json")
    assert code == 0, err
    return next(item for item in json.loads(out)["rulings"] if item["jurisdiction"] == place)


def test_ascend_in_malaysia_before_and_after_the_guidance(capsys):
    words = ("--item", "ascend-910c", "--action", "use", "--to", "MY")
    before, after = ruling(capsys, *words, "--on", "2025-05-12"), ruling(capsys, *words, "--on", "2025-05-14")
    assert (before["letter"], after["letter"]) == ("unknown", "prohibited")
    _, text, _ = run(capsys, "check", *words, "--on", "2025-05-14")
    assert "rebuttable" in text
    assert "736.2(b)(10)" in text or "General Prohibition 10" in text


def test_the_diffusion_rule_by_two_clocks(capsys):
    words = ("--item", "h100-sxm-80", "--to", "CH", "--on", "2025-05-20", "--known")
    early, late = ruling(capsys, *words, "2025-05-10"), ruling(capsys, *words, "2025-05-14")
    assert (early["letter"], early["practice"]) == ("licence_case_by_case", "licence_case_by_case")
    assert (late["letter"], late["practice"]) == ("licence_case_by_case", "no_licence")


@pytest.mark.parametrize(("known", "total"), [("2025-04-10", 170), ("2025-05-01", 45)])
def test_a_chinese_server_by_two_clocks(capsys, known, total):
    words = ("land", "--hts", "8471.50.01", "--origin", "CN", "--to", "US", "--on", "2025-04-10", "--known", known)
    code, out, _ = run(capsys, *words, "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["total_pct"] == total
    assert sum(answer["components"].values()) == total


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("show", "h10"), "nearest"),
        (("simulate", "llama3.1-405b", "dgx-h10", "--chips", "8"), "dgx-h100"),
        (("simulate", "llama3.1-405", "dgx-h100", "--chips", "8"), "llama3.1-405b"),
        (("check", "--item", "h100-sxm-80", "--to", "CH", "--on", "2017-05-01"), "2018-01-01"),
        (("check", "--item", "h100-sxm-80", "--to", "CH", "--on", "2025-13-01"), "YYYY-MM-DD"),
        (("check", "--item", "h100-sxm-80", "--to", "CH"), "--on is missing"),
        (("check", "--item", "h100-sxm-80", "--to", "XX", "--on", "2025-05-01"), "XX"),
        (("check", "--item", "h100-sxm-80", "--to", "CH", "--on", "2025-05-01", "--fact", "tpp"), "name=value"),
        (("land", "--hts", "8471.50.01", "--origin", "CN", "--to", "MY", "--on", "2025-04-10"), "MY"),
        (("land", "--origin", "CN", "--to", "US", "--on", "2025-04-10"), "--item"),
        (("plan", "no-such-case.yaml"), "no-such-case.yaml"),
        (("nonsense",), "nonsense"),
    ],
)
def test_bad_input_is_one_message_and_exit_code_2(capsys, words, message):
    code, out, err = run(capsys, *words)
    assert code == 2
    assert out == ""
    assert message in err
    assert "Traceback" not in err


def test_an_unwritable_report_is_refused_before_any_work(capsys, tmp_path):
    target = tmp_path / "none" / "out.html"
    code, _, err = run(capsys, "plan", str(ROOT / "examples/penang-2025.yaml"), "--report", str(target))
    assert code == 2
    assert "does not exist" in err
    assert not target.parent.exists()


def test_a_malformed_shock_names_file_and_line(capsys, tmp_path):
    shock = tmp_path / "shock.yaml"
    shock.write_text("id: x\nannounced: 2025-06-01\nisuer: US\ninstrument: hypothetical\ntitle: {en: X}\nchanges: []\n")
    code, _, err = run(capsys, "world", "--on", "2025-06-02", "--known", "2025-05-20", "--with", str(shock))
    assert code == 2
    assert "shock.yaml:3: unknown key 'isuer'; did you mean 'issuer'" in err


def test_beyond_the_horizon_is_answered_and_said(capsys):
    code, out, _ = run(capsys, "world", "--on", "2026-12-01", "--known", "2026-12-01")
    assert code == 0
    assert "past the log's horizon" in out


def test_new_writes_a_case_once(capsys, tmp_path):
    target = tmp_path / "case.yaml"
    assert run(capsys, "new", str(target))[0] == 0
    assert run(capsys, "new", str(target))[0] == 2


def test_places_are_echoed_so_that_ch_is_not_china(capsys):
    _, out, _ = run(capsys, "check", "--item", "h100-sxm-80", "--to", "CH", "--on", "2025-05-20")
    assert "Switzerland" in out


def test_the_data_check_passes(capsys):
    code, out, err = run(capsys, "data", "check")
    assert code == 0, err
    assert "0 errors" in out
