"""JPEG 2000 of any number of bits, its channels in any order, in the colours that its boxes name."""

from __future__ import annotations

import io
import struct
from typing import Any

import cv2
import numpy as np
import pytest
from drawn_files import grey_picture, half_transparent, picture
from numpy.typing import NDArray
from PIL import Image

from scanfix.decoding import decode
from scanfix.decoding.jpeg2000 import _share
from scanfix.errors import InputError
from scanfix.geometry import Size

OPACITY, PREMULTIPLIED, UNSPECIFIED = 1, 2, 65_535


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def codestream(samples: NDArray[Any], **options: Any) -> bytes:
    """Lossless, without a transform of colours."""
    stream = io.BytesIO()
    Image.fromarray(samples).save(stream, "JPEG2000", no_jp2=True, irreversible=False, mct=0, **options)
    return stream.getvalue()


def file(samples: NDArray[Any], space: int = 16, *more: bytes, bits: int = 8, coded: bytes = b"") -> bytes:
    """Samples in a file that names this colour space, and what `more` boxes say."""
    height, width = samples.shape[:2]
    channels = samples.shape[2] if samples.ndim == 3 else 1
    head = box(b"ihdr", struct.pack(">IIHBBBB", height, width, channels, bits - 1, 7, 0, 0))
    head += box(b"colr", struct.pack(">BBBI", 1, 0, 0, space)) + b"".join(more)
    lead = box(b"jP  ", b"\r\n\x87\n") + box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
    return lead + box(b"jp2h", head) + box(b"jp2c", coded or codestream(samples))


def sharing(luma: NDArray[Any], across: int, along: int) -> bytes:
    """A codestream of this luma with chroma for so many pixels, blue and red with a level for each column.

    Of one resolution, each component is one packet: those of three files are put one behind the other.
    """
    size = (-(-luma.shape[0] // along), -(-luma.shape[1] // across))
    blue = np.broadcast_to(np.arange(size[1], dtype=np.uint8) + 80, size)
    first, *others = (codestream(plane, num_resolutions=1) for plane in (luma, blue, blue + 60))
    data_at = first.index(b"\xff\x93") + 2
    packets = first[data_at:-2] + b"".join(one[one.index(b"\xff\x93") + 2 : -2] for one in others)
    tile_at = first.index(b"\xff\x90")
    tile = struct.pack(">HHHIBBH", 0xFF90, 10, 0, 14 + len(packets), 0, 1, 0xFF93)
    components = bytes((7, 1, 1, *(7, across, along) * 2))
    head = struct.pack(">HH", 0xFF51, 47) + first[6:40] + struct.pack(">H", 3) + components
    return b"\xff\x4f" + head + first[45:tile_at] + tile + packets + b"\xff\xd9"


def palette(levels: NDArray[Any], columns: tuple[int, ...], *, bits: int = 8) -> bytes:
    """Entries x columns, and the column that each channel takes."""
    body = struct.pack(">HB", *levels.shape) + bytes([bits - 1] * levels.shape[1]) + levels.tobytes()
    mapped = b"".join(struct.pack(">HBB", 0, 1, column) for column in columns)
    return box(b"pclr", body) + box(b"cmap", mapped)


def channels(*each: tuple[int, int, int]) -> bytes:
    return box(b"cdef", struct.pack(">H", len(each)) + b"".join(struct.pack(">3H", *one) for one in each))


def difference(data: bytes, wanted: NDArray[Any]) -> float:
    return float(np.abs(decode(data).pixels.astype(int) - wanted).max())


@pytest.mark.parametrize("alone", [False, True])
def test_white_of_sixteen_bits_stays_white(alone: bool) -> None:
    wide = picture().astype(np.uint16) * 257
    wide[:8] = 65_535
    data = cv2.imencode(".jp2", wide[..., ::-1], [cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, 1000])[1].tobytes()
    wanted = picture().copy()
    wanted[:8] = 255
    assert difference(data[data.index(b"\xff\x4f\xff\x51") :] if alone else data, wanted) <= 1


def test_channels_in_any_order() -> None:
    colours, alpha = picture(), np.asarray(half_transparent())[..., 3]
    swapped = channels((0, 0, 3), (1, 0, 2), (2, 0, 1))
    assert difference(file(np.ascontiguousarray(colours[..., ::-1]), 16, swapped), colours) == 0
    plain = decode(file(np.dstack([colours, alpha]))).pixels
    first = channels((0, OPACITY, 0), (1, 0, 1), (2, 0, 2), (3, 0, 3))
    assert difference(file(np.dstack([alpha, colours]), 16, first), plain) == 0


def test_a_box_that_names_a_channel_a_thousand_times_makes_no_more_of_it() -> None:
    """Each name was a picture: of one of 16 megapixels, ten gigabytes."""
    often = channels(*((0, 0, 1 + number) for number in range(1000)))
    assert difference(file(picture(), 16, often), picture()) == 0


LEVELS = np.random.default_rng(3).integers(0, 256, (256, 3), np.uint8)


def test_a_palette_of_one_column_is_grey() -> None:
    wanted = np.repeat(LEVELS[grey_picture()][..., 1:2], 3, axis=2)
    assert difference(file(grey_picture(), 17, palette(LEVELS, (1,))), wanted) == 0


@pytest.mark.parametrize("columns", [(0, 1, 2), (2, 1, 0)])
def test_channels_of_a_palette_are_in_the_order_of_their_boxes(columns: tuple[int, int, int]) -> None:
    codes, wanted = grey_picture(), LEVELS[grey_picture()][..., list(columns)]
    assert difference(file(codes, 16, palette(LEVELS, columns)), wanted) == 0
    turned = channels((0, 0, 2), (1, 0, 3), (2, 0, 1))
    assert difference(file(codes, 16, palette(LEVELS, columns), turned), wanted[..., [2, 0, 1]]) == 0


def test_a_palette_may_have_levels_and_codes_of_few_bits() -> None:
    codes = grey_picture() >> 4
    # Coded from the middle of the range, which is 8 of four bits and 128 of eight.
    data = bytearray(file(codes + 120, 16, palette(LEVELS[:16] >> 4, (0, 1, 2), bits=4)))
    data[data.index(b"\xff\x51") + 40] = 3
    assert difference(bytes(data), (LEVELS[:16] >> 4)[codes] * 17) == 0


def test_a_palette_of_sixteen_bits_is_brought_to_eight() -> None:
    wide = (LEVELS.astype(np.uint16) * 257).astype(">u2")
    wanted = LEVELS[grey_picture()]
    assert difference(file(grey_picture(), 16, palette(wide, (0, 1, 2), bits=16)), wanted) == 0


@pytest.mark.parametrize(("across", "along"), [(2, 2), (2, 1), (1, 2), (4, 4)])
def test_shared_chroma_lies_where_it_was_or_is_refused_by_name(across: int, along: int) -> None:
    luma = grey_picture()
    columns = np.arange(96) // across
    coded = np.dstack(np.broadcast_arrays(luma, columns + 80, columns + 140)).astype(np.uint8)
    wanted = np.asarray(Image.fromarray(coded, "YCbCr").convert("RGB"))
    assert difference(file(coded, 18, coded=sharing(luma, across, along)), wanted) == 0
    odd = np.ascontiguousarray(luma[:63, :95])
    with pytest.raises(InputError) as caught:
        decode(file(coded[:63, :95], 18, coded=sharing(odd, across, along)))
    assert caught.value.code == "unsupported_format"
    assert "shared chroma" in caught.value.message("en")


def test_a_premultiplied_colour_is_itself_again() -> None:
    colours, alpha = picture(), np.asarray(half_transparent())[..., 3]
    darker = (colours * (alpha[..., None] / 255)).round().astype(np.uint8)
    said = channels((0, 0, 1), (1, 0, 2), (2, 0, 3), (3, PREMULTIPLIED, 0))
    assert (
        difference(
            file(np.dstack([darker, alpha]), 16, said), decode(file(np.dstack([colours, alpha]))).pixels
        )
        <= 2
    )


def test_a_channel_that_means_nothing_is_left_out() -> None:
    colours = picture()
    said = channels((0, 0, 1), (1, 0, 2), (2, 0, 3), (3, UNSPECIFIED, UNSPECIFIED))
    assert difference(file(np.dstack([colours, colours[..., 0]]), 16, said), colours) == 0


@pytest.mark.parametrize(("space", "white"), [(0, 0), (15, 1)])
def test_two_levels_are_black_and_white(space: int, white: int) -> None:
    data = file(np.full((64, 96), 128 * white, np.uint8), space)
    place = data.index(b"\xff\x51") + 40
    # One bit a sample: of the eight that were coded, the highest.
    one_bit = data[:place] + b"\x00" + data[place + 1 :]
    assert one_bit[place : place + 3] == b"\x00\x01\x01"
    assert decode(one_bit).pixels.min() == 255


@pytest.mark.parametrize("space", [11, 14, 19, 24])
def test_a_colour_space_that_is_not_known_is_no_damage(space: int) -> None:
    with pytest.raises(InputError) as caught:
        decode(file(picture(), space))
    assert caught.value.code == "unsupported_format"
    assert str(space) in caught.value.message("en")


def test_dots_that_are_not_square_by_a_box() -> None:
    capture = box(b"resc", struct.pack(">4H2b", 4000, 1, 8000, 1, 0, 0))
    made = decode(file(grey_picture(), 17, box(b"res ", capture)))
    assert made.info.size == Size(96, 128)
    assert made.info.dpi == pytest.approx(203.2)


def test_a_wide_file_that_breaks_off_is_found() -> None:
    data = cv2.imencode(".jp2", picture().astype(np.uint16) * 257)[1].tobytes()
    with pytest.raises(InputError) as caught:
        decode(data[: len(data) // 2])
    assert caught.value.code in ("truncated", "corrupt")


def test_nothing_is_said_on_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    decode(cv2.imencode(".jp2", picture().astype(np.uint16) * 257)[1].tobytes())
    decode(file(picture(), 21))
    assert capfd.readouterr().err == ""


def test_a_small_file_of_many_wide_samples_is_refused() -> None:
    wide = np.full((4000, 4000, 3), 40_000, np.uint16)
    data = cv2.imencode(".jp2", wide, [cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, 20])[1].tobytes()
    assert len(data) < 10_000
    with pytest.raises(InputError) as caught:
        decode(data)
    assert caught.value.code == "memory"


def test_a_head_of_a_tile_counts_for_the_largest_part_that_a_tile_can_be() -> None:
    of_four = bytes(24) + struct.pack(">2I", 200, 150)
    assert _share(of_four, 0, 400, 300) == pytest.approx(0.25)
    assert _share(of_four, 0, 100, 100) == 1.0
