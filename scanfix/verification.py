"""Is the file that was made what the portal wants? It is decoded and held against every rule.

Nothing of the encoder is trusted or shared: the bytes are read anew, so that a mistake there is
seen here. `legibility_kept` compares the picture before and after.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from scanfix.errors import OutputError
from scanfix.geometry import Size
from scanfix.model import Pixels
from scanfix.profiles import Format, OutputProfile
from scanfix.views import Grey, luma

MIN_LEGIBILITY_KEPT = 0.80
"""Below this share of edge contrast, SF408 is said."""
LEAST_LEGIBILITY_KEPT = 0.12
"""Below it nothing can be read: of seven sample pictures in 2 to 40 KB the 23 results that keep less have a
legibility of at most 20, those that keep more up to 91."""

PIXELS_COMPARED = 4_000_000
TILES_OF_A_PICTURE, TILES_COMPARED = 64, 6
"""The busiest tenth of the picture: there the text is, if there is any."""

LEAST_TILE = 160
"""So that small pictures are compared as a whole."""


MAGIC: dict[Format, bytes] = {"jpg": b"\xff\xd8\xff", "bmp": b"BM"}


def verify(data: bytes, profile: OutputProfile, format: Format) -> Grey:
    """Decode a finished file, hold it against the profile, and give its luma, H x W uint8.

    Raises OutputError "verification_failed" with the rule that is broken.
    """
    _demand(data.startswith(MAGIC[format]) and format in profile.formats, "rule_format")
    decoded = _verify_jpeg(data, profile) if format == "jpg" else _verify_bmp(data)
    size = Size(decoded.shape[1], decoded.shape[0])
    low = profile.least_bytes(size.width, size.height)
    _demand(low <= len(data) <= profile.window.max_bytes, "rule_window")
    _demand(profile.min_width <= size.width <= profile.max_width, "rule_pixels")
    _demand(profile.min_height <= size.height <= profile.max_height, "rule_pixels")
    _demand(not profile.square or size.width == size.height, "rule_square")
    return decoded


def _demand(holds: bool, rule: str) -> None:
    if not holds:
        raise OutputError("verification_failed", rule=rule)


def _verify_jpeg(data: bytes, profile: OutputProfile) -> Grey:
    _demand(data.endswith(b"\xff\xd9"), "rule_trailing")
    frames: list[bytes] = []
    for marker, body in _jpeg_segments(data):
        _demand(not _is_metadata(marker, body), "rule_metadata")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            _demand(marker == 0xC0 or (marker == 0xC2 and profile.progressive), "rule_progressive")
            frames.append(body)
    _demand(len(frames) == 1 and len(frames[0]) >= 6, "rule_whole")
    precision, height, width, components = struct.unpack_from(">BHHB", frames[0])
    _demand(precision == 8 and components == 3, "rule_colour")
    decoded = _strictly_decoded(data)
    _demand(decoded.shape == (height, width), "rule_whole")
    return decoded


def _strictly_decoded(data: bytes) -> Grey:
    try:
        decoded = simplejpeg.decode_jpeg(data, colorspace="GRAY", strict=True)
    except ValueError as error:
        raise OutputError("verification_failed", rule="rule_whole") from error
    return np.asarray(decoded, np.uint8)[..., 0]


def is_sound(data: bytes) -> bool:
    """Whether a strict decoder takes a JPEG too; of a BMP its header and length tell."""
    if not data.startswith(MAGIC["jpg"]):
        return True
    try:
        _strictly_decoded(data)
    except OutputError:
        return False
    return True


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and body of each segment up to the end marker, which must be the last."""
    at = 2
    while data[at : at + 2] != b"\xff\xd9":
        _demand(at + 4 <= len(data) and data[at] == 0xFF, "rule_whole")
        marker, length = data[at + 1], struct.unpack_from(">H", data, at + 2)[0]
        yield marker, data[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == 0xDA:
            following = _MARKER.search(data, at)
            _demand(following is not None, "rule_whole")
            at = following.start() if following else len(data)
    _demand(at + 2 == len(data), "rule_trailing")


# In the data of a scan, 0xFF is followed by 0 or by a restart marker.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


# Tables, restart interval, scans and frames.
_PICTURE = {0xC4, 0xDB, 0xDD, 0xDA, *range(0xC0, 0xD0)} - {0xC8, 0xCC}


def _is_metadata(marker: int, body: bytes) -> bool:
    if marker == 0xE0:
        return not (body.startswith(b"JFIF\0") and len(body) == 14)
    if marker == 0xEE:
        return not (body.startswith(b"Adobe") and len(body) == 12)
    return marker not in _PICTURE


def _verify_bmp(data: bytes) -> Grey:
    _demand(len(data) > 54, "rule_whole")
    byte_count, _, offset, header = struct.unpack_from("<IIII", data, 2)
    width, height, planes, bits, compression = struct.unpack_from("<iiHHI", data, 18)
    _demand(byte_count == len(data), "rule_trailing")
    _demand(header == 40 and planes == 1 and bits in (8, 24) and compression == 0, "rule_format")
    _demand(width > 0 and height > 0, "rule_whole")
    palette = 4 * (struct.unpack_from("<I", data, 46)[0] or 256) if bits == 8 else 0
    _demand(offset == 54 + palette, "rule_metadata")
    _demand(offset + (width * bits + 31) // 32 * 4 * height == len(data), "rule_trailing")
    try:
        with Image.open(io.BytesIO(data), formats=["BMP"]) as image:
            _demand(image.size == (width, height), "rule_whole")
            return np.array(image.convert("L"))
    except (OSError, ValueError, SyntaxError) as error:
        raise OutputError("verification_failed", rule="rule_whole") from error


def legibility_kept(before: Pixels, after: Grey) -> float:
    """Share of the contrast of strong edges that the file keeps: 1 = all, 0 = none.

    `before` is H x W x 3 uint8 RGB; `after` the luma of the file made of it, at any size. The edges of the
    file are projected on those of `before`, both at 4 megapixels or fewer (a page at 200 dots per inch,
    where small print is still read), on the busiest tiles of the picture. What was enlarged is brought back,
    and `before` goes the same way: it costs sharpness that the file has not lost.
    """
    if after.shape != before.shape[:2]:
        grey = luma(before)
        if after.size > grey.size:
            grey = _resized(_resized(grey, after.shape, cv2.INTER_CUBIC), grey.shape, cv2.INTER_AREA)
        before = _scaled(grey, min(1.0, (PIXELS_COMPARED / grey.size) ** 0.5))
        method = cv2.INTER_AREA if after.size > before.size else cv2.INTER_CUBIC
        after = _resized(after, before.shape, method)
    tiles = _busiest(before if before.ndim == 2 else before[..., 1])
    scale = min(1.0, (PIXELS_COMPARED / after.size) ** 0.5)
    a = _detail([_scaled(luma(before[tile]), scale) for tile in tiles])
    b = _detail([_scaled(after[tile], scale) for tile in tiles])
    size = np.abs(a)
    strong = np.flatnonzero(size > max(12.0, 0.3 * _high(size[::4])))
    if len(strong) < 50:
        return 1.0
    x, y = a[strong].astype(np.float32), b[strong].astype(np.float32)
    # Of stripes too fine for the file another pattern may be left, which runs against them.
    return max(0.0, float((x * y).sum() / (x * x).sum()))


def _high(values: NDArray[np.int16]) -> float:
    """All but the highest half per cent are below it."""
    rank = len(values) * 199 // 200
    return float(np.partition(values, rank)[rank])


def _busiest(grey: Grey) -> list[tuple[slice, slice]]:
    """The tiles with the strongest steps between neighbours."""
    height, width = grey.shape
    side = max(LEAST_TILE, round((grey.size / TILES_OF_A_PICTURE) ** 0.5))
    sparse = np.asarray(grey[::4, ::4], np.uint8).copy()
    grid = (max(1, width // side), max(1, height // side))
    busy = np.zeros(grid[::-1], np.uint8)
    if sparse.shape[1] > 1:
        steps = cv2.absdiff(sparse[:, 1:], sparse[:, :-1])
        busy = np.asarray(cv2.resize(steps, grid, interpolation=cv2.INTER_AREA), np.uint8)
    rows, columns = np.unravel_index(np.argsort(-busy, axis=None, kind="stable")[:TILES_COMPARED], busy.shape)
    return [
        (
            slice(r * height // grid[1], (r + 1) * height // grid[1]),
            slice(c * width // grid[0], (c + 1) * width // grid[0]),
        )
        for r, c in zip(rows.tolist(), columns.tolist(), strict=True)
    ]


def _resized(grey: Grey, shape: tuple[int, ...], method: int) -> Grey:
    return np.asarray(cv2.resize(grey, shape[1::-1], interpolation=method), np.uint8)


def _scaled(grey: Grey, scale: float) -> Grey:
    if scale == 1.0:
        return grey
    # Down to half the size no pixel is passed over, and it takes a fifth of the time.
    method = cv2.INTER_LINEAR if scale >= 0.5 else cv2.INTER_AREA
    return np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=method), np.uint8)


def _detail(tiles: list[Grey]) -> NDArray[np.int16]:
    """What differs from the mean around it, of all tiles in one row of values."""
    found = [cv2.subtract(tile, cv2.blur(tile, (9, 9)), dtype=cv2.CV_16S).ravel() for tile in tiles]
    return np.concatenate([np.asarray(values, np.int16) for values in found])
