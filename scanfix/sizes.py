"""How many bytes are meant by a size as portals write it: 500KB, 0.5 MB, 512KiB?"""

from __future__ import annotations

import math
import re
from decimal import Decimal

from scanfix.documents.writing import half_width
from scanfix.errors import ConfigError
from scanfix.masking import without_numbers

SIZE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(B|[KMG]I?B?)|0", re.IGNORECASE)
POWERS = {"K": 1, "M": 2, "G": 3}


def most_bytes(size: str | None) -> int | None:
    """A KB of an upper limit is 1,000 bytes: a file that keeps this keeps 1,024 too. Raises ConfigError."""
    return None if size is None else math.floor(_bytes(size, 1000))


def least_bytes(size: str | None) -> int | None:
    """A KB of a lower limit is 1,024 bytes. Raises ConfigError."""
    return None if size is None else math.ceil(_bytes(size, 1024))


def _bytes(size: str, kilo: int) -> Decimal:
    from scanfix.profiles import MOST_BYTES

    found = SIZE.fullmatch("".join(half_width(size).split()))
    meant = _meant(found, kilo) if found else None
    if meant is None or meant > MOST_BYTES:
        raise ConfigError("bad_size", value=without_numbers(size))
    return meant


def _meant(found: re.Match[str], kilo: int) -> Decimal:
    number, unit = found[1] or "0", (found[2] or "B").upper()
    factor: int = (1024 if "I" in unit else kilo) ** POWERS.get(unit[0], 0)
    return Decimal(number) * factor
