"""A real `scanfix serve`, as a person starts it, and how a browser is started that looks at it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import scanfix

CHROMIUM = os.environ.get("SCANFIX_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(slots=True)
class Served:
    """A running `scanfix serve`."""

    address: str
    process: subprocess.Popen[str]
    said: str = ""
    """All that it printed to standard error, known when it has ended."""

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0

    @property
    def token(self) -> str:
        return parse_qs(urlsplit(self.address).query)["token"][0]


def of_this_tree() -> dict[str, str]:
    """The environment in which a process runs the scanfix that is tested, whatever is installed."""
    tree = str(Path(scanfix.__file__).parents[1])
    paths = os.pathsep.join(filter(None, [tree, os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": paths}


@contextmanager
def serving(
    *options: str, folder: Path | None = None, environment: dict[str, str] | None = None
) -> Iterator[Served]:
    """A server of its own, ended by Ctrl-C."""
    process = subprocess.Popen(
        [sys.executable, "-m", "scanfix", "serve", "--no-open", "--lang", "en", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=of_this_tree() | (environment or {}),
    )
    assert process.stdout
    try:
        one = Served(process.stdout.readline().strip(), process)
        yield one
    finally:
        process.send_signal(signal.SIGINT)
        try:
            one.said = process.communicate(timeout=20)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
