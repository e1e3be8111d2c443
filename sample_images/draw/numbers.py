"""Which numbers stand on the specimens? Valid check digits, impossible owners.

Resident number: GB 11643, check digit by ISO 7064 MOD 11-2; the region 990000 has never
been assigned. Unified social credit code: GB 32100, MOD 31; same region. Passport: ICAO
Doc 9303 part 4 (TD3) for the fictional state UTO, which the standard itself uses.
"""

from __future__ import annotations

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_MRZ_WIDTH = 44


def resident_number(first_17: str) -> str:
    """The 17 digits with their check digit."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(first_17))
    return first_17 + "10X98765432"[total % 11]


def credit_code(first_17: str) -> str:
    """The 17 characters with their check character."""
    total = sum(_CREDIT_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(first_17))
    return first_17 + _CREDIT_ALPHABET[-total % 31]


def mrz_digit(field: str) -> str:
    """Check digit of a machine-readable field: weights 7, 3, 1; A = 10, < = 0."""
    values = (0 if sign == "<" else int(sign, 36) for sign in field)
    return str(sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(values)) % 10)


def passport_lines(
    surname: str, given: str, number: str, birth: str, sex: str, expiry: str
) -> tuple[str, str]:
    """The two lines of 44 characters; dates as YYMMDD, names in capital A-Z."""
    upper = f"P<UTO{surname}<<{given}".replace(" ", "<").ljust(_MRZ_WIDTH, "<")
    number, optional = number.ljust(9, "<"), "<" * 14
    checked = [field + mrz_digit(field) for field in (number, birth, expiry, optional)]
    lower = checked[0] + "UTO" + checked[1] + sex + checked[2] + checked[3]
    return upper, lower + mrz_digit("".join(checked))
