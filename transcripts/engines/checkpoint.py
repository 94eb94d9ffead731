"""A CTranslate2 Whisper file read as an openai-whisper state dict.

File (binary version 6, ``ctranslate2/specs/model_spec.py``, ``ModelSpec._serialize``): u32 version,
the specification's name, u32 revision, u32 count of variables; each is its name, u8 rank, u32 a
dimension, u8 type, u32 byte length and the bytes; then u32 count of aliases, two names each. A name
is u16 length, bytes and a closing zero that the length counts. All little-endian.

CTranslate2 joins the query, key and value projections of self-attention into one matrix, and key
and value of cross-attention into another; Whisper's key projection has no bias (zeros here).
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from transcripts.ports import TranscriptError

Array = NDArray[np.float32]

_TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
_VERSIONS = (5, 6)


def variables(path: Path) -> dict[str, NDArray[np.generic]]:
    """Every variable of the file by name. Raises TranscriptError ``bad_model``."""
    try:
        with path.open("rb") as file:
            version = _unsigned(file, "<I")
            name = _name(file)
            if version not in _VERSIONS or name != "WhisperSpec":
                raise TranscriptError("bad_model", f"{path.name}: {name} version {version}")
            _unsigned(file, "<I")
            return dict(_variable(file) for _ in range(_unsigned(file, "<I")))
    except (struct.error, KeyError, ValueError) as error:
        raise TranscriptError(
            "bad_model", f"{path.name} is not a Whisper model: {error}"
        ) from error


def _unsigned(file: BinaryIO, shape: str) -> int:
    return int(struct.unpack(shape, file.read(struct.calcsize(shape)))[0])


def _name(file: BinaryIO) -> str:
    return file.read(_unsigned(file, "<H"))[:-1].decode()


def _variable(file: BinaryIO) -> tuple[str, NDArray[np.generic]]:
    name = _name(file)
    dimensions = [_unsigned(file, "<I") for _ in range(_unsigned(file, "<B"))]
    kind = _TYPES[_unsigned(file, "<B")]
    data = np.frombuffer(file.read(_unsigned(file, "<I")), kind)
    return name, data.reshape(dimensions)


def whisper_state(path: Path) -> tuple[dict[str, Array], dict[str, int]]:
    """openai-whisper's ``model_state_dict`` and ``dims`` for a CTranslate2 Whisper file."""
    stored = variables(path)

    def get(name: str) -> Array:
        return np.array(stored[name], np.float32)

    width = stored["decoder/embeddings/weight"].shape[1]
    state: dict[str, Array] = {
        "encoder.positional_embedding": get("encoder/position_encodings/encodings"),
        "decoder.positional_embedding": get("decoder/position_encodings/encodings"),
        "decoder.token_embedding.weight": get("decoder/embeddings/weight"),
    }

    def norm(ours: str, theirs: str) -> None:
        state[f"{theirs}.weight"] = get(f"{ours}/gamma")
        state[f"{theirs}.bias"] = get(f"{ours}/beta")

    def linear(ours: str, theirs: str) -> None:
        state[f"{theirs}.weight"] = get(f"{ours}/weight")
        state[f"{theirs}.bias"] = get(f"{ours}/bias")

    def joined(ours: str, theirs: str, parts: tuple[str, ...]) -> None:
        weights = np.split(get(f"{ours}/weight"), len(parts))
        biases = np.split(get(f"{ours}/bias"), len(parts))
        for part, weight, bias in zip(parts, weights, biases, strict=True):
            state[f"{theirs}.{part}.weight"] = np.ascontiguousarray(weight)
            if part != "key":
                state[f"{theirs}.{part}.bias"] = np.ascontiguousarray(bias)

    linear("encoder/conv1", "encoder.conv1")
    linear("encoder/conv2", "encoder.conv2")
    norm("encoder/layer_norm", "encoder.ln_post")
    norm("decoder/layer_norm", "decoder.ln")
    layers: dict[str, int] = {}
    for side in ("encoder", "decoder"):
        layers[side] = 0
        while f"{side}/layer_{layers[side]}/ffn/linear_0/weight" in stored:
            ours = f"{side}/layer_{layers[side]}"
            theirs = f"{side}.blocks.{layers[side]}"
            norm(f"{ours}/self_attention/layer_norm", f"{theirs}.attn_ln")
            joined(f"{ours}/self_attention/linear_0", f"{theirs}.attn", ("query", "key", "value"))
            linear(f"{ours}/self_attention/linear_1", f"{theirs}.attn.out")
            if side == "decoder":
                norm(f"{ours}/attention/layer_norm", f"{theirs}.cross_attn_ln")
                linear(f"{ours}/attention/linear_0", f"{theirs}.cross_attn.query")
                joined(f"{ours}/attention/linear_1", f"{theirs}.cross_attn", ("key", "value"))
                linear(f"{ours}/attention/linear_2", f"{theirs}.cross_attn.out")
            norm(f"{ours}/ffn/layer_norm", f"{theirs}.mlp_ln")
            linear(f"{ours}/ffn/linear_0", f"{theirs}.mlp.0")
            linear(f"{ours}/ffn/linear_1", f"{theirs}.mlp.2")
            layers[side] += 1
    sizes = {
        "n_mels": state["encoder.conv1.weight"].shape[1],
        "n_audio_ctx": state["encoder.positional_embedding"].shape[0],
        "n_audio_state": width,
        "n_audio_head": int(stored["encoder/num_heads"]),
        "n_audio_layer": layers["encoder"],
        "n_vocab": state["decoder.token_embedding.weight"].shape[0],
        "n_text_ctx": state["decoder.positional_embedding"].shape[0],
        "n_text_state": width,
        "n_text_head": int(stored["decoder/num_heads"]),
        "n_text_layer": layers["decoder"],
    }
    return state, sizes
