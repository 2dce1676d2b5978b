"""What is done from afar, and what is said of the rest."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cordiale.cli.far import VERBS, answered
from cordiale.cli.main import main
from cordiale.cli.reports import reason_words
from cordiale.desk import answers
from cordiale.sdk import release, work
from cordiale.sdk.wire import Reason

AT = ("--at", "http://127.0.0.1:1", "--token-file", "/nowhere")


@pytest.mark.parametrize("line", [["jobs", "list"], ["doctor"], ["init"], ["serve"], ["rules", "diff", "x"]])
def test_what_is_done_at_the_node_is_refused_from_afar(
    line: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*AT, *line]) == 3
    assert "--at" in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        ["import", "a", "b"],
        ["import", "."],
        ["release", "x", "-p", "y", "--as", "me"],
        ["mark", "tlp:red", "--from", "/dev/null"],
    ],
)
def test_what_cannot_be_asked_from_afar_is_refused(
    line: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*AT, *line]) == 3
    assert capsys.readouterr().err


def test_a_token_must_be_named_and_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--at", "http://127.0.0.1:1", "search", "x"]) == 3
    assert "--token-file" in capsys.readouterr().err
    assert main([*AT, "search", "x"]) == 5


def test_help_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*AT, "jobs", "--help"]) == 0
    assert "--at URL" not in capsys.readouterr().out
    assert main(["search", "--help"]) == 0
    assert "--at URL" in capsys.readouterr().out


def test_every_verb_from_afar_is_one_of_the_desk() -> None:
    from cordiale.desk import verbs

    assert VERBS.keys() <= verbs.VERBS.keys()


def test_what_a_node_said_is_what_the_desk_at_hand_would_say() -> None:
    at = datetime(2026, 3, 1, 10, 0, 0, 250, UTC)
    why = release.Why(
        id="x",
        partner="fra",
        form="withheld",
        marking=("tlp:red",),
        steps=(Reason(code="c", message="Pas {ainsi}."),),
        act=release.ActInForce(act="a", officer="o", at=at),
    )
    found = answered(why, answers.Why)
    assert reason_words(found.steps[0]) == "Pas {ainsi}."
    assert found.act is not None
    assert found.act.at == 1_772_359_200_000_250
    assert found.marking == ("tlp:red",)
    report = work.ImportReport(
        job="j", state="done", changes=(work.Change(message="Dit.", count=2),), by_type={"tool": 1}
    )
    assert answered(report, answers.ImportReport).changes == (answers.Change(message_id="Dit.", count=2),)
