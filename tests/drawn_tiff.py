"""TIFF and BigTIFF files of any kind of samples, written tag by tag."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[Any]
DEFLATE = 8
_CODES = {3: "H", 4: "I", 13: "I", 16: "Q", 5: "II"}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 13: 4, 16: 8}


def packed(samples: Samples, bits: int, order: str, predictor: int) -> bytes:
    """Rows of a strip or tile, H x W x channels, as they are before compression."""
    if predictor == 2:
        samples = np.diff(samples, axis=1, prepend=np.zeros_like(samples[:, :1]))
    if predictor == 3:
        size = samples.dtype.itemsize
        rows = np.ascontiguousarray(samples.astype(samples.dtype.newbyteorder(">"))).view(np.uint8)
        rows = (
            rows.reshape(len(samples), -1, size)
            .transpose(0, 2, 1)
            .reshape(len(samples), -1, samples.shape[2])
        )
        return np.diff(rows, axis=1, prepend=np.zeros_like(rows[:, :1])).tobytes()
    if bits == 8 * samples.dtype.itemsize:
        return samples.astype(f"{order}{samples.dtype.kind}{samples.dtype.itemsize}").tobytes()
    shifts = np.arange(bits)[::-1]
    flat = (samples[..., None] >> shifts & 1).astype(np.uint8).reshape(len(samples), -1)
    return np.packbits(flat, axis=1).tobytes()


def pieces(samples: Samples, rows: int, tile: int, planar: bool) -> list[Samples]:
    """The strips or tiles in order; tiles are filled up at the edges."""
    planes = [samples[..., c : c + 1] for c in range(samples.shape[2])] if planar else [samples]
    if not tile:
        return [plane[top : top + rows] for plane in planes for top in range(0, len(plane), rows)]
    found = []
    for plane in planes:
        high, wide = -len(plane) % tile, -plane.shape[1] % tile
        full = np.pad(plane, ((0, high), (0, wide), (0, 0)))
        found += [
            full[y : y + tile, x : x + tile]
            for y in range(0, len(full), tile)
            for x in range(0, full.shape[1], tile)
        ]
    return found


class Writer:
    """Collects directories; `file` gives the bytes."""

    def __init__(self, order: str = "<", *, big: bool = False) -> None:
        self.order, self.big = order, big
        self.data = bytearray(16 if big else 8)

    def put(self, content: bytes) -> int:
        self.data += bytes(len(self.data) % 2)
        place = len(self.data)
        self.data += content
        return place

    def directory(self, tags: Mapping[int, tuple[int, Any]]) -> tuple[int, int]:
        """Where it begins, and where the offset of the next one stands."""
        offset = "Q" if self.big else "I"
        room = 8 if self.big else 4
        table = struct.pack(self.order + ("Q" if self.big else "H"), len(tags))
        for tag, (kind, value) in sorted(tags.items()):
            content = (
                value
                if isinstance(value, bytes)
                else struct.pack(f"{self.order}{_CODES[kind] * len(value)}", *np.ravel(value).tolist())
                if kind == 5
                else struct.pack(f"{self.order}{len(value)}{_CODES[kind]}", *value)
            )
            count = len(content) // _SIZES[kind]
            held = content.ljust(room, b"\0")
            if len(content) > room:
                held = struct.pack(self.order + offset, self.put(content))
            table += struct.pack(f"{self.order}HH{offset}", tag, kind, count) + held
        start = self.put(table + bytes(room))
        return start, start + len(table)

    def page(
        self,
        samples: Samples,
        photometric: int,
        *,
        bits: int = 0,
        meaning: int = 1,
        compression: int = 1,
        predictor: int = 1,
        planar: bool = False,
        rows: int = 16,
        tile: int = 0,
        tags: Mapping[int, tuple[int, Any]] | None = None,
    ) -> tuple[int, int]:
        """A directory with its samples, H x W x channels."""
        bits = bits or 8 * samples.dtype.itemsize
        parts = [packed(piece, bits, self.order, predictor) for piece in pieces(samples, rows, tile, planar)]
        if compression == DEFLATE:
            parts = [zlib.compress(part) for part in parts]
        places = tuple(self.put(part) for part in parts)
        sizes = tuple(map(len, parts))
        height, width, channels = samples.shape
        long = 16 if self.big else 4
        found: dict[int, tuple[int, Any]] = {
            256: (4, (width,)),
            257: (4, (height,)),
            258: (3, (bits,) * channels),
            259: (3, (compression,)),
            262: (3, (photometric,)),
            277: (3, (channels,)),
            284: (3, (2 if planar else 1,)),
            339: (3, (meaning,) * channels),
        }
        if predictor > 1:
            found[317] = (3, (predictor,))
        if tile:
            found |= {322: (3, (tile,)), 323: (3, (tile,)), 324: (long, places), 325: (long, sizes)}
        else:
            found |= {273: (long, places), 278: (3, (rows,)), 279: (long, sizes)}
        return self.directory(found | dict(tags or {}))

    def file(self, *chain: tuple[int, int]) -> bytes:
        """The bytes, with these directories one behind the other."""
        code = self.order + ("Q" if self.big else "I")
        mark = b"II" if self.order == "<" else b"MM"
        head = mark + struct.pack(self.order + "H", 43 if self.big else 42)
        head += (
            struct.pack(self.order + "HHQ", 8, 0, chain[0][0]) if self.big else struct.pack(code, chain[0][0])
        )
        self.data[: len(head)] = head
        for (_, place), (following, _) in pairwise(chain):
            self.data[place : place + struct.calcsize(code)] = struct.pack(code, following)
        return bytes(self.data)


def tiff(samples: Samples, photometric: int, *, order: str = "<", big: bool = False, **how: Any) -> bytes:
    """A file of one page."""
    writer = Writer(order, big=big)
    return writer.file(writer.page(samples, photometric, **how))
