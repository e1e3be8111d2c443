"""The networks that lie in the package: each is read once a thread, by name.

`cv2.dnn.Net` keeps what its layers gave last, so two threads cannot share one; loading one anew for every
photo takes longer than asking the smaller ones.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.packaged import packaged

Answer = NDArray[np.float32]

CLASSIC = frozenset(
    {"weights/judge-first.onnx", "weights/judge-second.onnx", "weights/corners.onnx", "text_lines.onnx"}
)
"""Networks of plain 3 x 3 convolutions. Of the two engines of OpenCV 5 the older one alone has Winograd's
algorithm (Lavin and Gray 2016) for them: 2 ms instead of 3 for a picture of corners. Of those that go channel
by channel the newer one is faster by a quarter. Their answers differ by 1e-5."""

_loaded = threading.local()


def ask(
    package: str, name: str, values: Answer | Mapping[str, Answer], outputs: Sequence[str] = ()
) -> tuple[Answer, ...]:
    """What the network of this file says to N x C x H x W float32, or to several inputs by name: one array an
    output, ours to keep.

    Without `outputs` its only one. Raises FileNotFoundError.
    """
    network = _network(package, name)
    for key, value in values.items() if isinstance(values, Mapping) else (("", values),):
        network.setInput(value, key)
    answers = network.forward(list(outputs)) if outputs else [network.forward()]
    return tuple(np.array(answer, np.float32) for answer in answers)


def planes(pictures: NDArray[np.uint8]) -> Answer:
    """N x H x W x C `uint8` to N x C x H x W, -1..1, as every network here wants it."""
    return np.ascontiguousarray(((pictures.astype(np.float32) - 127.5) / 127.5).transpose(0, 3, 1, 2))


def _network(package: str, name: str) -> Any:
    networks: dict[tuple[str, str], Any] = _loaded.__dict__.setdefault("networks", {})
    if (package, name) not in networks:
        networks[package, name] = _read(package, name)
    return networks[package, name]


def _read(package: str, name: str) -> Any:
    # Bytes are given to the newer engine whatever is asked for; not every system opens every path.
    path = Path(import_module(package).__file__ or "").parent / name
    if name in CLASSIC and path.is_file() and str(path).isascii():
        return cv2.dnn.readNetFromONNX(str(path), cv2.dnn.ENGINE_CLASSIC)
    return cv2.dnn.readNetFromONNX(np.frombuffer(packaged(package, name), np.uint8))
