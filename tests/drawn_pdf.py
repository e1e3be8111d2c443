"""PDF files of one page, written object by object: pictures that are placed, forms that are filled in."""

from __future__ import annotations

from collections.abc import Sequence

from drawn_files import saved

PICTURE = (96, 64)
"""Columns and rows of the picture that `scan` places."""


def document(objects: Sequence[str | bytes]) -> bytes:
    """The objects, numbered from 1; the first is the catalog."""
    out, places = b"%PDF-1.7\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(out))
        body = item if isinstance(item, bytes) else item.encode("latin-1")
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, rows)
    tail = b"trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + table + tail


def stream(entries: str, body: str | bytes) -> bytes:
    data = body if isinstance(body, bytes) else body.encode("latin-1")
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries.encode(), len(data), data)


def scan(
    content: str,
    *,
    box: tuple[float, ...] = (0, 0, 96, 64),
    page: str = "",
    jpeg: bytes = b"",
    packed: str = "",
    over: bytes = b"null",
    mask: bytes = b"null",
) -> bytes:
    """A page whose content may draw the picture as /Im, a form that draws it as /Fm, and text in /F.

    `packed` may be /ASCIIHexDecode; `over` is a picture /Ov that may refer to `mask` as 9 0 R.
    """
    data = jpeg or saved("JPEG", quality=95)
    data = data.hex().encode() + b">" if packed else data
    image = stream(
        "/Type /XObject /Subtype /Image /Width 96 /Height 64 /ColorSpace /DeviceRGB"
        f" /BitsPerComponent 8 /Filter [{packed} /DCTDecode]",
        data,
    )
    form = stream(
        "/Type /XObject /Subtype /Form /BBox [0 0 1000 1000] /Resources << /XObject << /Im 4 0 R >> >>",
        "q 96 0 0 64 0 0 cm /Im Do Q",
    )
    resources = "/Resources << /XObject << /Im 4 0 R /Fm 7 0 R /Ov 8 0 R >> /Font << /F 6 0 R >> >>"
    sides = " ".join(map(str, box))
    return document(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{sides}] /Contents 5 0 R {resources} {page} >>",
            image,
            stream("", content),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            form,
            over,
            mask,
        ]
    )


def form(*fields: str, appearances: Sequence[bytes] = (), entries: str = "") -> bytes:
    """A page of 200 x 200 points with these fields; the appearances are the objects from 5 on."""
    first = 5 + len(appearances)
    listed = " ".join(f"{first + index} 0 R" for index in range(len(fields)))
    fonts = "/Font << /Helv 4 0 R /ZaDb << /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >> >>"
    acro = f"<< /Fields [{listed}] /DA (/Helv 20 Tf 0 g) /DR << {fonts} >> {entries} >>"
    return document(
        [
            f"<< /Type /Catalog /Pages 2 0 R /AcroForm {acro} >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Annots [{listed}] >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            *appearances,
            *(
                "<< /Type /Annot /Subtype /Widget /F 4 /P 3 0 R /Rect [50 50 150 150]"
                f" /DA (/Helv 20 Tf 0 g) {field} >>"
                for field in fields
            ),
        ]
    )


def appearance(content: str) -> bytes:
    """100 x 100 points."""
    return stream(
        "/Type /XObject /Subtype /Form /BBox [0 0 100 100] /Resources << /Font << /Helv 4 0 R >> >>", content
    )
