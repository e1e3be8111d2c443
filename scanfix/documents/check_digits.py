"""What must the last character be? One function a standard, each of what stands before it.

GB 11643-1999 (resident number, ISO/IEC 7064 MOD 11-2), GB 32100-2015 (unified social credit code, MOD 31-3),
GB 11714-1997 (organisation code, MOD 11), GS 15-2006 (registration number, MOD 11,10).
"""

from __future__ import annotations

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100: without I, O, S, V, Z, which look like digits or like U."""


def gb11643_digit(first_17: str) -> str:
    """ISO/IEC 7064 MOD 11-2: the weight of a place is 2 to its distance from the check digit."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(first_17))
    return "10X98765432"[total % 11]


def gb32100_digit(first_17: str) -> str:
    """MOD 31-3."""
    total = sum(CREDIT_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(first_17))
    return CREDIT_ALPHABET[-total % 31]


def gb11714_digit(first_8: str) -> str:
    """MOD 11 with a table of weights; 10 is X."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(sign, 36) * weight for sign, weight in zip(first_8, weights, strict=True))
    return "0123456789X"[-total % 11]


def registration_digit(first_14: str) -> str:
    """GS 15-2006: ISO/IEC 7064 MOD 11,10."""
    rest = 10
    for digit in first_14:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return str((11 - rest) % 10)
