"""What does the network of the corners learn from? Corners of drawn documents, seen from quads a little off.

    python -m training.corner_lessons MATERIAL CHUNKS --seed 3

Of every scene one document is taken; its true quad is put off four times, by corner and by side, and the
windows about each corner are kept with where the true one lies.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scanfix.borders.seen_corners import corner_axes, windows
from scanfix.borders.working import Floats, working_copy
from scanfix.pyramid import Pyramid
from training.border_scenes import LONG, RECIPES, Material, border_scene
from training.documents import Rng
from training.generate import write_samples

EACH = 4
"""Quads of a document."""
SIZE = 64
"""Documents in a chunk."""
CORNERS_OFF = (0.003, 0.01, 0.025, 0.045)
SIDES_OFF = (0.003, 0.01, 0.025)
"""Deviations to choose from, in square roots of the area."""
SHARES = {
    "table_scene": 34,
    "held_scene": 12,
    "pale_scene": 12,
    "close_scene": 10,
    "desk_scene": 9,
    "scanner_scene": 9,
    "snug_scene": 9,
    "lid_scene": 6,
    "pile_scene": 5,
    "paired_scene": 4,
    "full_scene": 2,
}


@dataclass(frozen=True, slots=True)
class CornerLesson:
    """EACH quads of one document."""

    windows: NDArray[np.uint8]  # EACH x 4 x 2 x SIDE x SIDE x 4
    places: Floats  # EACH x 4 x 3: the true corner in the axes of the quad's, and 1 where it is in the photo


class Corners:
    """The material; `sample` draws a lesson."""

    def __init__(self, material: Path, seed: int) -> None:
        self.material, self.seed = Material.load(material), seed
        shares = np.array([SHARES.get(make.__name__, 0) for make, _ in RECIPES], float)
        self.chances = shares / shares.sum()

    def sample(self, index: int) -> CornerLesson:
        rng = np.random.default_rng([self.seed, index])
        while True:
            scene = border_scene(int(rng.integers(2**40)), self.material, self.chances)
            if scene.quads:
                break
        copy = working_copy(Pyramid(scene.pixels), LONG)
        true = np.asarray(scene.quads[int(rng.integers(len(scene.quads)))], np.float32)
        size = np.array(scene.pixels.shape[1::-1])
        inside = ((true >= -2) & (true <= size + 2)).all(axis=1)
        quads = [put_off(rng, true) for _ in range(EACH)]
        places = [np.column_stack([about(quad, true), inside]) for quad in quads]
        seen = [windows(copy.levels, quad) for quad in quads]
        return CornerLesson(np.stack(seen), np.array(places, np.float32))


def put_off(rng: Rng, quad: Floats) -> Floats:
    """A quad as a search may find it: each corner, and three times in five each side, a little off."""
    unit = float(np.linalg.norm(corner_axes(quad)[0, :, 0]))
    off = rng.normal(0, rng.choice(CORNERS_OFF), (4, 2)) * unit
    if rng.random() < 0.6:
        for corner in range(4):
            along = corner_axes(quad)[corner, :, 0]
            shift = rng.normal(0, rng.choice(SIDES_OFF)) * np.array([-along[1], along[0]])
            off[corner] += shift
            off[(corner + 1) % 4] += shift
    return np.asarray(quad + off, np.float32)


def about(quad: Floats, true: Floats) -> NDArray[np.float64]:
    """4 x 2: each true corner in the axes of the quad's."""
    return np.stack(
        [
            np.linalg.solve(axes[:, :2], corner - axes[:, 2])
            for axes, corner in zip(corner_axes(quad), true, strict=True)
        ]
    )


if __name__ == "__main__":
    write_samples(Corners, SIZE, ("windows", "places"), ahead=100_000)
