"""JPEG files with any sampling factors, coded here: no encoder at hand writes those that have no name."""

from __future__ import annotations

import struct

import cv2
import numpy as np
from drawn_files import HEIGHT, WIDTH, picture
from numpy.typing import NDArray

Factors = tuple[tuple[int, int], ...]
"""Across and along, for each component."""
_STEP = 3
_AC_SYMBOLS = [0x00, 0xF0, *(run << 4 | size for run in range(16) for size in range(1, 11))]
_ZIGZAG = sorted(
    ((y, x) for y in range(8) for x in range(8)),
    key=lambda p: (p[0] + p[1], p[0] if (p[0] + p[1]) % 2 else p[1]),
)
_WAVES = np.array(
    [
        [np.cos((2 * x + 1) * u * np.pi / 16) / 2 * (np.sqrt(0.5) if u == 0 else 1) for x in range(8)]
        for u in range(8)
    ]
)


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _number(value: int) -> tuple[int, str]:
    """Size and bits of a coefficient."""
    size = abs(value).bit_length()
    return size, format(value if value > 0 else value + (1 << size) - 1, f"0{size}b") if size else ""


def _means(block: NDArray[np.int64], before: int) -> str:
    size, bits = _number(int(block[0]) - before)
    return format(size, "04b") + bits


def _frequencies(block: NDArray[np.int64]) -> str:
    out, run = "", 0
    for value in block[1:]:
        if not value:
            run += 1
            continue
        while run > 15:
            out, run = out + format(_AC_SYMBOLS.index(0xF0), "08b"), run - 16
        size, bits = _number(int(value))
        out, run = out + format(_AC_SYMBOLS.index(run << 4 | size), "08b") + bits, 0
    return out + format(0, "08b") if run else out


def _blocks(plane: NDArray[np.float64], rows: int, columns: int) -> NDArray[np.int64]:
    """rows x columns x 64 in zigzag order."""
    full = (
        np.pad(plane, ((0, 8 * rows - plane.shape[0]), (0, 8 * columns - plane.shape[1])), mode="edge") - 128
    )
    cut = full.reshape(rows, 8, columns, 8).transpose(0, 2, 1, 3)
    waves = np.round(_WAVES @ cut @ _WAVES.T / _STEP).astype(np.int64)
    order = np.array([8 * y + x for y, x in _ZIGZAG])
    return np.asarray(waves.reshape(rows, columns, 64)[..., order])


def _stuffed(bits: str) -> bytes:
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")


def jpeg(factors: Factors, *, interval: int = 0, progressive: bool = False) -> bytes:
    """`picture()` as YCbCr with these sampling factors; restart markers after so many units."""
    across, along = max(f[0] for f in factors), max(f[1] for f in factors)
    units = (-(-HEIGHT // (8 * along)), -(-WIDTH // (8 * across)))
    colours = cv2.cvtColor(picture().astype(np.float32), cv2.COLOR_RGB2YCrCb)[..., [0, 2, 1]].astype(
        np.float64
    )
    colours[..., 1:] += 128 - 0.5
    planes, sizes = [], []
    for number, (h, v) in enumerate(factors):
        size = (-(-WIDTH * h // across), -(-HEIGHT * v // along))
        plane = cv2.resize(colours[..., number], size, interpolation=cv2.INTER_AREA)
        planes.append(_blocks(np.asarray(plane, np.float64), units[0] * v, units[1] * h))
        sizes.append(size)
    frame = struct.pack(">BHHB", 8, HEIGHT, WIDTH, len(factors))
    frame += b"".join(bytes((n + 1, h << 4 | v, 0)) for n, (h, v) in enumerate(factors))
    head = [
        b"\xff\xd8",
        _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"),
        _segment(0xDB, bytes((0,)) + bytes((_STEP,)) * 64),
        _segment(0xC2 if progressive else 0xC0, frame),
        _segment(0xC4, bytes((0, 0, 0, 0, 12, *bytes(12))) + bytes(range(12))),
        _segment(0xC4, bytes((16, *bytes(7), len(_AC_SYMBOLS), *bytes(8))) + bytes(_AC_SYMBOLS)),
    ]
    if interval:
        head.append(_segment(0xDD, struct.pack(">H", interval)))
    ends = (0, 0, 0) if progressive else (0, 63, 0)
    named = b"".join(bytes((n + 1, 0)) for n in range(len(factors)))
    scans = [
        _segment(0xDA, bytes((len(factors),)) + named + bytes(ends))
        + _scan(planes, factors, units, interval, not progressive)
    ]
    for number, (width, height) in enumerate(sizes) if progressive else ():
        rows, columns = -(-height // 8), -(-width // 8)
        blocks = [planes[number][y, x] for y in range(rows) for x in range(columns)]
        most = interval or len(blocks)
        parts = ["".join(map(_frequencies, blocks[i : i + most])) for i in range(0, len(blocks), most)]
        scans.append(_segment(0xDA, bytes((1, number + 1, 0, 1, 63, 0))) + _restarted(parts))
    return b"".join((*head, *scans, b"\xff\xd9"))


def _scan(
    planes: list[NDArray[np.int64]], factors: Factors, units: tuple[int, int], interval: int, whole: bool
) -> bytes:
    parts, bits, before, count = [], "", [0] * len(factors), 0
    for row in range(units[0]):
        for column in range(units[1]):
            if interval and count and count % interval == 0:
                parts.append(bits)
                bits, before = "", [0] * len(factors)
            count += 1
            for number, (h, v) in enumerate(factors):
                for y in range(v):
                    for x in range(h):
                        block = planes[number][row * v + y, column * h + x]
                        bits += _means(block, before[number]) + (_frequencies(block) if whole else "")
                        before[number] = int(block[0])
    return _restarted([*parts, bits])


def _restarted(parts: list[str]) -> bytes:
    marked = [_stuffed(part) + bytes((0xFF, 0xD0 + number % 8)) for number, part in enumerate(parts)]
    return b"".join(marked)[:-2]
