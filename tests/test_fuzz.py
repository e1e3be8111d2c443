"""Whatever the bytes are, `decode` gives a picture or a ScanfixError; a short run of benchmarks/fuzz.py."""

from __future__ import annotations

import random

import drawn_files
import pytest
import structures
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanfix.decoding import decode
from scanfix.decoding.exif import read_exif
from scanfix.errors import ScanfixError
from scanfix.limits import Limits

LIMITS = Limits(max_pixels=500_000, max_bytes=500_000)
QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
numbers = st.one_of(st.sampled_from(drawn_files.EXTREMES), st.integers(0, 2**32 - 1))
shares = st.floats(0, 1).map(lambda share: share**2)
harm = st.lists(st.tuples(st.sampled_from(drawn_files.HARMS), shares, numbers), min_size=1, max_size=8)


def decodes_or_refuses(data: bytes, *, salvage: bool = False) -> None:
    try:
        source = decode(data, limits=LIMITS, salvage=salvage)
    except ScanfixError as error:
        said = [error.message("en"), error.message("zh")]
    else:
        said = [repr(source.info)]
        assert source.pixels.shape == (source.info.height, source.info.width, 3)
        assert source.info.width * source.info.height <= LIMITS.max_pixels
    assert all(said)


@pytest.mark.parametrize("name", drawn_files.seeds())
@QUICK
@given(steps=harm, salvage=st.booleans())
def test_nothing_else_escapes_from_a_harmed_file(
    name: str, steps: list[tuple[str, float, int]], salvage: bool
) -> None:
    decodes_or_refuses(drawn_files.damaged(drawn_files.seeds()[name], steps), salvage=salvage)


@pytest.mark.parametrize("name", drawn_files.seeds())
def test_nothing_else_escapes_from_a_file_whose_parts_are_harmed(name: str) -> None:
    data, dice = drawn_files.seeds()[name], random.Random(name)
    harmed = [structures.harmed(data, dice) for _ in range(25)]
    assert len({data, *harmed}) > 8
    for one in harmed:
        decodes_or_refuses(one, salvage=dice.random() < 0.3)


@pytest.mark.parametrize("seed", range(60))
def test_nothing_else_escapes_from_harmed_profiles_and_metadata(seed: int) -> None:
    decodes_or_refuses(structures.dressed(random.Random(seed)))


@QUICK
@given(head=st.sampled_from(sorted(drawn_files.seeds().values())), share=shares, tail=st.binary(max_size=200))
def test_nothing_else_escapes_from_a_head_with_any_tail(head: bytes, share: float, tail: bytes) -> None:
    decodes_or_refuses(head[: int(len(head) * share)] + tail)


@settings(max_examples=200, deadline=None, database=None)
@given(st.binary(max_size=300))
def test_exif_of_any_bytes_is_read(block: bytes) -> None:
    assert 1 <= read_exif(b"Exif\x00\x00" + block).orientation <= 8
    assert 1 <= read_exif(b"II*\x00\x08\x00\x00\x00" + block).orientation <= 8
