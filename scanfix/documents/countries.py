"""Is this a country code, or an area code in its place?

The assigned country codes of ITU-T E.164 (list of 2016-11-15 and its amendments).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from scanfix.documents.kinds import Region
from scanfix.documents.writing import half_width

_CODES = (
    "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 "
    "65 66 81 82 84 86 90 91 92 93 94 95 98 211 212 213 216 218 220 221 222 223 224 225 226 227 228 "
    "229 230 231 232 233 234 235 236 237 238 239 240 241 242 243 244 245 246 247 248 249 250 251 252 "
    "253 254 255 256 257 258 260 261 262 263 264 265 266 267 268 269 290 291 297 298 299 350 351 352 "
    "353 354 355 356 357 358 359 370 371 372 373 374 375 376 377 378 379 380 381 382 383 385 386 387 "
    "389 420 421 423 500 501 502 503 504 505 506 507 508 509 590 591 592 593 594 595 596 597 598 599 "
    "670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692 850 852 853 "
    "855 856 880 886 960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 992 993 "
    "994 995 996 998"
)
CODES = frozenset(_CODES.split())
OF_REGION: Mapping[Region, str] = MappingProxyType({"CN": "86", "HK": "852", "MO": "853", "TW": "886"})

CountryProblem = Literal["area_code", "unknown_code", "other_region", "prefix"]


def country_problem(code: str, region: Region | None) -> CountryProblem | None:
    """What is wrong with a code as typed; None for nothing.

    An area code begins with 0 (010 Beijing, 021 Shanghai) or is one without it; +86 and 0086 are the right
    code with a prefix that fields of this kind do not want.
    """
    typed, bare = _typed(code), bare_code(code)
    if not bare.isdecimal() or not bare.isascii():
        return "unknown_code"
    if bare.startswith("0"):
        return "area_code"
    if bare not in CODES:
        return "area_code" if region == "CN" and len(bare) <= 4 else "unknown_code"
    if region and bare != OF_REGION.get(region, bare):
        return "other_region"
    if region == "other" and bare in OF_REGION.values():
        return "other_region"
    return "prefix" if bare != typed else None


def bare_code(code: str) -> str:
    """Without the + or 00 in front."""
    return re.sub(r"^(\+|00)", "", _typed(code))


def _typed(code: str) -> str:
    return re.sub(r"[\s()-]", "", half_width(code))
