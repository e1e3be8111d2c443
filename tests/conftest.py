"""What the tests share: small drawn photos, as files on a fresh disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest
from drawing import as_jpeg, photo

# A test never times: on a busy machine examples are drawn slowly, and that is no fault of them.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def card_bytes() -> bytes:
    """A sharp phone photo of a specimen card on a table, as JPEG."""
    return as_jpeg(photo("card").pixels)


@pytest.fixture
def card(tmp_path: Path, card_bytes: bytes) -> Path:
    """The same as a file."""
    path = tmp_path / "card.jpg"
    path.write_bytes(card_bytes)
    return path


@pytest.fixture
def small_is_plenty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small JPEG is taken beyond the limit as one of 48 megapixels is."""
    monkeypatch.setattr("scanfix.decoding.jpeg._PLENTY", 1)


@pytest.fixture
def listing(tmp_path: Path) -> Callable[[], set[str]]:
    """Every file below the temporary folder, to see what was written and what was left."""
    return lambda: {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
