"""What a command says on stderr."""

import json
from pathlib import Path

import pytest

from drgcalc.base.errors import RulesError
from drgcalc.cli.talk import Talk


def talk(*, quiet: bool = False, as_json: bool = False, log_format: str = "text") -> Talk:
    return Talk(Path(), quiet, as_json, log_format, False, False)


def test_progress_is_one_line_a_tenth_when_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with talk().progress() as progress:
        for done in range(1001):
            progress("records", done, 1000)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [f"records: {n}00 of 1000" for n in range(1, 10)] + ["records: 1000 of 1000"]


def test_quiet_progress_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with talk(quiet=True).progress() as progress:
        progress("records", 1, 1)
    assert capsys.readouterr().err == ""


def test_progress_of_nothing_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    with talk().progress() as progress:
        progress("records", 0, 0)
    assert capsys.readouterr().err == "records: 0 of 0\n"


def test_a_failure_has_a_sentence_and_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    talk().failure(RulesError("no policy", hint="add one"))
    out, err = capsys.readouterr()
    assert (out, err) == ("", "error: no policy\nhint: add one\n")


def test_quiet_does_not_silence_failures(capsys: pytest.CaptureFixture[str]) -> None:
    talk(quiet=True).failure(RulesError("no policy", hint="add one"))
    assert "no policy" in capsys.readouterr().err


def test_a_failure_as_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    talk(log_format="json").failure(RulesError("没有政策", hint="add one"))
    assert json.loads(capsys.readouterr().err) == {"level": "error", "message": "没有政策", "hint": "add one"}
