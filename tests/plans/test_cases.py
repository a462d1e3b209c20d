"""Every case file of the contract and of the scenarios holds through the adjudicate command."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from apps.plans.rules.source import read_source

from .comparing import differences

TESTS = Path(__file__).parent.parent
CASES = sorted([*(TESTS / "plans" / "cases").glob("*.yaml"), *(TESTS / "scenarios").rglob("*.yaml")])


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_case_holds(path, capsys):
    expected = read_source(path.read_text("utf-8")).data["expect"]
    if "error" in expected:
        with pytest.raises(SystemExit) as stopped:
            call_command("adjudicate", str(path))
        said = capsys.readouterr()
        assert stopped.value.code == 2
        assert said.out == ""
        assert len(said.err.splitlines()) == 1
        assert expected["error"] in said.err.partition(path.name)[2]
    else:
        call_command("adjudicate", str(path))
        said = capsys.readouterr()
        assert said.err == ""
        assert differences(expected, json.loads(said.out)) == []


def test_several_cases_are_answered_line_by_line_and_a_malformed_one_does_not_stop_the_others(capsys):
    names = ["01-asthma-drug-limits", "18-malformed-discharge", "02-asthma-admission"]
    with pytest.raises(SystemExit) as stopped:
        call_command("adjudicate", *(str(TESTS / "plans" / "cases" / f"{name}.yaml") for name in names))
    said = capsys.readouterr()
    assert stopped.value.code == 2
    assert [json.loads(line)["year"]["paid"] for line in said.out.splitlines()] == ["588.35", "3780.00"]
    assert len(said.err.splitlines()) == 1


def test_a_case_comes_from_standard_input(capsys, monkeypatch):
    raw = (TESTS / "plans" / "cases" / "03-asthma-too-young.yaml").read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
    call_command("adjudicate", "-")
    assert json.loads(capsys.readouterr().out)["enrolment"] == {"accepted": False, "reasons": ["age"]}


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00plan"])
def test_an_unreadable_file_gives_one_line(capsys, tmp_path, content):
    path = tmp_path / "case.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SystemExit) as stopped:
        call_command("adjudicate", str(path))
    said = capsys.readouterr()
    assert stopped.value.code == 2
    assert said.out == ""
    assert "cannot be read" in said.err
    assert len(said.err.splitlines()) == 1
