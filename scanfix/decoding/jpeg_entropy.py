"""Is a JPEG whole whose sampling the strict decoder has no name for?

TurboJPEG decodes the sampling factors that have names (4:4:4, 4:2:2, 4:2:0, 4:4:0, 4:1:1, 4:4:1) and tells of
damage. libjpeg by way of Pillow decodes all that the standard allows (ITU-T T.81, A.1.1), and is silent. So
the codes are walked here: each block of each scan has to be spelt by the Huffman tables, no more and no fewer
bits than there are. The scans of a progressive file that hold one component's higher frequencies are grey
pictures for TurboJPEG.

What a code says is looked up for every bit of a stretch at once; walking is then two look-ups a code. That
takes about a second for each megabyte, so larger files than anybody has of such a kind are left to libjpeg
alone.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
import simplejpeg

from scanfix.decoding.stored import DECODER_ERRORS

Damage = Literal["truncated", "corrupt"]

_SOS, _DHT, _DQT, _DRI, _EOI = 0xDA, 0xC4, 0xDB, 0xDD, 0xD9
_SEQUENTIAL, _PROGRESSIVE = frozenset((0xC0, 0xC1)), 0xC2
_STANDALONE = frozenset((0x01, *range(0xD0, 0xD9)))
_NEXT = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)
_RESTART = re.compile(rb"\xff+([\xd0-\xd7])")
_MOST_BYTES = 8_000_000
"""Of a file whose codes are walked."""
_MOST_INTERVALS = 50_000
"""Between restart markers, each of which costs some 30 microseconds: a walk of more is left to libjpeg."""
_STRETCH = 1 << 16
"""Bytes looked up at once."""
_BLOCK_BYTES = 300
"""No block takes more: 64 codes of up to 31 bits."""
_END_OF_BLOCK, _NO_CODE = 100, 240
"""Steps past the 64 frequencies of a block that no run takes: its end, and what no table spells."""


class Component(NamedTuple):
    """Of a frame."""

    number: int
    across: int
    along: int
    table: int
    """Of quantisation."""


class Lookup(NamedTuple):
    """For the next 16 bits: how many a code and its value take, and how many frequencies it goes on."""

    bits: np.ndarray
    steps: np.ndarray


@dataclass(slots=True)
class _State:
    """What the segments before a scan have settled."""

    width: int = 0
    height: int = 0
    marker: int = 0
    components: tuple[Component, ...] = ()
    interval: int = 0
    codes: dict[int, bytes] = field(default_factory=dict)
    """Segments that define one table each, as they stand now; the class is in the high bits of the number, 0
    for means and 1 for frequencies."""
    quantisers: list[bytes] = field(default_factory=list)
    grey: dict[int, list[bytes]] = field(default_factory=dict)
    """Progressive: the scans of one component's higher frequencies."""

    @property
    def widest(self) -> int:
        return max(c.across for c in self.components)

    @property
    def highest(self) -> int:
        return max(c.along for c in self.components)

    def size_of(self, component: Component) -> tuple[int, int]:
        """In samples."""
        return (
            -(-self.width * component.across // self.widest),
            -(-self.height * component.along // self.highest),
        )


def find_damage(data: bytes) -> Damage | None:
    """The first damage met; None where the file is whole, too large, or coded arithmetically, which is not
    looked into."""
    if len(data) > _MOST_BYTES:
        return None
    state = _State()
    try:
        for marker, body, scan in _segments(data):
            if marker == _SOS:
                damage = _in_scan(state, body, scan)
                if damage:
                    return damage
            else:
                _note(state, marker, body)
    except (IndexError, struct.error, StopIteration):
        return "corrupt"
    return next(filter(None, (_in_grey(state, number) for number in state.grey)), None)


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """(marker, body, codes behind it) up to the end marker."""
    at = 2
    while (found := _NEXT.search(data, at)) is not None:
        marker, at = data[found.end() - 1], found.end()
        if marker == _EOI:
            return
        if marker in _STANDALONE:
            continue
        (length,) = struct.unpack_from(">H", data, at)
        body, end = data[at + 2 : at + length], at + length
        if marker == _SOS:
            following = _NEXT.search(data, end)
            end = following.start() if following else len(data)
        yield marker, body, data[at + length : end]
        at = end


def _note(state: _State, marker: int, body: bytes) -> None:
    if marker == _DRI:
        (state.interval,) = struct.unpack_from(">H", body)
    elif marker == _DHT:
        for table in _tables(body):
            state.codes[table[0]] = _segment(_DHT, table)
    elif marker == _DQT:
        state.quantisers.append(_segment(_DQT, body))
    elif marker not in (0xC8, 0xCC) and 0xC0 <= marker <= 0xCF:
        _, state.height, state.width, count = struct.unpack_from(">BHHB", body)
        parts = [body[6 + 3 * i : 9 + 3 * i] for i in range(count)]
        state.components = tuple(Component(p[0], p[1] >> 4, p[1] & 15, p[2]) for p in parts)
        state.marker = marker


def _tables(body: bytes) -> Iterator[bytes]:
    """Each of a segment."""
    at = 0
    while at + 17 <= len(body):
        end = at + 17 + sum(body[at + 1 : at + 17])
        yield body[at:end]
        at = end


@lru_cache(maxsize=8)
def _lookup(segment: bytes) -> Lookup:
    """Of the table that a segment defines; made only for those that a scan uses."""
    table = segment[4:]
    kind, counts, symbols = table[0] >> 4, table[1:17], table[17:]
    lengths, meant = np.zeros(1 << 16, np.uint8), np.zeros(1 << 16, np.uint8)
    code = used = 0
    for length, count in enumerate(counts, 1):
        for symbol in symbols[used : used + count]:
            span = 1 << (16 - length)
            lengths[code : code + span], meant[code : code + span] = length, symbol
            code += span
        used += count
    if kind == 0:
        return Lookup(lengths + np.minimum(meant, 16), np.where(lengths == 0, _NO_CODE, 1).astype(np.uint8))
    steps = (meant >> 4) + 1
    steps[meant == 0] = _END_OF_BLOCK
    steps[lengths == 0] = _NO_CODE
    return Lookup(lengths + (meant & 15), steps)


def _in_scan(state: _State, head: bytes, codes: bytes) -> Damage | None:
    count = head[0]
    chosen = [(head[1 + 2 * i], head[2 + 2 * i]) for i in range(count)]
    first, _, shifts = head[1 + 2 * count : 4 + 2 * count]
    named = {c.number: c for c in state.components}
    parts = [(named[number], tables) for number, tables in chosen if number in named]
    if len(parts) != count or not parts:
        return "corrupt"
    is_progressive = state.marker == _PROGRESSIVE
    if is_progressive and first > 0:
        component = parts[0][0]
        interval = _segment(_DRI, struct.pack(">H", state.interval))
        scan = [*state.codes.values(), interval, _segment(_SOS, head), codes]
        state.grey.setdefault(component.number, []).extend(scan)
        return None
    if not is_progressive and state.marker not in _SEQUENTIAL:
        return None
    plan, units = _plan(state, parts, with_frequencies=not is_progressive)
    return _in_intervals(state, codes, plan, units, bit_a_block=is_progressive and shifts >> 4 > 0)


Plan = list[tuple[Lookup, Lookup | None]]


def _plan(state: _State, parts: list[tuple[Component, int]], *, with_frequencies: bool) -> tuple[Plan, int]:
    """The tables of each block of a unit, and the number of units in the scan."""
    if len(parts) == 1:
        width, height = state.size_of(parts[0][0])
        units, repeats = -(-width // 8) * -(-height // 8), [1]
    else:
        across, along = 8 * state.widest, 8 * state.highest
        units = -(-state.width // across) * -(-state.height // along)
        repeats = [c.across * c.along for c, _ in parts]
    plan: Plan = []
    for (_, tables), times in zip(parts, repeats, strict=True):
        means = _lookup(state.codes.get(tables >> 4, _NO_TABLE))
        frequencies = _lookup(state.codes.get(16 + (tables & 15), _NO_TABLE)) if with_frequencies else None
        plan += [(means, frequencies)] * times
    return plan, units


def _in_intervals(state: _State, codes: bytes, plan: Plan, units: int, *, bit_a_block: bool) -> Damage | None:
    """Between the restart markers, which follow each other in their order."""
    pieces = _RESTART.split(codes)
    stretches, marks = pieces[::2], pieces[1::2]
    most = state.interval or units
    if len(stretches) > _MOST_INTERVALS:
        return None
    if len(stretches) != -(-units // most):
        return "truncated" if len(stretches) < -(-units // most) else "corrupt"
    if any(mark[0] & 7 != number % 8 for number, mark in enumerate(marks)):
        return "corrupt"
    for number, stretch in enumerate(stretches):
        count = min(most, units - number * most)
        plain = stretch.rstrip(b"\xff").replace(b"\xff\x00", b"\xff")
        bits = 8 * len(plain)
        used = count * len(plan) if bit_a_block else _walk(plain, plan, count)
        if used is None:
            return "corrupt"
        if used > bits:
            return "truncated" if number == len(stretches) - 1 else "corrupt"
        if bits - used >= 8:
            return "corrupt"
    return None


def _walk(data: bytes, plan: Plan, units: int) -> int | None:
    """How many bits the blocks of so many units take; None where no table spells them."""
    raw = np.frombuffer(data + bytes(3 * _BLOCK_BYTES), np.uint8)
    kinds = {id(lookup): lookup for pair in plan for lookup in pair if lookup is not None}
    order = [(id(means), None if rest is None else id(rest)) for means, rest in plan]
    start, place, end, found = 0, 0, 0, dict[int, tuple[bytes, bytes]]()
    for _ in range(units):
        for means, rest in order:
            if place >= end:
                start += place // 8
                place %= 8
                if start > len(data):
                    return 8 * start
                stretch = min(_STRETCH, len(data) + 1 - start)
                end = 8 * stretch
                found = _looked_up(raw[start : start + stretch + 2 * _BLOCK_BYTES], kinds)
            bits, steps = found[means]
            if steps[place] == _NO_CODE:
                return None
            place += bits[place]
            if rest is None:
                continue
            bits, steps = found[rest]
            step = 1
            while step < 64:
                step += steps[place]
                place += bits[place]
            if 64 < step < _END_OF_BLOCK or step > _NO_CODE:
                return None
    return 8 * start + place


def _looked_up(raw: np.ndarray, kinds: dict[int, Lookup]) -> dict[int, tuple[bytes, bytes]]:
    """For each bit of a stretch, by table."""
    wide = raw.astype(np.uint32)
    three = wide[:-2] << 16 | wide[1:-1] << 8 | wide[2:]
    windows = (three[:, None] >> np.arange(8, 0, -1, dtype=np.uint32) & 0xFFFF).astype(np.uint16).ravel()
    return {
        name: (lookup.bits[windows].tobytes(), lookup.steps[windows].tobytes())
        for name, lookup in kinds.items()
    }


def _in_grey(state: _State, number: int) -> Damage | None:
    """The higher frequencies of one component of a progressive file, as a picture of their own."""
    component = next(c for c in state.components if c.number == number)
    width, height = state.size_of(component)
    blocks = -(-width // 8) * -(-height // 8)
    frame = struct.pack(">BHHBBBB", 8, height, width, 1, number, 0x11, component.table)
    one_code = bytes((0, 1, *bytes(15), 0))
    means = _segment(_SOS, bytes((1, number, 0, 0, 0, 0))) + bytes(-(-blocks // 8))
    parts = (b"\xff\xd8", *state.quantisers, _segment(_PROGRESSIVE, frame), _segment(_DHT, one_code), means)
    try:
        simplejpeg.decode_jpeg(b"".join((*parts, *state.grey[number], b"\xff\xd9")), "GRAY", strict=True)
    except DECODER_ERRORS as error:
        return "truncated" if "premature" in str(error).lower() else "corrupt"
    return None


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


_NO_TABLE = _segment(_DHT, bytes(17))
"""Without a code: stands for one that no segment defines."""
