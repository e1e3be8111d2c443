"""Which candidate is the document, and how sure is that? One score for all of them.

A small network of two hidden layers weighs all measures of a candidate at once; it was fitted to the
overlap with the true quad on drawn scenes (`training/borders_scorer.py`), its weights are the numbers in
`scorer.json`. A second, plain curve turns the score of the winner into the share of winners of that
score that lie right.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from scanfix.borders.measures import NAMES
from scanfix.borders.working import Floats, product
from scanfix.packaged import packaged


@dataclass(frozen=True, slots=True)
class Scorer:
    """Weights of the network, and of the curve that makes a confidence of its score."""

    mean: Floats
    scale: Floats
    layers: tuple[tuple[Floats, Floats], ...]
    curve: tuple[float, float]

    @classmethod
    def of(cls, data: dict[str, Any]) -> Scorer:
        if tuple(data["names"]) != NAMES:
            raise ValueError("the weights of the scorer were fitted to other measures")
        layers = tuple((_floats(layer["weights"]), _floats(layer["bias"])) for layer in data["layers"])
        slope, offset = data["curve"]
        return cls(_floats(data["mean"]), _floats(data["scale"]), layers, (slope, offset))

    def score(self, measures: Floats) -> Floats:
        """N x len(NAMES) to N values in 0..1: about the overlap with the document, sharpened."""
        values = (measures - self.mean) / self.scale
        for weights, bias in self.layers[:-1]:
            values = np.tanh(product(values, weights) + bias)
        weights, bias = self.layers[-1]
        return np.asarray(_logistic(product(values, weights) + bias)[:, 0], np.float32)

    def confidence(self, score: float) -> float:
        """The share of winners with this score that overlap the true border by 0.90 or more, to 4 decimals:

        the last bits of a sum depend on where numpy finds its values in memory.
        """
        slope, offset = self.curve
        return round(float(_logistic(slope * score + offset)), 4)


def _floats(values: Any) -> Floats:
    return np.asarray(values, np.float32)


def _logistic(values: Any) -> Any:
    return 1 / (1 + np.exp(-values))


@lru_cache(maxsize=1)
def fitted() -> Scorer:
    """The scorer that comes with the package."""
    return Scorer.of(json.loads(packaged(__package__, "scorer.json")))
