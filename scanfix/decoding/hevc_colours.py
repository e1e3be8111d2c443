"""What do the numbers of an HEVC picture mean, where only its own head says it?

The usability information (ITU-T H.265, annex E) stands at the end of the sequence parameter set (7.3.2.2),
behind tables of any length; all of them are read over here. Cameras repeat it in a `colr` box, others do not.
"""

from __future__ import annotations

from scanfix.decoding.bits import Bits
from scanfix.decoding.colour_space import ColourSpace

_MOST_SETS = 64
_ANY_SHAPE = 255


def read_colours(bits: Bits, layers: int) -> ColourSpace | None:
    """From behind the height on; `layers` is the number of sub-layers less one. Raises EOFError."""
    if bits.read(1):
        _skip(bits, 4)
    _skip(bits, 2)
    order_bits = bits.golomb() + 4
    _skip(bits, 3 * (layers + 1 if bits.read(1) else 1))
    _skip(bits, 6)
    if bits.read(1) and bits.read(1):
        _skip_scaling_lists(bits)
    bits.read(2)
    if bits.read(1):
        bits.read(8)
        _skip(bits, 2)
        bits.read(1)
    _skip_reference_sets(bits)
    if bits.read(1):
        for _ in range(bits.golomb()):
            bits.read(order_bits + 1)
    bits.read(2)
    return _usability(bits) if bits.read(1) else None


def _usability(bits: Bits) -> ColourSpace | None:
    if bits.read(1) and bits.read(8) == _ANY_SHAPE:
        bits.read(32)
    if bits.read(1):
        bits.read(1)
    if not bits.read(1):
        return None
    bits.read(4)
    return ColourSpace.of_codes(bits.read(8), bits.read(8)) if bits.read(1) else None


def _skip(bits: Bits, count: int) -> None:
    for _ in range(count):
        bits.golomb()


def _skip_scaling_lists(bits: Bits) -> None:
    for size in range(4):
        for _ in range(0, 6, 3 if size == 3 else 1):
            if bits.read(1):
                _skip(bits, min(64, 16 << 2 * size) + (size > 1))
            else:
                bits.golomb()


def _skip_reference_sets(bits: Bits) -> None:
    count = bits.golomb()
    if count > _MOST_SETS:
        raise EOFError
    pictures = 0
    """Of the set before."""
    for index in range(count):
        if index and bits.read(1):
            bits.read(1)
            bits.golomb()
            # Each is used, or else a bit says whether it is kept.
            pictures = sum(bits.read(1) or bits.read(1) for _ in range(pictures + 1))
        else:
            pictures = bits.golomb() + bits.golomb()
            for _ in range(pictures):
                bits.golomb()
                bits.read(1)
