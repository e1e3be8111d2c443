"""The scenes that the judge of borders learns from, as samples for the finder.

    python -m training.border_samples MATERIAL CHUNKS --seed 2 &

`training.generate` writes the finder's own scenes; a trainer takes in both from one folder.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from training.border_scenes import BorderScene, Material, border_scene
from training.camera import CANVAS
from training.generate import SIZE, write_samples
from training.scenes import INPUT, Field, Sample, sample_of

LONG = 2 * INPUT
"""Pixels along a scene's long side: larger ones take twice the time and are reduced for the finder."""


class BorderSamples:
    """The material; `sample` draws one."""

    def __init__(self, material: Path, seed: int) -> None:
        self.material, self.seed = Material.load(material), seed

    def sample(self, index: int) -> Sample:
        return as_sample(border_scene(self.seed * 10_000_000 + index, self.material, long=LONG))


def as_sample(scene: BorderScene) -> Sample:
    """Squeezed to the finder's input; the page is what lies inside the true edge, bent as it may be."""
    image = cv2.resize(scene.pixels, (INPUT, INPUT), interpolation=cv2.INTER_AREA)
    scale = np.divide(CANVAS, scene.pixels.shape[1::-1])
    corners = [np.asarray(quad * scale, np.float32) for quad in scene.quads]
    pages = [enclosed(np.asarray(edge * scale)) for edge in scene.sheets]
    return sample_of(np.asarray(image, np.uint8), pages, corners)


def enclosed(edge: Field) -> Field:
    """CANVAS x CANVAS: 1 inside."""
    mask = np.zeros((CANVAS, CANVAS), np.uint8)
    cv2.fillPoly(mask, [np.round(edge * 16).astype(np.int32)], 255, cv2.LINE_AA, shift=4)
    return np.asarray(mask / np.float32(255), np.float32)


if __name__ == "__main__":
    write_samples(BorderSamples, SIZE, ("image", "maps", "truth"), ahead=80)
