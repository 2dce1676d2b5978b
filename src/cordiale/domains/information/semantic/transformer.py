"""The encoder of a transformer of the BERT family (Devlin et al. 2019), run by numpy alone."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Weights = Mapping[str, NDArray[np.float32]]


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What `config.json` of a model says of its form; other members are of training, or of another family."""

    model_type: str
    num_hidden_layers: int
    num_attention_heads: int
    hidden_size: int
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-12
    max_position_embeddings: int = 512
    position_embedding_type: str = "absolute"
    pad_token_id: int = 0

    @property
    def first_position(self) -> int:
        """Return the number of the first position: the RoBERTa family counts from behind its padding token."""
        return 0 if self.model_type == "bert" else self.pad_token_id + 1


def vectors(
    shape: Shape, weights: Weights, tokens: NDArray[np.int64], real: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return the mean vector of the real tokens of each sentence, of length 1.

    `tokens` and `real` (false for padding) are of shape (sentences, tokens); the result is of shape (sentences, hidden).
    """
    import numpy as np

    place = np.arange(tokens.shape[1]) + shape.first_position
    state = (
        weights["embeddings.word_embeddings.weight"][tokens]
        + weights["embeddings.position_embeddings.weight"][place]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    state = _normed(state, weights, "embeddings.LayerNorm", shape.layer_norm_eps)
    closed = np.where(real, np.float32(0), np.float32(-1e9))[:, None, None, :]
    for number in range(shape.num_hidden_layers):
        layer = f"encoder.layer.{number}"
        seen = _attended(shape, weights, f"{layer}.attention", state, closed)
        state = _normed(state + seen, weights, f"{layer}.attention.output.LayerNorm", shape.layer_norm_eps)
        wide = _gelu(_through(state, weights, f"{layer}.intermediate.dense"))
        wide = _through(wide, weights, f"{layer}.output.dense")
        state = _normed(state + wide, weights, f"{layer}.output.LayerNorm", shape.layer_norm_eps)
    kept = real[:, :, None].astype(np.float32)
    mean = (state * kept).sum(1) / kept.sum(1)
    found: NDArray[np.float32] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    return found


def _attended(
    shape: Shape, weights: Weights, name: str, state: NDArray[np.float32], closed: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return what each token takes from the others (Vaswani et al. 2017, section 3.2)."""
    import numpy as np

    count, length, width = state.shape
    head = width // shape.num_attention_heads

    def heads(part: str) -> NDArray[np.float32]:
        given = _through(state, weights, f"{name}.self.{part}")
        return given.reshape(count, length, shape.num_attention_heads, head).transpose(0, 2, 1, 3)

    scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / np.float32(sqrt(head)) + closed
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    taken = (scores @ heads("value")).transpose(0, 2, 1, 3).reshape(count, length, width)
    return _through(np.asarray(taken, dtype=np.float32), weights, f"{name}.output.dense")


def _through(state: NDArray[np.float32], weights: Weights, name: str) -> NDArray[np.float32]:
    count, length, width = state.shape
    flat = state.reshape(count * length, width) @ weights[f"{name}.weight"].T
    flat += weights[f"{name}.bias"]
    return flat.reshape(count, length, -1)


def _normed(state: NDArray[np.float32], weights: Weights, name: str, least: float) -> NDArray[np.float32]:
    import numpy as np

    state = state - state.mean(axis=-1, keepdims=True)
    state /= np.sqrt((state * state).mean(axis=-1, keepdims=True) + np.float32(least))
    return state * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def _gelu(value: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return x·Φ(x); the error function by Abramowitz and Stegun 7.1.26, to 1.5e-7."""
    import numpy as np

    size = np.abs(value) * np.float32(1 / sqrt(2))
    t = 1 / (1 + np.float32(0.3275911) * size)
    series = np.full_like(t, 1.061405429)
    for factor in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series = series * t + np.float32(factor)
    tail = series * t * np.exp(-size * size)
    found: NDArray[np.float32] = value * np.where(value >= 0, 1 - tail / 2, tail / 2)
    return found
