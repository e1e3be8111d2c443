"""Whether a portal takes a file as it is: who looks at it is told what who prepares it would do."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import replace

import drawn_files
import jsonschema
import numpy as np
import pytest
from decoding.test_colour import swapped_profile
from drawing import photo
from drawn_files import encoded, saved
from PIL import Image

import scanfix
from scanfix.encoding import is_taken
from scanfix.messages import LANGS, Lang
from scanfix.model import SourceInfo
from scanfix.profiles import load_profile
from scanfix.reports import schema
from scanfix.reports.text import lines

CNNIC = load_profile("cnnic")


def picture() -> Image.Image:
    return Image.fromarray(photo("card", 1000).pixels)


def jpeg(**options: object) -> bytes:
    return encoded(picture(), "JPEG", **{"quality": 90, **options})


def oblong_dots() -> bytes:
    data = bytearray(jpeg())
    data[13:18] = struct.pack(">BHH", 1, 300, 150)
    return bytes(data)


def stray_bytes() -> bytes:
    data = jpeg()
    at = data.index(b"\xff\xda")
    return data[:at] + b"\0\0\0" + data[at:]


def of_os2() -> bytes:
    """A BMP whose header has 12 bytes."""
    data = encoded(picture().resize((600, 450)), "BMP")
    rows = data[54:]
    head = struct.pack("<IHHI", 26 + len(rows), 0, 0, 26) + struct.pack("<IHHHH", 12, 600, 450, 1, 24)
    return b"BM" + head + rows


def of_16_bits() -> bytes:
    wide = np.asarray(picture().resize((600, 450)), np.uint16)[::-1]
    rows = (wide[..., 0] >> 3 << 10 | wide[..., 1] >> 3 << 5 | wide[..., 2] >> 3).astype("<u2").tobytes()
    head = struct.pack("<IHHI", 54 + len(rows), 0, 0, 54)
    return b"BM" + head + struct.pack("<IiiHHIIiiII", 40, 600, 450, 1, 16, 0, len(rows), 0, 0, 0, 0) + rows


ODD: dict[str, Callable[[], bytes]] = {
    "progressive": lambda: jpeg(progressive=True),
    "coded as RGB": lambda: jpeg(keep_rgb=True, quality=70),
    "another space": lambda: jpeg(icc_profile=swapped_profile()),
    "dots not square": oblong_dots,
    "stray bytes": stray_bytes,
    "one component": lambda: encoded(picture().convert("L"), "JPEG", quality=95),
    "OS/2": of_os2,
    "16 bits": of_16_bits,
    "trailing": lambda: encoded(picture().resize((600, 450)), "BMP") + b"trailing",
}
"""Of a format, size and shape that the portal takes, and yet written anew."""
PLAIN: dict[str, Callable[[], bytes]] = {
    "plain": jpeg,
    "sRGB": lambda: jpeg(icc_profile=drawn_files.srgb_profile()),
    "remark": lambda: jpeg(comment=b"x" * 2000),
    "24 bits": lambda: encoded(picture().resize((600, 450)), "BMP"),
    "8 bits": lambda: encoded(picture().resize((600, 450)).quantize(256), "BMP"),
}


@pytest.mark.parametrize("name", [*ODD, *PLAIN])
def test_a_file_is_only_called_ready_where_it_would_not_be_written_anew(name: str) -> None:
    data = (ODD | PLAIN)[name]()
    report = scanfix.inspect(data)
    assert report.taken is (name in PLAIN)
    assert scanfix.prepare(data, crop="never", turn=0).output.passthrough is report.taken
    said = [line.text for line in lines(report, profile=CNNIC)]
    if report.verdict == "ready":
        start = "Ready" if report.taken else "The picture is ready; the file itself must"
        assert said[0].startswith(start)
    assert ("scanfix prepare FILE" in said[1]) is not report.taken


@pytest.mark.parametrize("name", sorted(drawn_files.seeds()))
def test_of_every_format_the_report_says_what_prepare_would_do(name: str) -> None:
    data = drawn_files.seeds()[name]
    made = scanfix.prepare(data, crop="never", turn=0, min_bytes=1).output
    assert scanfix.inspect(data, min_bytes=1).taken is made.passthrough


def test_a_portal_that_wants_the_original_takes_a_progressive_file() -> None:
    liberal = replace(CNNIC, progressive=True)
    assert scanfix.inspect(jpeg(progressive=True), profile=liberal).taken
    assert not scanfix.inspect(stray_bytes(), profile=liberal).taken


def test_the_name_counts_and_what_is_damaged_does_not_pass() -> None:
    assert scanfix.inspect(jpeg(), filename="card.jpg").taken
    assert scanfix.inspect(jpeg(), filename="card.png").taken is False
    assert scanfix.inspect(jpeg()[:-20_000], salvage=True).taken is False


def test_all_bytes_of_the_file_count() -> None:
    small = saved("JPEG", quality=90)
    full = small[:2] + b"\xff\xfe\xff\xff" + b"x" * 65_533 + small[2:]
    info = SourceInfo("JPEG", None, len(full), drawn_files.WIDTH, drawn_files.HEIGHT)
    rules = replace(CNNIC, min_width=1, min_height=1)
    assert is_taken(full, info, rules)
    assert not is_taken(small, info, rules)


def test_what_was_made_is_not_asked_again() -> None:
    assert scanfix.prepare(jpeg(progressive=True)).report.taken is None


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("taken", [True, False, None])
def test_json_keeps_it(taken: bool | None, lang: Lang) -> None:
    report = replace(scanfix.prepare(jpeg()).report, taken=taken)
    told = json.loads(report.to_json(lang))
    assert told["taken"] is taken
    jsonschema.validate(told, schema())
    assert scanfix.Report.from_dict(told).taken is taken
    # What an earlier version wrote does not say.
    del told["taken"]
    jsonschema.validate(told, schema())
    assert scanfix.Report.from_dict(told).taken is None
