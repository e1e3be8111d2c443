"""A real server, as a person starts it, and a real browser that looks at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from drawing import as_jpeg, photo
from playwright.sync_api import Browser, Page, expect, sync_playwright
from serving import CHROMIUM, QUIET, Served, serving


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    with serving() as one:
        yield one


# Of a module, not of the session: while it is open, its loop runs in this thread and no other can be started.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium): the page was not tried")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


PATIENCE = 60_000
"""Milliseconds: a machine may be busy."""
expect.set_options(timeout=PATIENCE)

Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, served: Served) -> Iterator[Opened]:
    """Opens the page in a window of its own; whatever its console complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_page(address: str = served.address, lang: str = "en", **look: object) -> Page:
        size = {"width": 1280, "height": 800}
        context = browser.new_context(**({"viewport": size, "accept_downloads": True} | look))  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        # That a photo was refused the browser tells as a resource that failed to load.
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}&lang={lang}")
        page.wait_for_selector("#profile option", state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [text for text in complaints if not text.startswith("Failed to load resource")] == []


@pytest.fixture(scope="session")
def glare_bytes() -> bytes:
    return as_jpeg(photo("card", 1200, glare=0.22).pixels)


@pytest.fixture
def glare(tmp_path: Path, glare_bytes: bytes) -> Path:
    """A card with a reflection: a finding that has a place."""
    path = tmp_path / "我的证件.jpg"
    path.write_bytes(glare_bytes)
    return path
