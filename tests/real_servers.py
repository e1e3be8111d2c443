"""A real server of a real application, for tests that kill it, lie to it and leave it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from serving import of_this_tree

EXAMPLES = Path(__file__).parent.parent / "examples"
PATIENCE = 120.0
"""Seconds: only how long a test waits before it fails."""


class Told(NamedTuple):
    status: int
    headers: dict[str, str]
    body: Any


class Server:
    """A command that listens on `{port}`, started in examples/."""

    def __init__(self, *command: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._popen = subprocess.Popen(
            [sys.executable, "-m", *(part.format(port=self.port) for part in command)],
            cwd=EXAMPLES,
            env=of_this_tree(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for(self._answers)

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()

    def end(self, number: signal.Signals) -> None:
        """Send a signal to the server's first process, and wait for its end."""
        os.kill(self._popen.pid, number)
        self._popen.wait(PATIENCE)

    def family(self) -> set[int]:
        """The processes that come from the server, and it."""
        return {self._popen.pid, *descendants_of(self._popen.pid)}

    def get(self, path: str) -> Told:
        return self._ask("GET", path)

    def post(self, photo: bytes, query: str = "", filename: str = "card.jpg") -> Told:
        body, kind = form(photo, filename)
        return self._ask("POST", "/photos" + query, body, {"Content-Type": kind})

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def _ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Told:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, path, body or None, headers or {})
            answer = connection.getresponse()
            told = answer.read()
            names = {name.lower(): value for name, value in answer.getheaders()}
        return Told(answer.status, names, json.loads(told))

    def _answers(self) -> bool:
        if self._popen.poll() is not None:
            raise RuntimeError(f"the server ended with {self._popen.returncode}")
        with contextlib.suppress(OSError):
            return self.get("/health").status == 200
        return False


@contextlib.contextmanager
def serving(*command: str) -> Iterator[Server]:
    server = Server(*command)
    try:
        yield server
    finally:
        server.close()


def impatient() -> Any:
    """An application for uvicorn, which waits for a body for a tenth of a second."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    import scanfix
    from scanfix.contrib.starlette import Uploads

    uploads = Uploads(scanfix.Worker(), seconds=0.1)

    async def health(_: Request) -> JSONResponse:
        metrics = uploads.worker.metrics()
        return JSONResponse({"waiting": metrics.waiting, "running": metrics.running})

    async def take(request: Request) -> JSONResponse:
        return JSONResponse((await uploads.prepared(request)).report.to_dict())

    app = Starlette(routes=[Route("/health", health), Route("/photos", take, methods=["POST"])])
    uploads.install(app)
    return app


def form(photo: bytes, filename: str = "card.jpg") -> tuple[bytes, str]:
    """A form with a photo, and its content type."""
    mark = "specimen-boundary"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="photo"; filename="{filename}"\r\n\r\n'
    return head.encode() + photo + f"\r\n--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


def wait_for(condition: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def are_gone(processes: set[int]) -> bool:
    """Whether they end; zombies that nobody asks for count as ended."""
    with contextlib.suppress(AssertionError):
        wait_for(lambda: not any(map(is_alive, processes)))
    return not any(map(is_alive, processes))


def is_alive(process: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def descendants_of(process: int) -> set[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit():
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found: set[int] = set()
    waiting = [process]
    while waiting:
        new = children.get(waiting.pop(), [])
        found.update(new)
        waiting += new
    return found
