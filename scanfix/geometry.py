"""Sizes, rectangles and quadrilaterals: numbers only, no pixels.

Coordinates are pixels of the upright picture, x to the right, y down, the origin at the
outer corner of the top left pixel; a picture of width W ends at x = W.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Point = tuple[float, float]
Side = Literal["top", "right", "bottom", "left"]
SIDES: tuple[Side, ...] = ("top", "right", "bottom", "left")
Turn = Literal[0, 90, 180, 270]
"""Degrees clockwise."""
TURNS: tuple[Turn, ...] = (0, 90, 180, 270)
ROWS, COLUMNS = ("upper", "middle", "lower"), ("left", "centre", "right")
"""Of the nine places of a picture, called `upper_left` to `lower_right`."""


def turned_side(side: Side, turn: Turn) -> Side:
    """Where that side of a picture is once it has been turned."""
    return SIDES[(SIDES.index(side) + turn // 90) % len(SIDES)]


def turned_place(place: str, turn: Turn) -> str:
    """Where that one of nine places is once the picture has been turned; any other word stays as it is."""
    row, _, column = place.partition("_")
    if row not in ROWS or column not in COLUMNS:
        return place
    down, across = ROWS.index(row), COLUMNS.index(column)
    for _ in range(turn // 90):
        down, across = across, 2 - down
    return f"{ROWS[down]}_{COLUMNS[across]}"


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    @property
    def pixel_count(self) -> int:
        return self.width * self.height

    @property
    def diagonal(self) -> float:
        return math.hypot(self.width, self.height)

    def scaled(self, scale: float) -> Size:
        """Both sides times `scale`, rounded, never below one pixel."""
        return Size(max(1, round(self.width * scale)), max(1, round(self.height * scale)))


def turned_point(point: Point, size: tuple[float, float], turn: Turn) -> Point:
    """Where a point of a picture of that width and height is once the picture has been turned."""
    (x, y), (width, height) = point, size
    return {0: (x, y), 90: (height - y, x), 180: (width - x, height - y), 270: (y, width - x)}[turn]


@dataclass(frozen=True, slots=True)
class Rect:
    """Upright rectangle: top left corner and extent, in whole pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)

    @property
    def corners(self) -> tuple[Point, Point, Point, Point]:
        """Clockwise from the top left."""
        right, bottom = float(self.x + self.width), float(self.y + self.height)
        return (self.x, self.y), (right, self.y), (right, bottom), (self.x, bottom)

    def scaled(self, scale_x: float, scale_y: float) -> Rect:
        """The smallest rectangle of whole pixels around this one times a factor on each axis."""
        x, y = math.floor(self.x * scale_x), math.floor(self.y * scale_y)
        right, bottom = (self.x + self.width) * scale_x, (self.y + self.height) * scale_y
        return Rect(x, y, math.ceil(right - 1e-6) - x, math.ceil(bottom - 1e-6) - y)

    def to_list(self) -> list[int]:
        return [self.x, self.y, self.width, self.height]


@dataclass(frozen=True, slots=True)
class Quad:
    """Four corners, clockwise from the top left as the picture stands; they may lie outside the frame."""

    corners: tuple[Point, Point, Point, Point]

    @classmethod
    def of(cls, points: Iterable[Sequence[float]]) -> Quad:
        """Any four corners of a convex quadrilateral, put into the order that a Quad keeps."""
        corners = [(float(p[0]), float(p[1])) for p in points]
        if len(corners) != 4:
            raise ValueError(f"a quadrilateral has four corners, not {len(corners)}")
        cx, cy = sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4
        # With y down, a growing angle runs clockwise.
        corners.sort(key=lambda p: math.atan2(p[1] - cy, p[0] - cx))
        first = min(range(4), key=lambda i: (corners[i][0] + corners[i][1], corners[i][1]))
        a, b, c, d = corners[first:] + corners[:first]
        return cls((a, b, c, d))

    @classmethod
    def frame(cls, size: Size) -> Quad:
        """The whole picture."""
        w, h = float(size.width), float(size.height)
        return cls(((0.0, 0.0), (w, 0.0), (w, h), (0.0, h)))

    def sides(self) -> dict[Side, tuple[Point, Point]]:
        """The two ends of each side, clockwise."""
        a, b, c, d = self.corners
        return {"top": (a, b), "right": (b, c), "bottom": (c, d), "left": (d, a)}

    def side_lengths(self) -> dict[Side, float]:
        return {side: math.dist(*ends) for side, ends in self.sides().items()}

    @property
    def area(self) -> float:
        """Shoelace area in square pixels."""
        return 0.5 * abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in self.sides().values()))

    @property
    def is_convex(self) -> bool:
        """Every corner turns the same way; false for crossing, flat and non-finite ones."""
        p = self.corners
        turns = [
            (p[(i + 1) % 4][0] - p[i][0]) * (p[(i + 2) % 4][1] - p[(i + 1) % 4][1])
            - (p[(i + 1) % 4][1] - p[i][1]) * (p[(i + 2) % 4][0] - p[(i + 1) % 4][0])
            for i in range(4)
        ]
        return all(0 < turn < math.inf for turn in turns)

    @property
    def size(self) -> tuple[float, float]:
        """Mean width and mean height, by the lengths of opposite sides."""
        lengths = self.side_lengths()
        return (lengths["top"] + lengths["bottom"]) / 2, (lengths["left"] + lengths["right"]) / 2

    @property
    def diagonal(self) -> float:
        """Mean length of the two diagonals."""
        a, b, c, d = self.corners
        return (math.dist(a, c) + math.dist(b, d)) / 2

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        xs, ys = zip(*self.corners, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    def scaled(self, scale_x: float, scale_y: float | None = None) -> Quad:
        """Corners times a factor on each axis."""
        sy = scale_x if scale_y is None else scale_y
        a, b, c, d = ((x * scale_x, y * sy) for x, y in self.corners)
        return Quad((a, b, c, d))

    def moved(self, x: float, y: float) -> Quad:
        a, b, c, d = ((px + x, py + y) for px, py in self.corners)
        return Quad((a, b, c, d))

    def to_list(self) -> list[list[float]]:
        return [[round(x, 1), round(y, 1)] for x, y in self.corners]
