"""A page of a PDF is drawn as a reader of PDF files shows it, and a scan keeps its own pixels."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from drawn_files import picture, saved
from drawn_pdf import appearance, form, scan, stream

from scanfix.decoding import decode
from scanfix.decoding.pdf_streams import _unpacked_bytes
from scanfix.errors import InputError
from scanfix.geometry import Size
from scanfix.model import Pixels

PLACED = "q 96 0 0 64 0 0 cm /Im Do Q"
RED = appearance("1 0 0 rg 0 0 100 100 re f")
GREEN = appearance("0 1 0 rg 0 0 100 100 re f")


def inside(data: bytes) -> Pixels:
    """The pixels where the field lies."""
    pixels = decode(data).pixels
    side = pixels.shape[0] // 4
    return pixels[side + 8 : -side - 8, side + 8 : -side - 8]


@pytest.mark.parametrize(
    "field",
    [
        "/FT /Tx /V (SPECIMEN)",
        "/FT /Tx /Ff 4096 /V (ONE\\nTWO)",
        "/FT /Ch /Ff 131072 /Opt [(Red)] /V (Red)",
        "/FT /Btn /Ff 65536",
        "/FT /Sig /T (seal)",
    ],
    ids=["text", "lines", "choice", "button", "signature"],
)
def test_a_field_shows_the_appearance_that_was_stored(field: str) -> None:
    drawn = inside(form(f"{field} /T (a) /AP << /N 5 0 R >>", appearances=[RED]))
    assert np.abs(drawn.astype(int) - (255, 0, 0)).max() <= 2


@pytest.mark.parametrize(("state", "colour"), [("Yes", (255, 0, 0)), ("Off", (0, 255, 0))])
def test_a_check_box_shows_the_state_it_is_in(state: str, colour: tuple[int, int, int]) -> None:
    field = f"/FT /Btn /T (k) /V /{state} /AS /{state} /AP << /N << /Yes 5 0 R /Off 6 0 R >> >>"
    drawn = inside(form(field, appearances=[RED, GREEN]))
    assert np.abs(drawn.astype(int) - colour).max() <= 2


@pytest.mark.parametrize(
    "field",
    [
        "/FT /Tx /V (SPECIMEN)",
        "/FT /Tx /Ff 16777216 /MaxLen 4 /V (1234)",
        "/FT /Ch /Ff 131072 /Opt [(Red) (Green)] /V (Green)",
        "/FT /Ch /Opt [(Red) (Green)] /V (Green)",
        "/FT /Btn /V /Yes /AS /Yes /MK << /CA (4) >>",
        "/FT /Btn /Ff 65536 /MK << /CA (PUSH) >>",
    ],
    ids=["text", "comb", "combo", "list", "check", "button"],
)
@pytest.mark.parametrize("entries", ["", "/NeedAppearances true"])
def test_a_field_without_an_appearance_is_drawn_by_its_value(field: str, entries: str) -> None:
    assert inside(form(f"{field} /T (a)", entries=entries)).min() < 100


@pytest.mark.parametrize("kind", ["/FT /Sig", "/FT /Tx", "/FT /Btn /Ff 65536"])
def test_a_field_that_was_taken_out_of_its_form_is_drawn(kind: str) -> None:
    whole = form(f"{kind} /T (a) /AP << /N 5 0 R >>", appearances=[RED])
    assert np.abs(inside(whole.replace(b"/AcroForm", b"/NoFormNo")).astype(int) - (255, 0, 0)).max() <= 2
    hidden = whole.replace(b"/F 4", b"/F 2")
    assert decode(hidden.replace(b"/AcroForm", b"/NoFormNo")).pixels.min() == 255


def test_a_form_that_only_its_own_program_draws_is_refused_by_name() -> None:
    data = form("/FT /Tx /T (a)", entries="/XFA (SPECIMEN)")
    data = data.replace(b"/Type /Catalog", b"/NeedsRendering true /Type /Catalog")
    with pytest.raises(InputError) as caught:
        decode(data)
    assert caught.value.code == "unsupported_format"
    assert "XFA" in caught.value.message("en")


def test_an_empty_form_leaves_the_page_white() -> None:
    assert decode(form("/FT /Tx /T (a)", "/FT /Sig /T (s)")).pixels.min() == 255


def test_a_hidden_field_is_not_drawn() -> None:
    data = form("/FT /Tx /T (a) /AP << /N 5 0 R >>", appearances=[RED]).replace(b"/F 4", b"/F 2")
    assert decode(data).pixels.min() == 255


UNSEEN_TEXT = "BT /F 12 Tf 3 Tr 5 5 Td (SPECIMEN) Tj ET"


@pytest.mark.parametrize(
    "content",
    [
        PLACED,
        f"{PLACED} {UNSEEN_TEXT}",
        f"BT /F 12 Tf 5 5 Td (SPECIMEN) Tj ET {PLACED}",
        f"1 g 0 0 96 64 re f {PLACED}",
        "q 1 0 0 1 0 0 cm /Fm Do Q",
        "q 96 0 0 32 0 32 cm /Im Do Q q 96 0 0 64 0 0 cm /Im Do Q",
        "q 0 64 -96 0 96 0 cm /Im Do Q",
    ],
    ids=["alone", "unseen text over it", "text behind it", "white behind it", "in a form", "twice", "turned"],
)
def test_a_scan_keeps_its_own_pixels(content: str) -> None:
    side_by_side = decode(scan(content)).info.size
    turned = content.startswith("q 0")
    assert side_by_side == (Size(96 * 96 // 64, 96) if turned else Size(96, 64))


@pytest.mark.parametrize("points", [24.0, 96.0, 1000.0])
def test_a_scan_keeps_its_pixels_whatever_the_points_of_its_page(points: float) -> None:
    across, along = points, points * 64 / 96
    content = f"q {across} 0 0 {along} 0 0 cm /Im Do Q {UNSEEN_TEXT}"
    source = decode(scan(content, box=(0, 0, across, along)))
    assert source.info.size == Size(96, 64)
    assert np.abs(source.pixels.astype(int) - picture()).mean() < 3


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("box", [(0, 0, 96, 128), (0, 0, 192, 64), (0, 0, 100, 100)])
def test_a_page_has_its_own_shape_whatever_that_of_its_picture(box: tuple[float, ...], rotation: int) -> None:
    content = f"q {box[2]} 0 0 {box[3]} 0 0 cm /Im Do Q"
    size = decode(scan(content, box=box, page=f"/Rotate {rotation}")).info.size
    width, height = (box[2], box[3]) if rotation % 180 == 0 else (box[3], box[2])
    assert size.width / size.height == pytest.approx(width / height, rel=0.02)
    assert max(size.width / width, size.height / height) == pytest.approx(
        max(96 / box[2], 64 / box[3]), rel=0.02
    )


def test_a_crop_box_cuts_the_scan_and_keeps_its_pixels() -> None:
    source = decode(scan(PLACED, page="/CropBox [16 16 80 64]"))
    assert source.info.size == Size(64, 48)
    assert np.abs(source.pixels.astype(int) - picture()[:48, 16:80]).mean() < 3


def placed_pieces(across: int, along: int, apart: float = 0, points: float = 1) -> str:
    """A page of pictures in so many columns and rows, each less than a fiftieth of it."""
    width, height = 96 / across * points, 64 / along * points
    return " ".join(
        f"q {width - apart} 0 0 {height - apart} {column * width} {row * height} cm /Ov Do Q"
        for row in reversed(range(along))
        for column in range(across)
    )


def piece(columns: int, rows: int) -> bytes:
    return stream(
        f"/Type /XObject /Subtype /Image /Width {columns} /Height {rows} /ColorSpace /DeviceRGB"
        " /BitsPerComponent 8 /Filter /FlateDecode",
        zlib.compress(picture()[:rows, :columns].tobytes()),
    )


@pytest.mark.parametrize("points", [0.25, 1.0, 4.0])
@pytest.mark.parametrize(("across", "along"), [(1, 64), (12, 8)], ids=["strips", "tiles"])
def test_a_scan_in_pieces_keeps_its_own_pixels(across: int, along: int, points: float) -> None:
    box = (0, 0, 96 * points, 64 * points)
    content = placed_pieces(across, along, points=points)
    data = scan(content, box=box, over=piece(96 // across, 64 // along))
    assert decode(data).info.size == Size(96, 64)


@pytest.mark.parametrize("digits", [0, 1, 2])
def test_strips_whose_places_are_rounded_leave_no_line_between_them(digits: int) -> None:
    rows, points = 8, 72 / 300
    places = [round(64 * points - rows * points * number, digits) for number in range(1, 8)]
    strips = [
        f"q {96 * points} 0 0 {round(rows * points, digits) or 2} 0 {place} cm /Ov Do Q" for place in places
    ]
    dark = stream(
        "/Type /XObject /Subtype /Image /Width 96 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8",
        bytes(96 * rows),
    )
    box = (0, 0, 96 * points, 64 * points)
    drawn = decode(scan(" ".join(strips), over=dark, box=box)).pixels
    inner = drawn[: drawn.shape[0] * 3 // 4, drawn.shape[1] // 2]
    assert inner[2:].max() < 255


def test_small_pictures_apart_are_no_scan() -> None:
    data = scan(placed_pieces(12, 8, apart=4), over=piece(8, 8))
    assert decode(data).info.size == Size(400, 267)


def test_a_small_picture_drawn_many_times_in_one_place_is_no_scan() -> None:
    data = scan("q 8 0 0 8 10 10 cm /Im Do Q " * 8, over=piece(8, 8))
    assert decode(data).info.size == Size(400, 267)


def test_text_over_a_small_scan_is_drawn_as_fine_as_print() -> None:
    content = "q 192 0 0 128 0 0 cm /Im Do Q BT /F 12 Tf 5 5 Td (SPECIMEN) Tj ET"
    assert decode(scan(content, box=(0, 0, 192, 128))).info.size == Size(800, 533)


@pytest.mark.parametrize(
    ("entries", "body"),
    [
        ("/ColorSpace /DeviceGray /Mask [128 128]", b"\x80"),
        ("/ColorSpace /DeviceGray /OC 9 0 R", b"\x80"),
        ("/ColorSpace /DeviceGray /SMask 9 0 R", b"\x80"),
    ],
)
def test_what_hides_nothing_takes_no_pixels_from_the_scan_below(entries: str, body: bytes) -> None:
    over = stream(f"/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 {entries}", body)
    mask = stream(
        "/Type /XObject /Subtype /Image /Width 2 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8",
        b"\0\xff",
    )
    data = scan("q 96 0 0 64 0 0 cm /Im Do /Ov Do Q", over=over, mask=mask)
    assert min(decode(data).pixels.shape[:2]) >= 64


def test_a_coarse_picture_over_a_scan_takes_no_pixels_from_it() -> None:
    grey = stream(
        "/Type /XObject /Subtype /Image /Width 24 /Height 16 /ColorSpace /DeviceGray /BitsPerComponent 8",
        bytes(24 * 16),
    )
    assert decode(scan(f"{PLACED} q 96 0 0 64 0 0 cm /Ov Do Q", over=grey)).info.size == Size(96, 64)


def test_a_page_cropped_to_nothing_is_damaged_and_not_too_large() -> None:
    with pytest.raises(InputError) as caught:
        decode(scan(PLACED, page="/CropBox [2000 2000 2500 2500]"))
    assert caught.value.code == "corrupt"


def test_a_jpeg_may_be_packed_once_more() -> None:
    data = scan("q 96 0 0 64 0 0 cm /Im Do Q", packed="/ASCIIHexDecode")
    source = decode(data)
    assert source.pixels.shape == (64, 96, 3)
    assert np.abs(source.pixels.astype(int) - picture()).mean() < 5


def test_a_hole_in_a_scan_is_found_under_its_text() -> None:
    jpeg = bytearray(saved("JPEG", quality=95))
    middle = len(jpeg) // 2
    jpeg[middle : middle + 40] = bytes(40)
    with pytest.raises(InputError) as caught:
        decode(scan(f"{PLACED} {UNSEEN_TEXT}", jpeg=bytes(jpeg)))
    assert caught.value.code == "corrupt"


def of_samples(
    data: bytes,
    *,
    kind: str = "/DeviceRGB",
    bits: int = 8,
    entries: str = "",
    filters: str,
    box: tuple[float, ...] = (0, 0, 96, 64),
    page: str = "",
    content: str = "",
) -> bytes:
    """A page that is one picture, stored without loss."""
    over = stream(
        f"/Type /XObject /Subtype /Image /Width 96 /Height 64 /ColorSpace {kind}"
        f" /BitsPerComponent {bits} /Filter [{filters}] {entries}",
        data,
    )
    return scan(content or f"q {box[2]} 0 0 {box[3]} 0 0 cm /Ov Do Q", over=over, box=box, page=page)


NOISE = np.random.default_rng(2).integers(0, 256, (64, 96, 3)).astype(np.uint8)


def test_a_picture_coded_by_what_has_no_name_leaves_the_rest_of_the_page() -> None:
    page = decode(of_samples(b"abc", filters="/Foo#ff", content=f"{PLACED} q 60 0 0 60 9 2 cm /Ov Do Q"))
    assert np.ptp(page.pixels) > 50


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_scan_keeps_its_very_pixels_however_the_points_of_its_page_are_rounded(rotation: int) -> None:
    # Of these, without care, every one but the first two was stretched by a row.
    for dpi in (72, 150, 76.13, 151.26, 190.45, 291.71, 298.24, 340.7):
        box = (0, 0, round(96 * 72 / dpi, 2), round(64 * 72 / dpi, 2))
        drawn = decode(of_samples(NOISE.tobytes(), filters="", box=box, page=f"/Rotate {rotation}"))
        assert np.array_equal(np.rot90(drawn.pixels, rotation // 90), NOISE)


@pytest.mark.parametrize(
    "placed", ["q 96 0 0 64 10.3 7.6 cm /Ov Do Q", "q -96 0 0 -64 106.3 71.6 cm /Ov Do Q"]
)
def test_a_scan_between_pixels_of_its_page_is_moved_not_drawn_anew(placed: str) -> None:
    drawn = decode(of_samples(NOISE.tobytes(), filters="", box=(0, 0, 120, 90), content=placed)).pixels
    top = next(row for row in range(90) if drawn[row].min() < 255)
    left = next(column for column in range(120) if drawn[:, column].min() < 255)
    assert (left, top) in {(10, 18), (11, 18), (10, 19), (11, 19)}
    shown = drawn[top : top + 64, left : left + 96]
    assert np.array_equal(shown if placed.startswith("q 9") else shown[::-1, ::-1], NOISE)
    assert (drawn.astype(int).sum() - shown.astype(int).sum()) == 255 * 3 * (120 * 90 - 96 * 64)


def test_a_picture_of_two_inks_is_whole() -> None:
    kind = (
        "[/DeviceN [/Black /Spot] /DeviceCMYK << /FunctionType 2 /Domain [0 1 0 1] /Range [0 1 0 1 0 1 0 1]"
        " /C0 [0 0 0 0] /C1 [0 0 0 1] /N 1 >>]"
    )
    drawn = decode(of_samples(zlib.compress(bytes(96 * 64 * 2)), kind=kind, filters="/FlateDecode"))
    assert drawn.pixels.min() == 255


@pytest.mark.parametrize("filters", ["/FlateDecode", ""])
def test_a_scan_without_loss_that_is_cut_short_is_damaged(filters: str) -> None:
    samples = np.random.default_rng(2).integers(0, 256, (64, 96, 3)).astype(np.uint8).tobytes()

    def put(part: bytes) -> bytes:
        return of_samples(zlib.compress(part) if filters else part, filters=filters)

    assert decode(put(samples)).size == Size(96, 64)
    with pytest.raises(InputError, match="damaged"):
        decode(put(samples[: len(samples) * 6 // 10]))
    assert decode(put(samples[: len(samples) * 6 // 10]), salvage=True).info.damaged


def test_a_hole_in_a_scan_without_loss_is_found_by_its_checksum() -> None:
    packed = bytearray(
        zlib.compress(np.random.default_rng(2).integers(0, 256, (64, 96, 3)).astype(np.uint8).tobytes())
    )
    packed[5000:5200] = bytes(200)
    with pytest.raises(InputError):
        decode(of_samples(bytes(packed), filters="/FlateDecode"))


@pytest.mark.parametrize(
    ("kind", "bits"),
    [("/DeviceGray", 1), ("/DeviceGray", 4), ("/DeviceRGB", 1), ("/DeviceRGB", 2), ("/DeviceRGB", 4)],
)
def test_scans_of_few_bits_are_whole(kind: str, bits: int) -> None:
    channels = 3 if kind == "/DeviceRGB" else 1
    data = zlib.compress(bytes(96 * bits * channels // 8 * 64))
    assert decode(of_samples(data, kind=kind, bits=bits, filters="/FlateDecode")).size == Size(96, 64)


def test_more_samples_than_the_picture_needs_are_no_damage() -> None:
    data = of_samples(zlib.compress(bytes(48 * 72)), kind="/DeviceGray", bits=4, filters="/FlateDecode")
    assert decode(data).size == Size(96, 64)


def test_what_a_bomb_unpacks_to_is_not_counted_to_the_end() -> None:
    data = of_samples(zlib.compress(bytes(96 * 64 * 3 + 50_000_000)), filters="/FlateDecode")
    assert (_unpacked_bytes(zlib.compress(bytes(50_000_000)), 1_000_000) or 0) < 2_000_000
    assert decode(data).size == Size(96, 64)


def test_a_scan_that_lies_aslant_keeps_its_own_pixels() -> None:
    over = stream(
        "/Type /XObject /Subtype /Image /Width 96 /Height 64 /ColorSpace /DeviceRGB /BitsPerComponent 8"
        " /Filter /FlateDecode",
        zlib.compress(picture()[:64, :96].tobytes()),
    )
    data = scan("q 95.7 5 -5 63.8 3 -2 cm /Ov Do Q", over=over)
    assert decode(data).size.width <= 110


def test_rows_with_the_number_of_their_predictor_are_whole() -> None:
    rows = b"".join(b"\0" + bytes(96 * 3) for _ in range(64))
    predictor = "/DecodeParms << /Predictor 15 /Colors 3 /Columns 96 >>"
    data = of_samples(zlib.compress(rows), entries=predictor, filters="/FlateDecode")
    assert decode(data).size == Size(96, 64)


@pytest.mark.parametrize("mask", ["/Mask", "/SMask"])
def test_a_small_picture_seen_through_a_fine_mask_is_drawn_as_fine_as_print(mask: str) -> None:
    dots = np.zeros((640, 960), np.uint8)
    dots[100:200, 100:800] = 255
    kind, body = "/ColorSpace /DeviceGray /BitsPerComponent 8", dots
    if mask == "/Mask":
        kind, body = "/ImageMask true /BitsPerComponent 1", np.packbits(dots < 128, axis=1)
    fine = stream(
        f"/Type /XObject /Subtype /Image /Width 960 /Height 640 {kind} /Filter /FlateDecode",
        zlib.compress(body.tobytes()),
    )
    over = stream(
        "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceRGB /BitsPerComponent 8"
        f" /Filter /FlateDecode {mask} 9 0 R",
        zlib.compress(bytes(3)),
    )
    assert decode(scan("q 96 0 0 64 0 0 cm /Ov Do Q", over=over, mask=fine)).size.width >= 400
