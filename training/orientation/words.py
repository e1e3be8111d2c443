"""What is written on documents? Lines that look real in twelve scripts; nothing names a person.

Every script has its fonts and a function of a random generator that gives one line of about so
many letters. Latin lines are words of several languages, invented names, numbers, dates and
machine-readable lines; the others are common characters or letters in words of usual length.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FONT_ROOT = Path("/usr/share/fonts")

_WORDS = """
the of and to in is for on by with this that from date name number address issued valid until place
birth authority registered office certificate company capital article section person signature
holder card street road city province district republic ministry nationality sex code type class
total amount passport identity surname given names expiry driving licence permit residence document
department transport national bank page der die das und ist nicht von Ausweis Name Vorname
Geburtstag Staatsangehörigkeit gültig bis Behörde Straße le la les des République française carte
identité nationale prénom né délivré préfecture signature titulaire el los documento nacional
identidad apellidos nombre fecha nacimiento validez domicilio lugar expedición repubblica carta
cognome nome nato cittadinanza residenza comune via statura capelli occhi firma sindaco giấy chứng
minh họ và tên ngày sinh quê quán nơi thường trú kimlik kartı soyadı doğum tarihi uyruğu
rzeczpospolita polska dowód osobisty nazwisko imiona data urodzenia invoice quantity price subtotal
tax change cash thank you receipt order item agreement between hereby payment shall terms conditions
annual report figure table results using model data method which these their have been other such
also more than were between
"""
WORDS = _WORDS.split()
_FIELDS = """
姓名 性别 男 女 民族 汉 出生 住址 公民身份号码 中华人民共和国 居民身份证 签发机关 有效期限
长期 营业执照 统一社会信用代码 名称 类型 有限责任公司 法定代表人 经营范围 注册资本 成立日期
营业期限 住所 登记机关 护照 国籍 签发日期 有效期至 公安局 市场监督管理局 人民币 万元整 省 市
县 区 路 号 村 组 街道 科技 贸易 发展 信息 技术 服务 机动车驾驶证 准驾车型 初次领证日期
事业单位法人证书 组织机构代码
"""
FIELDS = _FIELDS.split()
_SYLLABLES = """
an ber cor da el fen gi har in jo ka lo mi na or pe qui ra sa ta u ver wo xi yo ze li mar son ton
ski ova ez ing
"""
SYLLABLES = _SYLLABLES.split()

LATIN_FONTS = (
    "Liberation*-*", "DejaVuSans*", "DejaVuSerif*", "FreeSans*", "FreeSerif*", "FreeMono*", "NotoSans-*",
    "NotoSerif-*", "NotoSansMono-*", "Lato-*", "OpenSans-*", "Roboto-*", "RobotoCondensed-*",
    "Carlito-*", "Caladea-*", "Nimbus*-*",
    "P052-*", "C059-*", "URWGothic-*", "URWBookman-*", "Inconsolata", "LinLibertine_R*", "LinBiolinum_R*",
    "GentiumPlus-*", "ComicNeue-*", "Universalis*",
)  # fmt: skip
MACHINE_FONTS = (
    "OCRB",
    "OCRBL",
    "OCRBF",
    "LiberationMono-Regular",
    "DejaVuSansMono",
    "FreeMono",
    "Inconsolata",
    "OCRA",
)
CYRILLIC_FONTS = (
    "Liberation*-*", "DejaVuSans*", "DejaVuSerif*", "FreeSans*", "FreeSerif*", "NotoSans-*", "NotoSerif-*",
    "OpenSans-*", "Roboto-*", "Carlito-*",
)  # fmt: skip
CHINESE_FONTS = (
    "NotoSansCJK-*", "NotoSerifCJK-*", "NotoSansCJK-*", "NotoSerifCJK-*", "wqy-zenhei", "wqy-microhei",
    "ukai", "uming",
)  # fmt: skip


@cache
def font_files(patterns: tuple[str, ...]) -> list[Path]:
    """Installed files of these name patterns, one entry a pattern and file."""
    return [
        path
        for pattern in patterns
        for extension in ("ttf", "ttc", "otf")
        for path in sorted(FONT_ROOT.rglob(f"{pattern}.{extension}"))
        if not any(part in path.name for part in ("Hairline", "Thin", "ExtraLight", "Math", "Oblique"))
    ]


@cache
def double_byte(encoding: str, first: int, last: int) -> str:
    """Common characters: level one of GB 2312 (0xB0..0xD7) or of Big 5 (0xA4..0xC6)."""
    codes = (bytes([high, low]) for high in range(first, last + 1) for low in range(0xA1, 0xFF))
    return "".join(code.decode(encoding, "ignore") for code in codes)


def pick(rng: random.Random, letters: str, low: int, high: int) -> str:
    return "".join(rng.choice(letters) for _ in range(rng.randint(low, high)))


def span(first: int, last: int) -> str:
    return "".join(chr(code) for code in range(first, last + 1))


def spaced(rng: random.Random, word: Callable[[], str], length: int) -> str:
    words = [word()]
    while sum(map(len, words)) + len(words) < length:
        words.append(word())
    return (", " if rng.random() < 0.05 else " ").join(words)


def latin(rng: random.Random, length: int) -> str:
    def word() -> str:
        if rng.random() < 0.75:
            return rng.choice(WORDS)
        return "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(1, 4))).title()

    text = spaced(rng, word, length)
    way = rng.random()
    if way < 0.30:
        text = text.upper()
    elif way < 0.45:
        text = text.title()
    elif way < 0.55:
        text = f"{rng.choice(WORDS).capitalize()}: {text}"
    return text + (f" {number(rng)}" if rng.random() < 0.15 else "")


def number(rng: random.Random) -> str:
    d, m, y = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1930, 2040)
    return rng.choice((
        pick(rng, "0123456789", 4, 18), f"{y}.{m:02}.{d:02}-{y + 10}.{m:02}.{d:02}",
        f"{d:02}.{m:02}.{y}", f"{d:02}/{m:02}/{y}", f"{y}-{m:02}-{d:02}",
        f"{d:02} {rng.choice(('JAN', 'MAR', 'JUN', 'SEP', 'NOV'))} {y}",
        pick(rng, "ABCDEFGHJKLMNPQRTUWXY0123456789", 8, 18), f"No. {pick(rng, '0123456789', 5, 9)}",
        f"{pick(rng, 'ABCDEFGHKLMNPRTUVWXYZ', 1, 2)}{pick(rng, '0123456789', 7, 8)}",
        f"{rng.randint(1, 9999)}.{d:02}",
        " ".join(pick(rng, "0123456789", 4, 4) for _ in range(4)),
        f"+{rng.randint(1, 99)} {pick(rng, '0123456789', 9, 9)}",
    ))  # fmt: skip


def numbers(rng: random.Random, length: int) -> str:
    return spaced(rng, lambda: number(rng), length)


def machine(rng: random.Random, length: int) -> str:
    del length
    name = (
        "".join(rng.choice(SYLLABLES) for _ in range(3))
        + "<<"
        + "".join(rng.choice(SYLLABLES) for _ in range(3))
    )
    first = f"P<{pick(rng, 'ABCDEFGHIKLMNOPRSTUVXYZ', 3, 3)}{name}".upper()
    return rng.choice((first, pick(rng, "ABCDEFGHIKLMNPRTUVXYZ0123456789", 24, 30))).ljust(44, "<")


def chinese(rng: random.Random, length: int) -> str:
    common = double_byte("gb2312", 0xB0, 0xD7) if rng.random() < 0.85 else double_byte("big5", 0xA4, 0xC6)
    parts: list[str] = []
    while sum(map(len, parts)) < length / 2:
        way = rng.random()
        parts.append(
            rng.choice(FIELDS)
            if way < 0.4
            else pick(rng, common, 2, 8)
            if way < 0.85
            else pick(rng, "0123456789", 1, 6)
        )
        if rng.random() < 0.12:
            parts.append(rng.choice((" ", "，", "：", "。", "、")))
    if rng.random() < 0.15:
        return f"{rng.randint(1950, 2040)}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日" + "".join(parts[:1])
    return "".join(parts)


def letters_of(alphabet: str, low: int, high: int, marks: str = "") -> Callable[[random.Random, int], str]:
    """A line of random words of one alphabet, now and then with a number."""

    def line(rng: random.Random, length: int) -> str:
        def word() -> str:
            if rng.random() < 0.08:
                return number(rng)
            return "".join(
                rng.choice(alphabet) + (rng.choice(marks) if marks and rng.random() < 0.4 else "")
                for _ in range(rng.randint(low, high))
            )

        return spaced(rng, word, length)

    return line


def cyrillic(rng: random.Random, length: int) -> str:
    common = "оооооееееаааииинннтттссррввллккммддппуяыьгзбчйхжшюцщэфёіїєљњ"
    text = spaced(rng, lambda: pick(rng, common, 2, 11), length)
    return rng.choice((text, text.title(), text.upper()))


def greek(rng: random.Random, length: int) -> str:
    text = spaced(rng, lambda: pick(rng, "αααοοιιεεττσσννηυρπκμλςωδγθχφβξζψάέίό", 2, 10), length)
    return rng.choice((text, text, text.upper()))


@dataclass(frozen=True, slots=True)
class Script:
    """Fonts, a line of text, and how often it is drawn."""

    fonts: tuple[str, ...]
    line: Callable[[random.Random, int], str]
    share: float


HIRAGANA, KATAKANA = span(0x3042, 0x3093), span(0x30A2, 0x30F3)
SCRIPTS: dict[str, Script] = {
    "latin": Script(LATIN_FONTS, latin, 8.0),
    "numbers": Script(LATIN_FONTS + MACHINE_FONTS, numbers, 2.0),
    "machine": Script(MACHINE_FONTS, machine, 1.0),
    "chinese": Script(CHINESE_FONTS, chinese, 8.0),
    "cyrillic": Script(CYRILLIC_FONTS, cyrillic, 1.2),
    "greek": Script(CYRILLIC_FONTS[:5], greek, 0.6),
    "japanese": Script(
        ("NotoSansCJK-*", "NotoSerifCJK-*", "ipam"),
        letters_of(HIRAGANA * 2 + KATAKANA + double_byte("gb2312", 0xB0, 0xB8), 4, 14), 1.0,
    ),
    "korean": Script(
        ("NotoSansCJK-*", "Nanum*"),
        letters_of(span(0xAC00, 0xD000)[::7], 2, 6), 1.0,
    ),
    "arabic": Script(
        ("NotoNaskhArabic-*", "NotoSansArabic-*", "Amiri-*", "DejaVuSans"),
        letters_of(span(0x627, 0x63A) + span(0x641, 0x64A) + "اللاميون", 2, 8), 1.0,
    ),
    "hebrew": Script(
        ("NotoSansHebrew-*", "NotoSerifHebrew-*", "DejaVuSans", "Liberation*-*"),
        letters_of(span(0x5D0, 0x5EA), 2, 7), 0.5,
    ),
    "devanagari": Script(
        ("NotoSansDevanagari-*", "NotoSerifDevanagari-*", "Lohit-Devanagari"),
        letters_of(span(0x915, 0x939), 2, 6, "ािीुूेैोौं्"), 0.9,
    ),
    "thai": Script(
        ("NotoSansThai-*", "NotoSerifThai-*", "Garuda*"),
        letters_of(span(0xE01, 0xE2E), 3, 12, "ะาิีึืุู่้"), 0.7,
    ),
    "bengali": Script(
        ("NotoSansBengali-*", "NotoSerifBengali-*"),
        letters_of(span(0x995, 0x9A8), 2, 6, "ািীুূে"), 0.4,
    ),
    "tamil": Script(
        ("NotoSansTamil-*", "NotoSerifTamil-*"),
        letters_of("கஙசஞடணதநபமயரலவழளறன", 2, 8, "ாிீுூெே்"), 0.3,
    ),
    "georgian": Script(
        ("NotoSansGeorgian-*", "NotoSerifGeorgian-*"),
        letters_of(span(0x10D0, 0x10F0), 2, 9), 0.25,
    ),
    "armenian": Script(
        ("NotoSansArmenian-*", "NotoSerifArmenian-*"),
        letters_of(span(0x561, 0x586), 2, 9), 0.25,
    ),
}  # fmt: skip
NAMES = tuple(SCRIPTS)
SHARES = tuple(SCRIPTS[name].share for name in NAMES)
