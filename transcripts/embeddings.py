"""Sentence embeddings by all-MiniLM-L6-v2 in numpy alone: no torch, 90 MB of weights.

A BERT encoder (Devlin et al. 2018) of 6 layers, mean-pooled and normalised as sentence-transformers
does it. Agrees with its own output to 1e-5 (checked by the similarity of known pairs in the tests).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from transcripts.models import folder

Array = NDArray[np.float32]

HEADS = 12
LONGEST_TOKENS = 256
BATCH = 16
_EPSILON = 1e-12


class MiniLm:
    WIDTH = 384

    def __init__(self, place: Path | None = None) -> None:
        place = place or folder("all-MiniLM-L6-v2")
        self._weights: dict[str, Array] = load_file(place / "model.safetensors")
        self._tokenizer = Tokenizer.from_file(str(place / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST_TOKENS)
        self._tokenizer.enable_padding()
        self._layers = sum(name.endswith("attention.self.query.weight") for name in self._weights)

    def embed(self, texts: Sequence[str]) -> Array:
        """One row of length 1 a text, shape (len(texts), 384)."""
        out = np.zeros((len(texts), self.WIDTH), np.float32)
        by_length = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for first in range(0, len(by_length), BATCH):
            batch = by_length[first : first + BATCH]
            out[batch] = self._encoded([texts[index] for index in batch])
        return out

    def _encoded(self, texts: Sequence[str]) -> Array:
        encodings = self._tokenizer.encode_batch(list(texts))
        ids = np.array([encoding.ids for encoding in encodings])
        mask = np.array([encoding.attention_mask for encoding in encodings], np.float32)
        w = self._weights
        hidden = (
            w["embeddings.word_embeddings.weight"][ids]
            + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
            + w["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self._normed(hidden, "embeddings.LayerNorm")
        unseen = ((1.0 - mask) * -1e9)[:, None, None, :]
        for layer in range(self._layers):
            hidden = self._layer(hidden, unseen, f"encoder.layer.{layer}")
        pooled = (hidden * mask[:, :, None]).sum(1) / np.maximum(mask.sum(1), 1)[:, None]
        return pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), _EPSILON)

    def _layer(self, hidden: Array, unseen: Array, name: str) -> Array:
        count, length, width = hidden.shape

        def heads(part: str) -> Array:
            flat = self._linear(hidden, f"{name}.attention.self.{part}")
            return flat.reshape(count, length, HEADS, width // HEADS).transpose(0, 2, 1, 3)

        scores = heads("query") @ heads("key").transpose(0, 1, 3, 2)
        scores = scores / np.float32(np.sqrt(width // HEADS)) + unseen
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        attention = scores / scores.sum(axis=-1, keepdims=True)
        mixed = (attention @ heads("value")).transpose(0, 2, 1, 3).reshape(count, length, width)
        mixed = self._linear(mixed, f"{name}.attention.output.dense")
        hidden = self._normed(hidden + mixed, f"{name}.attention.output.LayerNorm")
        inner = _gelu(self._linear(hidden, f"{name}.intermediate.dense"))
        outer = self._linear(inner, f"{name}.output.dense")
        return self._normed(hidden + outer, f"{name}.output.LayerNorm")

    def _linear(self, values: Array, name: str) -> Array:
        # as one flat product: numpy hands only that to BLAS in one piece
        flat = values.reshape(-1, values.shape[-1]) @ self._weights[f"{name}.weight"].T
        return (flat + self._weights[f"{name}.bias"]).reshape(*values.shape[:-1], -1)

    def _normed(self, values: Array, name: str) -> Array:
        mean = values.mean(axis=-1, keepdims=True)
        spread = np.square(values - mean).mean(axis=-1, keepdims=True)
        scaled = (values - mean) / np.sqrt(spread + _EPSILON)
        return scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def _gelu(values: Array) -> Array:
    """Exact GELU; erf by Abramowitz and Stegun 7.1.26, error under 1.5e-7."""
    x = values / np.float32(np.sqrt(2))
    t = 1 / (1 + 0.3275911 * np.abs(x))
    poly = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    erf = np.sign(x) * (1 - poly * np.exp(-x * x))
    return (values * (1 + erf) / 2).astype(np.float32)
