"""Every example of the README runs as it stands."""

import re
import shlex
from pathlib import Path

import pytest

from twoeyes.cli import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.S)
COMMANDS = [
    line.split("&&")[-1].strip().removeprefix(".venv/bin/")
    for language, block in BLOCKS
    if not language
    for line in block.splitlines()
    if re.search(r"(^|/)twoeyes \w", line) and not line.startswith(" ")
]


def test_the_readme_names_the_commands_that_a_newcomer_needs():
    assert any(command.startswith("twoeyes replay") for command in COMMANDS)
    assert len(COMMANDS) >= 10


@pytest.mark.parametrize("command", COMMANDS)
def test_command(command, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    words = shlex.split(command)[1:]
    words = [str(tmp_path / word) if word == "plan.html" else word for word in words]
    assert main(words) == 0, capsys.readouterr().err
    assert len(capsys.readouterr().out) > 100


def test_the_python_example(capsys):
    (example,) = (block for language, block in BLOCKS if language == "python")
    exec(compile(example, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "ascend-910c" in printed
    assert "tokens/s" in printed
