"""What do the documents look like flat, before any camera?

Each function draws one kind at a resolution: a card of a resident and its back, the data
page of a passport, a business licence, a certificate. Names, numbers and offices are
invented, 样本 / SPECIMEN stands across each, and no real emblem, person or office appears.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from draw import noise, ornaments
from draw.fonts import SYSTEM, Family, Fonts
from draw.light import Light, Pixels
from draw.numbers import credit_code, passport_lines, resident_number
from draw.sheet import Colour, Sheet, Words

Kind = Literal["card", "card-back", "passport", "licence", "certificate"]
RESIDENT_NUMBER = resident_number("99000019900101000")
CREDIT_CODE = credit_code("91990000MA0000000")
PASSPORT_NUMBER = "S00000000"
PASSPORT_LINES = passport_lines("SPECIMEN", "ANNA", PASSPORT_NUMBER, "900101", "F", "330101")

_LABEL: Colour = (44, 104, 158)
_PALE_RED: Colour = (196, 60, 60)


@dataclass(frozen=True, slots=True)
class Form:
    """A kind's size in millimetres, the radius of its corners, how thick it is, and who prints it."""

    width_mm: float
    height_mm: float
    radius_mm: float
    thickness_mm: float
    draw: Callable[[float, Fonts], Pixels]


def specimen(kind: Kind, dpi: float, fonts: Fonts = SYSTEM) -> Pixels:
    """The flat document at `dpi`, RGB; its corners are square (a Form knows the radius)."""
    return FORMS[kind].draw(dpi / 25.4, fonts)


def _paper(width_mm: float, height_mm: float, per_mm: float, start: Colour, end: Colour) -> Light:
    return ornaments.gradient(round(width_mm * per_mm), round(height_mm * per_mm), start, end)


def _fields(
    sheet: Sheet,
    rows: list[tuple[float, float, float, Words, Words | str]],
    cap_mm: float,
    family: Family = "han",
) -> None:
    """Rows of (x of the label, x of the value, baseline, label, value), all in millimetres."""
    for label_x, value_x, baseline, label, value in rows:
        sheet.text((label_x, baseline), label, cap_mm * 0.84, family=family, ink=_LABEL)
        sheet.text((value_x, baseline), value, cap_mm, family=family)


def card(per_mm: float, fonts: Fonts) -> Pixels:
    """Front of a resident's card, ID-1."""
    paper = _paper(85.6, 54, per_mm, (205, 224, 226), (232, 222, 221))
    paper = ornaments.waves(paper, 46, (120, 170, 186), 0.42)
    paper = ornaments.waves(paper, 46, (206, 150, 160), 0.30, phase=1.9)
    paper = ornaments.rosette(paper, (30 * per_mm, 27 * per_mm), 21 * per_mm, (110, 170, 176), 0.38)
    sheet = Sheet.of(paper, per_mm, fonts)
    sheet.overprint(Words("样  本", "SPECIMEN"), 12 if fonts.has_han else 9, _PALE_RED, 16, 0.17)
    rows: list[tuple[float, float, float, Words, Words | str]] = [
        (6, 17, 10.5, Words("姓 名", "Name"), Words("样 本 人", "SPECIMEN Anna")),
        (6, 17, 17.5, Words("性 别", "Sex"), Words("女", "F")),
        (29, 38, 17.5, Words("民 族", "Group"), Words("汉", "Utopian")),
        (6, 17, 24.5, Words("出 生", "Born"), Words("1990 年 1 月 1 日", "1 January 1990")),
        (6, 17, 31.5, Words("住 址", "Home"), Words("样本省虚构市示例路1号", "1 Example Road, Newtown")),
        (6, 17, 36.5, Words("", ""), Words("想象小区2栋3单元404室", "Block 2, Room 404")),
    ]
    _fields(sheet, rows, 2.55)
    sheet.text((6, 47.6), Words("公民身份号码", "Number"), 2.2, ink=_LABEL)
    sheet.text((31, 47.6), RESIDENT_NUMBER, 2.75, family="sans-bold", spacing_mm=0.45)
    sheet.paste((68.5, 22.5), ornaments.silhouette(sheet.px(22), sheet.px(29)))
    sheet.text((81, 38.5), Words("无真人", "nobody"), 1.2, ink=(150, 150, 158), anchor="rs")
    return sheet.pixels()


def card_back(per_mm: float, fonts: Fonts) -> Pixels:
    """Back of the card: emblem, title, office, validity."""
    paper = _paper(85.6, 54, per_mm, (228, 222, 226), (204, 224, 220))
    paper = ornaments.waves(paper, 52, (132, 176, 190), 0.42, phase=0.7)
    paper = ornaments.waves(paper, 40, (214, 168, 160), 0.34, phase=2.6)
    paper = ornaments.rosette(paper, (62 * per_mm, 30 * per_mm), 23 * per_mm, (206, 160, 150), 0.36)
    sheet = Sheet.of(paper, per_mm, fonts)
    sheet.overprint(Words("样  本", "SPECIMEN"), 12 if fonts.has_han else 9, _PALE_RED, 16, 0.15)
    sheet.paste((15.5, 15.5), ornaments.emblem(sheet.px(19)))
    sheet.text(
        (53.5, 13.5), Words("虚构合众国", "UTOPIA"), 4.0, family="song-bold", anchor="ms", spacing_mm=1.2
    )
    sheet.text(
        (53.5, 25.0),
        Words("居民证样本", "RESIDENT CARD"),
        5.2,
        family="song-bold",
        anchor="ms",
        spacing_mm=1.0,
    )
    rows: list[tuple[float, float, float, Words, Words | str]] = [
        (22, 38, 40.0, Words("签发机关", "Office"), Words("样本市公安局示例分局", "Office of Examples")),
        (22, 38, 47.5, Words("有效期限", "Valid"), "2020.01.01-2040.01.01"),
    ]
    _fields(sheet, rows, 2.5)
    return sheet.pixels()


def passport(per_mm: float, fonts: Fonts) -> Pixels:
    """Data page of a passport, ID-3, with its machine-readable zone."""
    paper = _paper(125, 88, per_mm, (226, 222, 206), (212, 222, 228))
    paper = ornaments.waves(paper, 60, (176, 150, 190), 0.34, phase=0.3)
    paper = ornaments.rosette(paper, (80 * per_mm, 36 * per_mm), 30 * per_mm, (150, 176, 196), 0.42)
    sheet = Sheet.of(paper, per_mm, fonts)
    sheet.overprint("SPECIMEN", 13, _PALE_RED, 22, 0.15)
    sheet.text((6, 8.6), "PASSPORT", 2.6, family="sans-bold", ink=(92, 36, 58))
    sheet.text((119, 8.6), "UTOPIA  /  UTOPIE", 2.3, family="sans-bold", ink=(92, 36, 58), anchor="rs")
    sheet.paste((23.5, 37), ornaments.silhouette(sheet.px(33), sheet.px(44), (206, 208, 212)))
    columns: list[tuple[float, float, str, str]] = [
        (45, 14.5, "Type / Type", "P"),
        (63, 14.5, "Code / Code", "UTO"),
        (84, 14.5, "Passport No.", PASSPORT_NUMBER),
        (45, 23, "Surname / Nom", "SPECIMEN"),
        (45, 31.5, "Given names / Prénoms", "ANNA"),
        (45, 40, "Nationality / Nationalité", "UTOPIAN"),
        (84, 40, "Date of birth", "01 JAN 1990"),
        (45, 48.5, "Sex / Sexe", "F"),
        (63, 48.5, "Place of birth / Lieu", "NEWTOWN"),
        (45, 57, "Date of issue", "02 JAN 2023"),
        (84, 57, "Date of expiry", "01 JAN 2033"),
    ]
    for x, y, label, value in columns:
        sheet.text((x, y), label, 1.25, family="sans", ink=(96, 92, 110))
        sheet.text((x, y + 4.1), value, 2.2, family="sans-bold")
    for baseline, line in zip((74.5, 82.2), PASSPORT_LINES, strict=True):
        for place, sign in enumerate(line):
            sheet.text((7.2 + 2.54 * place, baseline), sign, 2.45, family="machine", ink=(20, 20, 22))
    return sheet.pixels()


def licence(per_mm: float, fonts: Fonts) -> Pixels:
    """Business licence, A4 landscape: emblem, fields, code, red seal."""
    paper = _paper(297, 210, per_mm, (250, 247, 236), (246, 243, 230))
    paper = ornaments.waves(paper, 70, (226, 196, 140), 0.34)
    sheet = Sheet.of(paper, per_mm, fonts)
    for inset, width, ink in (
        (9, 2.2, (206, 168, 92)),
        (12.4, 0.5, (186, 146, 74)),
        (14, 0.35, (206, 168, 92)),
    ):
        sheet.rule((inset, inset, 297 - inset, 210 - inset), ink, width)
    sheet.overprint(Words("样 本 SPECIMEN", "SPECIMEN"), 26, _PALE_RED, 24, 0.11)
    sheet.paste((148.5, 33), ornaments.emblem(sheet.px(30)))
    sheet.text(
        (148.5, 68),
        Words("营业执照样本", "BUSINESS LICENCE"),
        10.5,
        family="song-bold",
        anchor="ms",
        spacing_mm=3.6,
    )
    sheet.text((28, 48), Words("统一社会信用代码", "Credit code"), 3.0)
    sheet.text((28, 55.5), CREDIT_CODE, 3.7, family="sans-bold", spacing_mm=0.3)
    sheet.paste((256, 48), ornaments.square_code(sheet.px(28), "SPECIMEN - NOT A DOCUMENT"))
    rows: list[tuple[Words, Words | str]] = [
        (Words("名    称", "Name"), Words("虚构示例（样本）科技有限公司", "Example Specimen Ltd.")),
        (Words("类    型", "Type"), Words("有限责任公司（自然人独资）", "Limited company")),
        (Words("法定代表人", "Represented by"), Words("样本人", "Anna Specimen")),
        (
            Words("经营范围", "Trade"),
            Words("样本的设计、绘制与陈列；虚构商品的展示；", "Drawing of specimens; display of"),
        ),
        (
            Words("", ""),
            Words("示例数据处理服务。（本件为样本，不具效力）", "invented goods. Not a document."),
        ),
    ]
    right: list[tuple[Words, Words | str]] = [
        (Words("注册资本", "Capital"), Words("壹佰万元整", "1,000,000")),
        (Words("成立日期", "Founded"), Words("2020年01月01日", "1 January 2020")),
        (Words("住    所", "Seat"), Words("样本市示例路1号", "1 Example Road")),
    ]
    for row, (label, value) in enumerate(rows):
        sheet.text((28, 88 + 12.5 * row), label, 3.7, family="song-bold")
        sheet.text((61, 88 + 12.5 * row), value, 3.7, family="song")
    for row, (label, value) in enumerate(right):
        sheet.text((185, 88 + 12.5 * row), label, 3.7, family="song-bold")
        sheet.text((213, 88 + 12.5 * row), value, 3.7, family="song")
    sheet.text((176, 165), Words("登记机关", "Registrar"), 4.4, family="song-bold", spacing_mm=1)
    sheet.text((205, 183), Words("2020 年 01 月 01 日", "1 January 2020"), 3.5, family="song")
    words = sheet.words(Words("虚构市样本登记局专用章", "OFFICE OF SPECIMENS"))
    sheet.paste((232, 163), ornaments.seal(sheet.px(44), words, fonts, seed=5))
    return sheet.pixels()


def certificate(per_mm: float, fonts: Fonts) -> Pixels:
    """Certificate of incorporation in English, A4 portrait."""
    paper = _paper(210, 297, per_mm, (252, 251, 247), (248, 247, 242))
    paper = ornaments.rosette(paper, (105 * per_mm, 150 * per_mm), 86 * per_mm, (190, 206, 196), 0.55)
    paper += 0.8 * noise.grain(np.random.default_rng(3), paper.shape[1], paper.shape[0])
    sheet = Sheet.of(paper, per_mm, fonts)
    for inset, width in ((12, 1.2), (14.6, 0.35)):
        sheet.rule((inset, inset, 210 - inset, 297 - inset), (44, 82, 70), width)
    sheet.overprint("SPECIMEN", 25, _PALE_RED, 52, 0.12)
    sheet.text((105, 46), "REGISTRAR OF COMPANIES", 3.4, family="serif", anchor="ms", spacing_mm=0.9)
    sheet.text((105, 54), "Republic of Utopia", 3.0, family="serif", anchor="ms")
    sheet.text(
        (105, 80), "Certificate of Incorporation", 7.4, family="serif-bold", ink=(28, 60, 50), anchor="ms"
    )
    sheet.text((105, 94), "Company No. 00000000", 3.4, family="serif", anchor="ms")
    lines = (
        "The Registrar of Companies hereby certifies that",
        "",
        "EXAMPLE SPECIMEN LIMITED",
        "",
        "is this day incorporated under the Companies Act of Utopia as a",
        "private company, that the company is limited by shares, and that",
        "its registered office is at 1 Example Road, Newtown.",
        "",
        "The first director of the company is Ms Anna Specimen. The share",
        "capital of the company is one thousand crowns, fully paid.",
        "",
        "Given at Newtown on the second day of January 2023.",
    )
    for row, line in enumerate(lines):
        bold = line.isupper()
        family: Family = "serif-bold" if bold else "serif"
        sheet.text((105, 116 + 8.2 * row), line, 4.4 if bold else 3.15, family=family, anchor="ms")
    sheet.text((34, 250), "A. Specimen", 5.0, family="serif", ink=(36, 52, 128))
    sheet.text((34, 258), "for the Registrar of Companies", 2.6, family="serif")
    sheet.text(
        (34, 277), "This is a drawn specimen and certifies nothing.", 2.1, family="sans", ink=(110, 110, 110)
    )
    stamp = ornaments.seal(
        sheet.px(40), "REGISTRAR OF SPECIMENS", Fonts(system=False), seed=8, ink=(178, 40, 52)
    )
    sheet.paste((158, 248), stamp)
    return sheet.pixels()


FORMS: dict[Kind, Form] = {
    "card": Form(85.6, 54.0, 3.18, 0.8, card),
    "card-back": Form(85.6, 54.0, 3.18, 0.8, card_back),
    "passport": Form(125.0, 88.0, 2.0, 0.6, passport),
    "licence": Form(297.0, 210.0, 0.0, 0.25, licence),
    "certificate": Form(210.0, 297.0, 0.0, 0.15, certificate),
}
