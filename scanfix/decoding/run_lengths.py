"""What do the run lengths of a BMP spell? RLE8, RLE4 and the RLE24 of OS/2.

Runs between two escapes are spelt out at once, so that the time goes by the bytes of the file.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scanfix.decoding.colour_space import Codes
from scanfix.decoding.stored import check_segments

_END_OF_LINE, _END_OF_PICTURE, _DELTA = 0, 1, 2
_MOST_ESCAPES = 2_000_000
"""Some seconds, and 4 MB of nothing else."""


class Spelt(NamedTuple):
    """Rows as they lie in the file: H x W codes, or H x W x 3 blue, green, red."""

    rows: Codes
    whole: bool


def decode_run_lengths(data: bytes, start: int, width: int, height: int, bits: int) -> Spelt:
    """Raises InputError: metadata_bomb. What no run reaches has the code 0."""
    if bits == 24:
        return _of_three(data, start, width, height)
    rows = np.zeros((height, width), np.uint8)
    raw = np.frombuffer(data, np.uint8)[start:]
    pairs = raw[: len(raw) // 2 * 2].reshape(-1, 2)
    escapes = np.flatnonzero(pairs[:, 0] == 0)
    at = x = y = count = 0
    while y < height:
        place = int(np.searchsorted(escapes, at))
        if place == len(escapes):
            _write(rows, x, y, _runs(pairs[at:], bits, width - x))
            # Only the mark at the end is missing, where the last row is full.
            return Spelt(rows, whole=y == height - 1 and int(pairs[at:, 0].sum()) >= width - x)
        escape = int(escapes[place])
        x = _write(rows, x, y, _runs(pairs[at:escape], bits, width - x))
        kind, at = int(pairs[escape, 1]), escape + 1
        count += 1
        check_segments(count, _MOST_ESCAPES)
        if kind == _END_OF_PICTURE:
            break
        if kind == _END_OF_LINE:
            x, y = 0, y + 1
        elif kind == _DELTA:
            if at >= len(pairs):
                return Spelt(rows, whole=False)
            x, y = min(width, x + int(pairs[at, 0])), y + int(pairs[at, 1])
            at += 1
        else:
            size = kind if bits == 8 else (kind + 1) // 2
            literal = pairs[at : at + (size + 1) // 2].ravel()[:size]
            if len(literal) < size:
                return Spelt(rows, whole=False)
            codes = literal if bits == 8 else np.stack([literal >> 4, literal & 15], axis=-1).ravel()
            x = _write(rows, x, y, codes[:kind])
            at += (size + 1) // 2
    return Spelt(rows, whole=True)


def _write(rows: Codes, x: int, y: int, codes: Codes) -> int:
    """What does not fit into the row is left out, as Windows does."""
    codes = codes[: rows.shape[1] - x]
    rows[y, x : x + len(codes)] = codes
    return x + len(codes)


def _runs(pairs: Codes, bits: int, room: int) -> Codes:
    """The codes of some runs, no more than there is room for."""
    counts = np.minimum(pairs[:, 0].astype(np.int64), room)
    last = int(np.searchsorted(counts.cumsum(), room)) + 1
    counts, values = counts[:last], pairs[:last, 1]
    codes: Codes = np.repeat(values, counts)
    if bits == 8:
        return codes
    # Two codes in turn; each run begins with the high one.
    begins = np.repeat(counts.cumsum() - counts, counts)
    is_low = (np.arange(len(codes)) - begins) & 1 == 1
    return np.where(is_low, codes & 15, codes >> 4)


def _of_three(data: bytes, at: int, width: int, height: int) -> Spelt:
    """RLE24: a count and three bytes, escapes as in RLE8."""
    rows = np.zeros((height, width, 3), np.uint8)
    x = y = steps = 0
    while y < height:
        steps += 1
        check_segments(steps, _MOST_ESCAPES)
        if at + 2 > len(data):
            return Spelt(rows, whole=False)
        count, kind = data[at], data[at + 1]
        if count:
            rows[y, x : x + count] = np.frombuffer(data[at + 1 : at + 4].ljust(3, b"\0"), np.uint8)
            x, at = min(width, x + count), at + 4
            continue
        at += 2
        if kind == _END_OF_PICTURE:
            break
        if kind == _END_OF_LINE:
            x, y = 0, y + 1
        elif kind == _DELTA:
            step = data[at : at + 2].ljust(2, b"\0")
            x, y, at = min(width, x + step[0]), y + step[1], at + 2
        else:
            literal = np.frombuffer(data[at : at + 3 * kind], np.uint8)
            literal = literal[: len(literal) // 3 * 3].reshape(-1, 3)[: width - x]
            rows[y, x : x + len(literal)] = literal
            x, at = x + len(literal), at + 3 * kind + (kind & 1)
    return Spelt(rows, whole=True)
