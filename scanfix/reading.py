"""What is written on the document? An OCR engine reads it: extra `ocr`, offline, its models in its wheel.

The engine (RapidOCR with the PP-OCRv6 small models on onnxruntime) finds the lines and reads each. It reads
letters that stand the right way only, so how the picture lies follows from which way its lines can be read:
the widest lines are tried upside down and mirrored where they are read badly as they stand. That costs a
fraction of a second, and only where it is needed.

Nothing read here is logged. One engine a process, loaded at the first photo that is to be read.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.documents.lines import TextLine
from scanfix.errors import MissingExtraError
from scanfix.geometry import TURNS, Turn, turned_point
from scanfix.installation import variable_kept
from scanfix.model import Pixels

Boxes = NDArray[np.float32]
"""N x 4 x 2, corners clockwise from the top left, pixels of the view."""

Points = NDArray[np.float64]

NEEDED = ("rapidocr", "onnxruntime")
DET_MODEL, REC_MODEL = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"


class ReadParams:
    """Tuning. The sides of a card cost 0.45 s and of a page 0.9 s of one core to find its lines."""

    card_side: int = 736
    page_side: int = 960
    """Longer side of the picture in which lines are searched; they are read at full size."""
    card_aspect: float = 1.5
    well: float = 0.93
    """Mean score of the widest lines from which no other way is tried."""
    tried: int = 4
    """Lines that are tried the other ways."""
    longest: float = 16.0
    """Times as long as high; longer lines are tried last."""
    turned_from: float = 0.85
    """Least mean score of another way, and by how much it must beat the one that stands."""
    turned_lead: float = 0.12
    least_lines: int = 3
    """From so many lines on it is told how the picture lies."""
    least_height: int = 6
    """Pixels; lower lines cannot be read."""


ENGINE_LOCK = threading.Lock()


class Way(NamedTuple):
    """How a crop of a line must be changed to be read."""

    over: bool
    """Turned by 180 degrees."""
    mirrored: bool


WAYS = (Way(False, False), Way(True, False), Way(False, True), Way(True, True))


@dataclass(frozen=True, slots=True)
class ReadPicture:
    """What was read, and how the picture lies."""

    lines: tuple[TextLine, ...]
    """In the picture turned upright."""
    degrees: Turn = 0
    """Clockwise, by which the picture must be turned to be read; after mirroring it, where it is mirrored."""
    mirrored: bool = False
    lead: float = 0.0
    """By how much the way it was read beats the best of the others; 0 where none was tried."""
    quality: float = 0.0
    """Mean score of the widest lines, 0..1."""


def is_available() -> bool:
    """Whether the extra is installed; nothing is loaded."""
    return all(find_spec(name) is not None for name in NEEDED)


def read_picture(pixels: Pixels, most_lines: int | None = None) -> ReadPicture:
    """The lines of H x W x 3 RGB uint8, the document alone; none where there are more than `most_lines`.

    Raises MissingExtraError without the extra.
    """
    height, width = pixels.shape[:2]
    card = max(height, width) / min(height, width) >= ReadParams.card_aspect
    boxes = find_lines(pixels, ReadParams.card_side if card else ReadParams.page_side)
    boxes = boxes[_sides(boxes).min(axis=1) >= ReadParams.least_height]
    if not len(boxes) or (most_lines is not None and len(boxes) > most_lines):
        return ReadPicture(())
    lengths, stand = _sides(boxes).max(axis=1), _stand(boxes)
    crops = [_crop(pixels, box, stands) for box, stands in zip(boxes, stand, strict=True)]
    # Most of the text, by its length, runs along the rows.
    upright = bool(lengths[~stand].sum() >= lengths[stand].sum())
    way, lead, quality, known = _way(crops, np.flatnonzero(stand != upright).tolist())
    others = [i for i in range(len(crops)) if i not in known]
    known |= zip(others, read_crops([_changed(crops[i], way) for i in others]), strict=True)
    read = [known[i] for i in range(len(crops))]
    degrees = _degrees(upright, way)
    lines = _lines(boxes, read, (width, height), degrees, way.mirrored)
    return ReadPicture(lines, degrees, way.mirrored, lead, quality)


def find_lines(pixels: Pixels, side: int) -> Boxes:
    """Where lines of text are."""
    height, width = pixels.shape[:2]
    scale = min(1.0, side / max(height, width))
    small = pixels
    if scale < 1:
        size = max(32, round(width * scale)), max(32, round(height * scale))
        small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    with ENGINE_LOCK:
        found = _engine().text_det(np.ascontiguousarray(small[..., ::-1]))
    if found.boxes is None or not len(found.boxes):
        return np.empty((0, 4, 2), np.float32)
    shrunk = np.array([width / small.shape[1], height / small.shape[0]], np.float32)
    return np.asarray(np.asarray(found.boxes, np.float32) * shrunk, np.float32)


def read_crops(crops: Sequence[Pixels]) -> list[tuple[str, float]]:
    """Text and score 0..1 of each line."""
    if not crops:
        return []
    with ENGINE_LOCK:
        found = _engine().recognize_txt([np.ascontiguousarray(crop[..., ::-1]) for crop in crops])
    return [(str(text), float(score)) for text, score in zip(found.txts, found.scores, strict=True)]


@cache
def _engine() -> Any:
    """The engine with its own two models; the paths are given, so that it never looks for others."""
    if not is_available():
        raise MissingExtraError("missing_reader", extra="ocr")
    with unobserved():
        import onnxruntime  # noqa: F401 - before the engine imports it
    import rapidocr

    models = Path(str(rapidocr.__file__)).parent / "models"
    engine: Any = rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.model_path": str(models / DET_MODEL),
            "Det.limit_type": "max",
            "Det.limit_side_len": 2000,
            "Rec.model_path": str(models / REC_MODEL),
        }
    )
    engine._load_det_model()
    engine._load_rec_model()
    return engine


@contextlib.contextmanager
def unobserved() -> Iterator[None]:
    """Imported within it, ONNX Runtime sends nothing.

    From 1.32 on it tells its maker of each run, unless this variable is set then, and keeps a number of the
    device in the home folder.
    """
    with variable_kept("ORT_DISABLE_TELEMETRY"):
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        yield


def _sides(boxes: Boxes) -> NDArray[np.float32]:
    """N x 2: how long the two sides of each are."""
    return np.asarray(np.linalg.norm(np.roll(boxes, -1, axis=1) - boxes, axis=2)[:, :2], np.float32)


def _stand(boxes: Boxes) -> NDArray[np.bool_]:
    """Which lines run down the picture: from 1.5 times as high as wide, as the engine itself has it."""
    widths, heights = (np.linalg.norm(boxes[:, i] - boxes[:, 0], axis=1) for i in (1, 3))
    return np.asarray(heights >= 1.5 * widths, np.bool_)


def _crop(pixels: Pixels, box: Boxes, stands: bool) -> Pixels:
    """The line, straight; one that runs down is turned anticlockwise."""
    width = max(4, round(max(np.linalg.norm(box[1] - box[0]), np.linalg.norm(box[2] - box[3]))))
    height = max(4, round(max(np.linalg.norm(box[3] - box[0]), np.linalg.norm(box[2] - box[1]))))
    goal = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(np.asarray(box, np.float32), goal)
    crop = cv2.warpPerspective(
        pixels, warp, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(np.rot90(crop) if stands else crop, np.uint8)


def _changed(crop: Pixels, way: Way) -> Pixels:
    turned = crop[::-1, ::-1] if way.over else crop
    return turned[:, ::-1] if way.mirrored else turned


def _mean(read: Sequence[tuple[str, float]]) -> float:
    """Mean score, lines weighing as their letters do."""
    weights = [max(1, len(text)) for text, _ in read]
    return sum(w * score for w, (_, score) in zip(weights, read, strict=True)) / max(1, sum(weights))


def _way(
    crops: Sequence[Pixels], along: Sequence[int]
) -> tuple[Way, float, float, dict[int, tuple[str, float]]]:
    """The way that the lines are read, its lead over the others, its quality, and what was read for that.

    Only lines that run `along` with most of the text are asked: an open passport has a page of each kind.
    """
    sample = _sample(crops, along)
    read: dict[Way, list[tuple[str, float]]] = {}
    scores: dict[Way, float] = {}
    for way in WAYS:
        read[way] = read_crops([_changed(crops[i], way) for i in sample])
        scores[way] = _mean(read[way])
        if scores[way] >= ReadParams.well and (
            way == WAYS[0] or scores[way] - scores[WAYS[0]] >= ReadParams.turned_lead
        ):
            break
    best, *others = sorted(scores, key=lambda way: -scores[way])
    lead = scores[best] - scores[others[0]] if others else 0.0
    if best != WAYS[0] and (scores[best] < ReadParams.turned_from or lead < ReadParams.turned_lead):
        best, lead = WAYS[0], 0.0
    return best, lead, scores[best], dict(zip(sample, read[best], strict=True))


def _sample(crops: Sequence[Pixels], along: Sequence[int]) -> list[int]:
    """The longest lines that are no longer than a sentence: a machine-readable zone is fillers both ways."""
    shapes = [crop.shape[1] / crop.shape[0] for crop in crops]
    order = sorted(along, key=lambda i: (shapes[i] > ReadParams.longest, -shapes[i]))
    return order[: ReadParams.tried]


def _degrees(upright: bool, way: Way) -> Turn:
    """Clockwise, for the picture, mirrored back where it is mirrored."""
    if upright:
        return 180 if way.over else 0
    # Crops that run down were turned anticlockwise to be read: by 270 degrees clockwise.
    return 90 if way.over != way.mirrored else 270


def _lines(
    boxes: Boxes,
    read: Sequence[tuple[str, float]],
    size: tuple[int, int],
    degrees: Turn,
    mirrored: bool,
) -> tuple[TextLine, ...]:
    """The lines with their places in the picture set right, from the top."""
    placed = _placed(boxes, size, degrees, mirrored)
    low, high = placed.min(axis=1), placed.max(axis=1)
    found = [
        TextLine(text.strip(), score, (float(a[0]), float(a[1]), float(b[0]), float(b[1])))
        for (text, score), a, b in zip(read, low, high, strict=True)
        if text.strip()
    ]
    return tuple(sorted(found, key=lambda line: (line.middle, line.box[0])))


def as_it_lies(points: Points, size: tuple[int, int], picture: ReadPicture) -> Points:
    """Points of the lines of this picture, N x 2, where they are in the view of this width and height."""
    turned = size if picture.degrees in (0, 180) else size[::-1]
    back = TURNS[-picture.degrees // 90 % 4]
    lying = np.array([turned_point((x, y), turned, back) for x, y in points.tolist()])
    if picture.mirrored:
        lying[:, 0] = size[0] - lying[:, 0]
    return lying


def _placed(boxes: Boxes, size: tuple[int, int], degrees: Turn, mirrored: bool) -> Boxes:
    """Corners in the picture mirrored back, then turned."""
    corners = [(size[0] - x if mirrored else x, y) for x, y in boxes.reshape(-1, 2).tolist()]
    placed = np.array([turned_point(corner, size, degrees) for corner in corners], np.float32)
    return placed.reshape(boxes.shape)
