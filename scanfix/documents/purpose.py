"""Which lines of a document say what a copy is for: "仅供…使用", "再次复印无效", "for ... verification only"?

Such words stand on hardly any original: they are a watermark or were written on a copy; portals refuse both.
SPECIMEN alone is none: samples bear it as print. What an original may say of itself is left out: 仅限 alone
(scopes of business), "office use only" (forms), "identification only" (cards), what stands in brackets
(businesses and buildings), 复印无效 (certificates). Risks the miss: one line of words over another is often
read as neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scanfix.documents.fields import FieldParams
from scanfix.documents.lines import TextLine
from scanfix.documents.writing import half_width

_ENDS = "VERIFICATION|AUTHENTICATION|KYC|REGISTRATION|APPLICATION"

PURPOSES: dict[str, tuple[str, ...]] = {
    "zh": (
        # In brackets they are a scope of business or the use of a building.
        r"(?<!\()[仅僅只]供(?!参考)",
        r"(?<!\()[仅僅只]作.{0,16}(?:认证|核验|备案|登记)",
        r"(?<!\()[仅僅只][限用]于?.{0,16}(?:认证|核验|备案|办理.{0,12}使用)",
        r"[仅僅只供].{0,12}(?:实名认证|实名核验)|(?:实名)?认证(?:专用|使)",
        r"[他它]用无效|[另挪移]作[他它]用|不[得作][他它]用",
        r"再次?复印",
    ),
    "en": (
        # Lines of a tiled watermark are cut at the border.
        r"(?:VERIFICATION|AUTHENTICATION)ON(?!LINE|BEHALF|THE|OUR)|KYCON(?!E)",
        rf"COPY(?:ONLY)?FOR|COPYVALIDFOR|ONLYFOR.{{0,24}}(?:{_ENDS})",
        rf"(?:{_ENDS})PURPOSES?ONLY",
    ),
}
"""By language, in lines without spaces, of capitals. A part of the words is enough: the border cuts them, and
print lies under them."""

_SAID = re.compile("|".join(pattern for patterns in PURPOSES.values() for pattern in patterns))


def purpose_lines(lines: Iterable[TextLine]) -> tuple[TextLine, ...]:
    """The lines that say it, of those that were read surely."""
    return tuple(line for line in lines if line.score >= FieldParams.sure_line and says_purpose(line.text))


def says_purpose(text: str) -> bool:
    return bool(_SAID.search(re.sub(r"\s+", "", half_width(text)).upper()))
