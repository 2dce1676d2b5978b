"""`cordiale information lineage` and `parity`: what a person and a program are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cordiale.cli.main import main

RELEASE = """Karn Water Board
Press release no. 7
3 April 2031

The Karn Water Board will test the water of the lake every week from 4 May. About 1,200 households depend on the lake for drinking water. The board is considering a second filter, which would cost around 2.4 million crowns. Traces of nitrate were found in three of the nine wells last autumn.
"""
RETOLD = """The Valley Gazette
6 April 2031

The water of the lake will be tested every week from 4 May. Some 1,200 households depend on the lake for drinking water. The board will build a second filter for around 2.4 million crowns. Nitrate was found last autumn in three of the nine wells.
"""
FRENCH = """Régie des eaux de Karn
Version française

La Régie des eaux de Karn analysera l'eau du lac chaque semaine à partir du 4 mai. Environ 1 200 foyers dépendent du lac pour l'eau potable. La régie construira un second filtre, pour environ 2,4 millions de couronnes. Des traces de nitrate ont été trouvées l'automne dernier dans trois des neuf puits.
"""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    found = {}
    for name, content in (("release", RELEASE), ("retold", RETOLD), ("french", FRENCH)):
        file = tmp_path / f"{name}.txt"
        file.write_text(content, encoding="utf-8")
        found[name] = str(file)
    return found


def test_a_program_is_told_edges_and_every_sentence(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["information", "lineage", files["release"], files["retold"], "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) >= {"documents", "edges", "pairs", "omissions"}
    assert [(e["from"], e["to"], e["kind"], e["direction"], e["date_basis"]) for e in found["edges"]] == [
        ("release.txt", "retold.txt", "derived", "known", "stated")
    ]
    labels = {pair["derived"]: pair["label"] for pair in found["pairs"]}
    assert labels["The board will build a second filter for around 2.4 million crowns."] == "strengthened"
    assert set(found["documents"][0]) >= {"doc", "segments"}


def test_a_person_is_told_in_their_language(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["information", "lineage", files["release"], files["retold"], "--lang", "fr"]) == 0
    said = capsys.readouterr().out
    assert "accentué" in said
    assert "date antérieure" in " ".join(said.split())


def test_versions_are_compared(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["information", "parity", files["french"], files["release"], "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["en"], found["fr"], found["from"]) == ("release.txt", "french.txt", "en")
    assert [d["label"] for d in found["divergences"]] == ["strengthened"]


def test_what_cannot_be_compared_says_so(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["information", "parity", files["retold"], files["release"]]) == 4
    assert "retold.txt" in capsys.readouterr().err
