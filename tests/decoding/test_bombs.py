"""What a small file costs is bounded before its decoder runs, by what is coded in it."""

from __future__ import annotations

import struct
import tracemalloc

import drawn_files
import numpy as np
import pytest
from drawn_files import picture, saved
from PIL import Image

from scanfix.decoding import decode
from scanfix.errors import InputError
from scanfix.limits import UPLOAD_LIMITS, Limits


def codestream(
    size: tuple[int, int],
    tile: tuple[int, int],
    *,
    components: int = 1,
    levels: int = 0,
    precinct: int | None = None,
    block: int = 4,
) -> bytes:
    """The head of a JPEG 2000 and one empty tile part."""
    frame = struct.pack(">H8IH", 0, *size, 0, 0, *tile, 0, 0, components) + bytes((7, 1, 1)) * components
    style = bytes((precinct is not None, 0, 0, 1, 0, levels, block, block, 0, 1))
    style += bytes([precinct] * (levels + 1)) if precinct is not None else b""
    steps = bytes((0x40,)) * (3 * levels + 2)
    segments = b"".join(
        struct.pack(">HH", marker, len(body) + 2) + body
        for marker, body in ((0xFF51, frame), (0xFF52, style), (0xFF5C, steps))
    )
    part = struct.pack(">HHHIBB", 0xFF90, 10, 0, 15, 0, 1) + b"\xff\x93\x80"
    return b"\xff\x4f" + segments + part + b"\xff\xd9"


@pytest.mark.parametrize(
    "data",
    [
        codestream((255, 257), (1, 1)),
        codestream((255, 257), (1, 1), components=3),
        codestream((3000, 3000), (3000, 3000), levels=5, precinct=0x11),
        codestream((7000, 7000), (7000, 7000), levels=5, block=0),
        codestream((7000, 7000), (7000, 7000), components=3, levels=5),
        codestream((1000, 1000), (1000, 1000), components=4, precinct=0x00),
    ],
    ids=["tiles", "tiles of three", "precincts", "blocks", "pixels", "precincts of one"],
)
def test_a_jpeg_2000_that_takes_more_than_its_bytes_promise_is_refused(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        decode(data, limits=UPLOAD_LIMITS)
    assert caught.value.code == "memory"


def test_a_jpeg_2000_of_many_channels_is_refused_by_name() -> None:
    with pytest.raises(InputError) as caught:
        decode(codestream((100, 100), (100, 100), components=250), limits=UPLOAD_LIMITS)
    assert caught.value.code in ("unsupported_format", "memory")


@pytest.mark.parametrize(
    "options", [{}, {"tile_size": (32, 32)}, {"num_resolutions": 3, "precinct_size": (64, 64)}]
)
def test_an_honest_jpeg_2000_is_read(options: dict[str, object]) -> None:
    assert np.abs(decode(saved("JPEG2000", **options)).pixels.astype(int) - picture()).mean() < 2  # type: ignore[arg-type]


def chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) & 1)


def animation(canvas: tuple[int, int], frame: Image.Image, left: int = 0, top: int = 0) -> bytes:
    """A WebP of one frame on a canvas."""
    still = drawn_files.encoded(frame, "WEBP", lossless=True, exact=True)
    bitmap = still[still.index(b"VP8L") :]
    sizes = [
        value.to_bytes(3, "little") for value in (left // 2, top // 2, frame.width - 1, frame.height - 1)
    ]
    head = bytes((2 | 16, 0, 0, 0)) + b"".join((side - 1).to_bytes(3, "little") for side in canvas)
    parts = (
        chunk(b"VP8X", head) + chunk(b"ANIM", bytes(6)) + chunk(b"ANMF", b"".join(sizes) + bytes(4) + bitmap)
    )
    return b"RIFF" + struct.pack("<I", 4 + len(parts)) + b"WEBP" + parts


def test_the_frame_of_an_animation_lies_on_its_canvas() -> None:
    pixels = decode(animation((200, 100), Image.fromarray(picture()), 40, 20)).pixels
    assert np.array_equal(pixels[20:84, 40:136], picture())
    assert pixels[:20].min() == pixels[84:].min() == pixels[:, :40].min() == 255


def test_the_frame_of_an_animation_may_be_transparent() -> None:
    image = drawn_files.half_transparent()
    pixels = decode(animation((120, 80), image)).pixels
    assert pixels[:, :40].min() == 255
    assert np.array_equal(pixels[:64, 56:96], picture()[:, 56:96])


def test_a_canvas_costs_itself_and_no_more() -> None:
    data = animation((4000, 4000), Image.new("RGBA", (1, 1)))
    tracemalloc.start()
    try:
        assert decode(data).info.width == 4000
        assert tracemalloc.get_traced_memory()[1] < 1.5 * 3 * 4000 * 4000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("left", "width"), [(40, 100), (0, 300)])
def test_a_frame_outside_its_canvas_is_damage(left: int, width: int) -> None:
    data = animation((100, 100), Image.new("RGB", (width, 40)), left)
    with pytest.raises(InputError) as caught:
        decode(data)
    assert caught.value.code == "corrupt"


def test_samples_of_a_tiff_are_read_some_rows_at_a_time() -> None:
    from drawn_tiff import DEFLATE, tiff

    data = tiff(np.zeros((2000, 2000, 3)), 2, meaning=3, compression=DEFLATE)
    tracemalloc.start()
    try:
        assert decode(data, limits=Limits(max_memory_bytes=200_000_000)).info.width == 2000
        # The samples have 96 MB.
        assert tracemalloc.get_traced_memory()[1] < 90_000_000
    finally:
        tracemalloc.stop()
