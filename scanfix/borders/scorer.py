"""Which candidates lead? One score for all of them, from their measures alone.

A small network of two hidden layers weighs all measures of a candidate at once; it was fitted to the
overlap with the true quad on drawn scenes (`training/borders_scorer.py`), its weights are the numbers in
`scorer.json`. Those that lead are judged by their looks.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np

from scanfix.borders.measures import NAMES
from scanfix.borders.working import Floats, product
from scanfix.packaged import packaged


@dataclass(frozen=True, slots=True)
class Scorer:
    """Weights of the network."""

    mean: Floats
    scale: Floats
    layers: tuple[tuple[Floats, Floats], ...]

    @classmethod
    def of(cls, data: dict[str, Any]) -> Scorer:
        if tuple(data["names"]) != NAMES:
            raise ValueError("the weights of the scorer were fitted to other measures")
        numbers = partial(np.array, dtype=np.float32)
        layers = tuple((numbers(layer["weights"]), numbers(layer["bias"])) for layer in data["layers"])
        return cls(numbers(data["mean"]), numbers(data["scale"]), layers)

    def score(self, measures: Floats) -> Floats:
        """N x len(NAMES) to N values in 0..1: about the overlap with the document, sharpened."""
        values = (measures - self.mean) / self.scale
        for weights, bias in self.layers[:-1]:
            values = np.tanh(product(values, weights) + bias)
        weights, bias = self.layers[-1]
        chances = 1 / (1 + np.exp(-(product(values, weights) + bias)))
        return np.asarray(chances[:, 0], np.float32)


@lru_cache(maxsize=1)
def fitted() -> Scorer:
    """The scorer that comes with the package."""
    return Scorer.of(json.loads(packaged(__package__, "scorer.json")))
