"""Damage that knows how a file is built: its pieces are harmed, repeated, left out, exchanged and put
together again.

Lengths and checksums are right afterwards, so that the harm reaches what lies behind them. `harmed(data,
dice)` harms one file; `dressed(dice)` draws one with a harmed colour profile, EXIF block or packet of XMP.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from random import Random
from typing import Any

import drawn_files
from PIL import ImageCms

Pieces = list[bytes]
EXTREMES = (
    0,
    1,
    2,
    3,
    7,
    8,
    255,
    256,
    4095,
    32767,
    32768,
    65535,
    65536,
    1 << 24,
    (1 << 31) - 1,
    1 << 31,
    (1 << 32) - 1,
)
_CONTAINERS = {
    b"meta": 4,
    b"iprp": 0,
    b"ipco": 0,
    b"moov": 0,
    b"trak": 0,
    b"mdia": 0,
    b"minf": 0,
    b"stbl": 0,
    b"jp2h": 0,
}
_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)
_DIGITS = re.compile(rb"\d+")


def harmed(data: bytes, dice: Random) -> bytes:
    """The file with one to five of its parts changed, or as it is where its format has no parts known
    here."""
    harm = next((harm for mark, harm in _HARMS if mark(data)), None)
    for _ in range(dice.choice((1, 1, 2, 3, 5)) if harm else 0):
        assert harm is not None
        try:
            data = harm(data, dice)
        except (struct.error, zlib.error, IndexError, ValueError, OverflowError):
            break
    return data


def numbered(content: bytes, dice: Random, order: str | None = None) -> bytes:
    """One number somewhere in it is an extreme one, or a little more or less."""
    if not content:
        return content
    size, code = dice.choice(((1, "B"), (2, "H"), (4, "I")))
    if len(content) < size:
        return content
    at = (
        dice.randrange(len(content) - size + 1) // size * size
        if dice.random() < 0.7
        else dice.randrange(len(content) - size + 1)
    )
    form = (order or dice.choice("<>")) + code
    (value,) = struct.unpack_from(form, content, at)
    most = (1 << 8 * size) - 1
    new = (
        dice.choice(EXTREMES) & most
        if dice.random() < 0.6
        else (value + dice.choice((-2, -1, 1, 2, 16))) & most
    )
    return content[:at] + struct.pack(form, new) + content[at + size :]


def rearranged(pieces: Pieces, dice: Random, order: str) -> Pieces:
    """A piece harmed, repeated, left out, cut, filled or exchanged with another."""
    pieces = list(pieces)
    at = dice.randrange(len(pieces))
    match dice.randrange(10):
        case 0:
            pieces[at:at] = [pieces[at]] * dice.choice((1, 2, 30, 300))
        case 1 if len(pieces) > 1:
            del pieces[at]
        case 2:
            other = dice.randrange(len(pieces))
            pieces[at], pieces[other] = pieces[other], pieces[at]
        case 3:
            pieces[at] = pieces[at][: dice.randrange(len(pieces[at]) + 1)]
        case 4:
            pieces[at] += bytes(dice.choice((1, 4, 100, 5000)))
        case _:
            pieces[at] = numbered(pieces[at], dice, order)
    return pieces


def _png(data: bytes, dice: Random) -> bytes:
    pieces, at = [], 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        pieces.append(data[at + 4 : at + 8 + length])
        at += 12 + length
    packed = next((i for i, piece in enumerate(pieces) if piece[:4] == b"IDAT"), None)
    if packed is not None and dice.random() < 0.1:
        body = zlib.decompressobj().decompress(pieces[packed][4:], 1 << 20)
        pieces[packed] = b"IDAT" + zlib.compress(numbered(body, dice))
    else:
        pieces = rearranged(pieces, dice, ">")
    return data[:8] + b"".join(drawn_files.png_chunk(piece[:4].ljust(4, b"x"), piece[4:]) for piece in pieces)


def _jpeg(data: bytes, dice: Random) -> bytes:
    pieces, at = [], 2
    while (found := _MARKER.search(data, at)) is not None and data[found.end() - 1] != 0xD9:
        start = found.end()
        (length,) = struct.unpack_from(">H", data, start)
        following = _MARKER.search(data, start + length)
        at = following.start() if following else len(data)
        pieces.append(data[start - 1 : start] + struct.pack(">H", length) + data[start + 2 : at])
    pieces = rearranged(pieces, dice, ">")
    parts = []
    for piece in pieces:
        # Of a scan, whose codes follow, the length stays; of all others it is what there is.
        body = piece[3:] if piece[:1] != b"\xda" else piece[1:]
        length = b"" if piece[:1] == b"\xda" else struct.pack(">H", min(len(body) + 2, 65535))
        parts.append(b"\xff" + piece[:1] + length + body)
    return b"\xff\xd8" + b"".join(parts) + b"\xff\xd9"


def _riff(data: bytes, dice: Random) -> bytes:
    pieces, at = [], 12
    while at + 8 <= len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        pieces.append(data[at : at + 4] + data[at + 8 : at + 8 + length])
        at += 8 + length + (length & 1)
    parts = [
        piece[:4].ljust(4) + struct.pack("<I", max(0, len(piece) - 4)) + piece[4:] + bytes(len(piece) & 1)
        for piece in rearranged(pieces, dice, "<")
    ]
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _boxes(data: bytes, dice: Random) -> bytes:
    pieces, at = [], 0
    while at + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        length = length if length >= 8 else len(data) - at
        pieces.append(data[at + 4 : at + length])
        at += length
    inside = [i for i, piece in enumerate(pieces) if piece[:4] in _CONTAINERS]
    if inside and dice.random() < 0.8:
        chosen = dice.choice(inside)
        lead = 4 + _CONTAINERS[pieces[chosen][:4]]
        pieces[chosen] = pieces[chosen][:lead] + _boxes(pieces[chosen][lead:], dice)
    elif pieces:
        pieces = rearranged(pieces, dice, ">")
    return b"".join(struct.pack(">I", len(piece) + 4) + piece for piece in pieces)


def _codestream(data: bytes, dice: Random) -> bytes:
    """A number in the segments before the first tile part, behind whatever is around the stream."""
    start = data.index(b"\xff\x4f\xff\x51")
    end = data.find(b"\xff\x93", start)
    return data[: start + 6] + numbered(data[start + 6 : end], dice, ">") + data[end:]


def _tiff(data: bytes, dice: Random) -> bytes:
    """A field of an entry of the first directory."""
    order = "<" if data[:2] == b"II" else ">"
    is_big = data[2:4] in (b"\x2b\x00", b"\x00\x2b")
    code, entry = ("Q", 20) if is_big else ("H", 12)
    (start,) = struct.unpack_from(order + ("Q" if is_big else "I"), data, 8 if is_big else 4)
    (count,) = struct.unpack_from(order + code, data, start)
    at = start + struct.calcsize(code) + entry * dice.randrange(max(1, min(count, 60)))
    if dice.random() < 0.1:
        return data[:start] + numbered(data[start : start + 8], dice, order) + data[start + 8 :]
    place, size, form = dice.choice(
        ((0, 2, "H"), (2, 2, "H"), (4, 4, "I"), (8, 2, "H"), (8, 4, "I"), (8, 2, "H"))
    )
    if is_big and place == 8:
        place = 12
    value = dice.choice(EXTREMES) & ((1 << 8 * size) - 1) if dice.random() < 0.6 else dice.randrange(40)
    return data[: at + place] + struct.pack(order + form, value) + data[at + place + size :]


def _bmp(data: bytes, dice: Random) -> bytes:
    """A number of the header, or one of the rows."""
    end = 14 + min(int.from_bytes(data[14:18], "little"), 124)
    if dice.random() < 0.2:
        return data[:end] + numbered(data[end:], dice, "<")
    return data[:10] + numbered(data[10:end], dice, "<") + data[end:]


def _gif(data: bytes, dice: Random) -> bytes:
    place = data.find(b"\x2c", 13)
    if place > 0 and dice.random() < 0.5:
        return data[:place] + numbered(data[place : place + 12], dice, "<") + data[place + 12 :]
    return data[:6] + numbered(data[6:40], dice, "<") + data[40:]


def _pdf(data: bytes, dice: Random) -> bytes:
    """A number somewhere between the streams, or one object more than once."""
    found = list(_DIGITS.finditer(data[: 1 << 16]))
    if not found:
        return data
    place = dice.choice(found)
    return data[: place.start()] + str(dice.choice(EXTREMES)).encode() + data[place.end() :]


_HARMS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes, Random], bytes]], ...] = (
    (lambda data: data.startswith(b"\x89PNG"), _png),
    (lambda data: data.startswith(b"\xff\xd8"), _jpeg),
    (lambda data: data.startswith(b"RIFF"), _riff),
    (lambda data: b"\xff\x4f\xff\x51" in data[:200], _codestream),
    (lambda data: data[4:8] in (b"ftyp", b"jP  "), _boxes),
    (lambda data: data[:2] in (b"II", b"MM"), _tiff),
    (lambda data: data.startswith(b"BM"), _bmp),
    (lambda data: data.startswith(b"GIF8"), _gif),
    (lambda data: b"%PDF-" in data[:1024], _pdf),
)


def profile(dice: Random) -> bytes:
    """A colour profile, its tags harmed."""
    made = ImageCms.ImageCmsProfile(
        ImageCms.createProfile(dice.choice(("sRGB", "sRGB", "LAB", "XYZ")))
    ).tobytes()
    (count,) = struct.unpack_from(">I", made, 128)
    tags = [struct.unpack_from(">4sII", made, 132 + 12 * i) for i in range(count)]
    pieces = [name + made[start : start + length] for name, start, length in tags]
    for _ in range(dice.choice((0, 1, 1, 2, 4))):
        match dice.randrange(4):
            case 0:
                pieces.append(
                    dice.choice((b"D2B0", b"A2B0", b"B2D0", b"cicp", b"rTRC", b"A2B1")) + _elements(dice)
                )
            case 1:
                pieces.append(dice.choice((b"A2B0", b"rTRC", b"kTRC")) + _table(dice))
            case _:
                pieces = rearranged(pieces, dice, ">")
    head, body = made[:128], b""
    if dice.random() < 0.3:
        head = numbered(head, dice, ">")
    table, start = struct.pack(">I", len(pieces)), 132 + 12 * len(pieces)
    for piece in pieces:
        table += struct.pack(">4sII", piece[:4].ljust(4), start + len(body), max(0, len(piece) - 4))
        body += piece[4:] + bytes(-len(piece) % 4)
    out = head + table + body
    return struct.pack(">I", len(out)) + out[4:]


def _elements(dice: Random) -> bytes:
    count = dice.choice((0, 1, 3, 9, 100, 1000))
    matrix = (
        b"matf"
        + bytes(4)
        + struct.pack(">HH", 3, 3)
        + struct.pack(">12f", *(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0))
    )
    places = b"".join(struct.pack(">II", 16 + 8 * count, len(matrix)) for _ in range(count))
    return b"mpet" + bytes(4) + struct.pack(">HHI", 3, 3, count) + places + numbered(matrix, dice, ">")


def _table(dice: Random) -> bytes:
    if dice.random() < 0.5:
        return (
            b"curv"
            + bytes(4)
            + struct.pack(">I", dice.choice((0, 1, 2, 4096, 1 << 20)))
            + bytes(dice.randrange(5000))
        )
    grid = dice.choice((2, 9, 33, 255))
    head = (
        b"mft1"
        + bytes(4)
        + bytes((3, 3, grid, 0))
        + struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    )
    return head + bytes(768) + bytes(min(3 * grid**3, 100_000)) + bytes(768)


def exif(dice: Random) -> bytes:
    """An EXIF block of a few directories, its numbers harmed."""
    order = dice.choice("<>")
    entries = [
        (0x0112, 3, 1, dice.randrange(12)),
        (0x8769, 4, 1, 60),
        (0x011A, 5, 1, 40),
        (0x8825, 4, 1, dice.randrange(90)),
    ]
    block = (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", 42, 8, len(entries))
    block += b"".join(struct.pack(order + "HHII", *entry) for entry in entries) + bytes(200)
    for _ in range(dice.randrange(4)):
        block = numbered(block, dice, order)
    return b"Exif\x00\x00" + block


def dressed(dice: Random) -> bytes:
    """The picture with a harmed profile, EXIF block or XMP, in a format that carries it."""
    name = dice.choice(("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "JPEG", "PNG"))
    mode = dice.choice(("RGB", "RGB", "L", "RGBA" if name in ("PNG", "WEBP", "AVIF", "TIFF") else "CMYK"))
    if name in ("WEBP", "AVIF") and mode == "L":
        mode = "RGB"
    options: dict[str, Any] = {}
    if dice.random() < 0.7:
        options["icc_profile"] = profile(dice)
    if dice.random() < 0.4 and name not in ("TIFF", "AVIF"):
        options["exif"] = exif(dice)
    if dice.random() < 0.2 and name in ("JPEG", "WEBP"):
        options["xmp"] = b"<x:xmpmeta>" + bytes(dice.choice((0, 10, 60_000)))
    data = drawn_files.saved(name, mode, **options)
    if name == "PNG" and dice.random() < 0.5:
        for kind, length in ((b"gAMA", 4), (b"cHRM", 32), (b"cICP", 4), (b"pHYs", 9), (b"sRGB", 1)):
            if dice.random() < 0.4:
                content = bytes(dice.choice((0, 1, 9, 12, 16, 18, 255)) for _ in range(length))
                data = drawn_files.with_png_chunk(data, kind, content)
    return data
