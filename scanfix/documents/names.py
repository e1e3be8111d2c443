"""Is a name written as registrars want it? As on the document, half-width, whole, in the right script.

What two people may read differently is only pointed at: characters with a near twin (look_alike).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Literal

from scanfix.documents.kinds import DocumentKind, Holder, Region
from scanfix.documents.writing import FULL_WIDTH, half_width

NameProblem = Literal[
    "parentheses",
    "wide_letters",
    "name_spaces",
    "abbreviation",
    "latin_name",
    "chinese_name",
    "mixed_scripts",
    "odd_characters",
    "middle_dot",
    "look_alike",
]

CONFUSED = (
    "己已巳 未末 戊戌戍 徽微 祟崇 晴睛 荼茶 冶治 泠冷 佘余 祎袆 昱煜 炅灵 晟盛 颖颍 育肓 阎闫 付傅 "
    "萧肖 叶业 郭廓 赢嬴羸 毫亳 管菅 剌刺 衷衰哀 裕祫 戈弋 苑范 圆园"
)
"""Groups of characters that clerks and registers take for one another: our own list. In a name they are
pointed at."""
LOOK_ALIKE = (
    "日曰 土士 千干于 人入八 天夫 大太犬 王玉主 田由甲申 午牛 白自 目且 贝见 历厉 折拆 候侯 洁吉 婕捷 "
    "茜西 彬杉 瑄宣 曦羲 琪棋 靓靖 丐丏 班斑 辨辩辫 梁粱 拨拔 幻幼 免兔 壶壸 壬任 陈阵 蓝篮 揭竭 钧钩"
)
"""Further groups, too common to be pointed at: readers of pictures mistake them."""
TWINS: dict[str, str] = {}
for _group in (CONFUSED + " " + LOOK_ALIKE).split():
    for _sign in _group:
        TWINS[_sign] = TWINS.get(_sign, "") + _group.replace(_sign, "")

ABBREVIATIONS = re.compile(
    r"\b(co|ltd|inc|corp|llc|intl|mfg|tech|dept|univ|assn|bros|pte|pty)\b\.?", re.IGNORECASE
)
DOTS = re.compile(
    r"(?<=[\u3400-\u9fff])"
    r"[\u0387\u2010\u2022\u2024\u2027\u2219\u22c5\u30fb\ua78f\uff0e\uff65.*-]"
    r"(?=[\u3400-\u9fff])"
)
"""What stands in a name between Chinese characters where its middle dot (U+00B7) belongs."""
LATIN_NAMED = frozenset({"passport", "foreign-permanent-resident-card"})
"""Kinds on which the name may be in Latin letters; those without a number are not asked either."""


def is_han(sign: str) -> bool:
    """A Chinese character, rare ones included."""
    return (
        "\u3400" <= sign <= "\u9fff" or "\uf900" <= sign <= "\ufaff" or sign >= "\U00020000" or sign == "〇"
    )


def name_problems(
    name: str, kind: DocumentKind | None, holder: Holder | None, region: Region | None
) -> list[NameProblem]:
    """What a registrar may refuse about the writing of the name, the weightiest first."""
    letters = [sign for sign in name if sign.isalpha()]
    han = any(map(is_han, letters))
    tests: tuple[tuple[NameProblem, Callable[[], bool]], ...] = (
        ("parentheses", lambda: "（" in name or "）" in name),
        ("wide_letters", lambda: any(ord(s) in FULL_WIDTH and s not in "（）" for s in name)),
        ("name_spaces", lambda: _badly_spaced(name)),
        (
            "abbreviation",
            lambda: holder != "person" and not han and bool(ABBREVIATIONS.search(half_width(name))),
        ),
        ("latin_name", lambda: bool(letters) and not han and _wants_chinese(kind, region)),
        ("chinese_name", lambda: han and region == "other"),
        ("mixed_scripts", lambda: len(_alphabets(letters)) > 1),
        ("odd_characters", lambda: _is_odd(name, holder)),
        ("middle_dot", lambda: bool(DOTS.search(name))),
        ("look_alike", lambda: holder != "organisation" and any(s in CONFUSED for s in name if is_han(s))),
    )
    return [problem for problem, found in tests if found()]


def comparable(name: str) -> str:
    """What of a name is compared: letters and digits, half-width, capitals, no accents on Latin."""
    folded = unicodedata.normalize("NFKD", half_width(name)).upper()
    return "".join(sign for sign in folded if sign.isalnum())


def alike(one: str, other: str) -> bool:
    """Two names of one length differ, and only in characters that are taken for one another."""
    if one == other or len(one) != len(other):
        return False
    return all(a == b or b in TWINS.get(a, "") for a, b in zip(one, other, strict=True))


def _badly_spaced(name: str) -> bool:
    between = re.search(r"[\u3400-\u9fff]\s+[\u3400-\u9fff]", name)
    return name != name.strip() or "  " in name or between is not None


def _wants_chinese(kind: DocumentKind | None, region: Region | None) -> bool:
    if kind is not None and (kind.name in LATIN_NAMED or not kind.numbers):
        return False
    return region in ("CN", "HK", "MO", "TW") or (region is None and kind is not None)


def _alphabets(letters: list[str]) -> set[str]:
    """Of letters that look alike in several alphabets."""
    names = {unicodedata.name(sign, "?").split()[0] for sign in letters}
    return names & {"LATIN", "CYRILLIC", "GREEK"}


def _is_odd(name: str, holder: Holder | None) -> bool:
    if holder == "person" and any(sign.isdigit() for sign in name):
        return True
    return any(unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cn", "So") for sign in name)
