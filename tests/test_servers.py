"""Real servers, hostile clients, sudden ends: every answer right, and nothing is left."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from drawing import as_jpeg, photo
from real_servers import EXAMPLES, Server, are_gone, descendants_of, form, serving, wait_for
from serving import of_this_tree

import scanfix

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
pytest.importorskip("fastapi")
pytest.importorskip("flask")

BARE_UVICORN = ("uvicorn", "--log-level", "critical", "--port", "{port}")
UVICORN = (*BARE_UVICORN, "--timeout-graceful-shutdown", "1", "fastapi_app:app")
GUNICORN = ("gunicorn", "--log-level", "critical", "--bind", "127.0.0.1:{port}", "--timeout", "120")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One uvicorn for all: after every client it must serve the next."""
    with serving(*UVICORN) as shared:
        yield shared


def answer_to(server: Server, head: str, body: bytes = b"") -> bytes:
    """What the server says to these bytes, which may end anywhere."""
    with server.connect() as connection:
        connection.sendall(head.replace("\n", "\r\n").encode() + body)
        told = b""
        while not told.endswith(b"}") and (more := connection.recv(1 << 16)):
            told += more
        return told


def is_idle(server: Server) -> bool:
    told = server.get("/health").body
    return not told["running"] and not told["waiting"]


def test_a_photo_is_prepared_and_a_bad_one_refused(server: Server, card_bytes: bytes) -> None:
    assert server.post(card_bytes, "?anyway=true").status == 201
    assert server.post(b"GIF89a").body["code"] == "truncated"


def head_of(kind: str, length: int) -> bytes:
    lines = ("POST /photos HTTP/1.1", "Host: x", f"Content-Type: {kind}", f"Content-Length: {length}", "", "")
    return "\r\n".join(lines).encode()


HEAD = "POST /photos HTTP/1.1\nHost: localhost\nContent-Type: multipart/form-data; boundary=b\n"


def test_a_body_that_says_it_is_too_long_is_refused_unread(server: Server) -> None:
    told = answer_to(server, HEAD + "Content-Length: 2000000000\n\n")
    assert told.startswith(b"HTTP/1.1 413")
    assert b"too_large_bytes" in told


def test_a_body_that_hides_its_length_is_cut(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall((HEAD + "Transfer-Encoding: chunked\n\n").replace("\n", "\r\n").encode())
        chunk = b"100000\r\n" + bytes(1 << 20) + b"\r\n"
        head = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="x"\r\n\r\n'
        try:
            connection.sendall(f"{len(head):x}\r\n".encode() + head + b"\r\n")
            for _ in range(2_000):
                connection.sendall(chunk)
        except OSError:
            # The server answers and closes long before two gigabytes.
            assert is_idle(server)
            return
    pytest.fail("two gigabytes were taken")


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    command = (*BARE_UVICORN, "--app-dir", str(Path(__file__).parent), "--factory", "real_servers:impatient")
    with serving(*command) as server:
        told = answer_to(server, HEAD + "Content-Length: 5000\n\n", b"--b")
        assert told.startswith(b"HTTP/1.1 408")
        assert b"upload_slow" in told
        assert is_idle(server)


def test_a_bomb_of_parts_is_no_form(server: Server) -> None:
    parts = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="x"; filename="x"\r\n\r\n\r\n' for _ in range(3_000)
    )
    told = answer_to(server, HEAD + f"Content-Length: {len(parts)}\n\n", parts)
    assert told.startswith(b"HTTP/1.1 400")
    assert b"upload_broken" in told


def test_a_connection_that_is_cut_leaves_nothing(server: Server, card_bytes: bytes) -> None:
    body, kind = form(card_bytes)
    for length in (10, len(body) // 2):
        with server.connect() as connection:
            connection.sendall(head_of(kind, len(body)) + body[:length])
    wait_for(lambda: is_idle(server))
    assert server.post(card_bytes, "?anyway=true").status == 201


def test_a_client_that_leaves_has_its_photo_killed(server: Server) -> None:
    body, kind = form(as_jpeg(photo("card", 1_600).pixels))
    before = server.get("/health").body["killed"]
    with server.connect() as connection:
        connection.sendall(head_of(kind, len(body)) + body)
        wait_for(lambda: server.get("/health").body["running"])
    wait_for(lambda: is_idle(server))
    assert server.get("/health").body["killed"] == before + 1


def test_a_crowd_gets_results_and_clean_refusals_only(server: Server, card_bytes: bytes) -> None:
    told: list[tuple[int, str]] = []

    def send() -> None:
        answer = server.post(card_bytes, "?anyway=true")
        told.append((answer.status, answer.headers.get("retry-after", "")))

    crowd = [threading.Thread(target=send) for _ in range(20)]
    for client in crowd:
        client.start()
    while any(client.is_alive() for client in crowd):
        assert server.get("/health").status == 200
        time.sleep(0.1)
    assert {status for status, _ in told} <= {201, 503}
    assert 201 in {status for status, _ in told}
    assert all(after.isdigit() for status, after in told if status == 503)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_that_ends_leaves_no_orphan(number: signal.Signals) -> None:
    told = list[tuple[int, str]]()
    with serving(*UVICORN) as server:

        def send() -> None:
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                answer = server.post(as_jpeg(photo("card", 1_600).pixels))
                told.append((answer.status, answer.body.get("code", "")))

        sender = threading.Thread(target=send)
        sender.start()
        wait_for(lambda: server.get("/health").body["running"])
        family = server.family()
        assert len(family) == 3
        server.end(number)
        assert are_gone(family)
        sender.join()
    # With a second's grace it may have been done; else the person is told to come again.
    assert not told or (number == signal.SIGTERM and told[0] in ((503, "interrupted"), (409, ""), (201, "")))


@pytest.mark.parametrize(
    "command",
    [
        (*GUNICORN, "--worker-class", "sync", "flask_app:app"),
        (*GUNICORN, "--worker-class", "gthread", "--threads", "4", "--workers", "2", "flask_app:app"),
        (*GUNICORN, "--preload", "--workers", "2", "django_app:application"),
        (*GUNICORN, "-k", "uvicorn.workers.UvicornWorker", "--workers", "2", "fastapi_app:app"),
        (*UVICORN[:-1], "--workers", "2", "starlette_app:app"),
    ],
    ids=["sync", "gthread", "preload", "uvicorn-class", "uvicorn-workers"],
)
def test_a_server_with_processes_of_its_own_serves_and_leaves_nothing(
    command: tuple[str, ...], card_bytes: bytes
) -> None:
    pytest.importorskip("gunicorn")
    with serving(*command) as server:
        assert server.post(card_bytes, "?anyway=true").status == 201
        assert server.post(b"no picture").status == 415
        # Who is refused while sending gets the answer, not a broken connection.
        assert server.post(bytes(31_000_000)).body["code"] == "too_large_bytes"
        assert b"too_large_bytes" in answer_to(server, HEAD + "Content-Length: 2000000000\n\n")
        family = server.family()
        server.end(signal.SIGTERM)
        assert are_gone(family)


def photo_processes_of(process: int) -> set[int]:
    """Of those that come from it, the ones that work on photos."""
    return {
        child
        for child in descendants_of(process)
        if b"served.serve" in Path(f"/proc/{child}/cmdline").read_bytes()
    }


@contextlib.contextmanager
def celery_at_work(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of the example with two pool processes; whatever is left of it is killed at the end."""
    command = ["-m", "celery", "--quiet", "--workdir", str(EXAMPLES), "-A", "celery_app"]
    command += ["worker", "-P", "prefork", "-c", "2"]
    started = subprocess.Popen(
        [sys.executable, *command],
        cwd=folder,
        env=of_this_tree(),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: len(photo_processes_of(started.pid)) == 2)
        yield started
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


@pytest.fixture
def celery_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    pytest.importorskip("celery")
    monkeypatch.setenv("SCANFIX_EXAMPLE_FOLDER", str(tmp_path))
    # It reads its folder while it is imported.
    monkeypatch.delitem(sys.modules, "celery_app", raising=False)
    return import_module("celery_app")


def test_celery_prefork_prepares_refuses_and_leaves_nothing(
    celery_app: Any, tmp_path: Path, card_bytes: bytes
) -> None:
    (tmp_path / "photos" / "good.jpg").write_bytes(card_bytes)
    (tmp_path / "photos" / "bad.jpg").write_bytes(b"GIF89a")
    with celery_at_work(tmp_path) as celery:
        good = celery_app.take.delay("good.jpg", document="id1-card")
        bad = celery_app.take.delay("bad.jpg")
        assert scanfix.Report.from_dict(good.get(timeout=120)).output is not None
        assert (tmp_path / "photos" / "good.prepared.jpg").exists()
        with pytest.raises(scanfix.InputError) as caught:
            bad.get(timeout=120)
        assert (caught.value.code, caught.value.params) == ("truncated", {"format": "GIF"})
        photos = photo_processes_of(celery.pid)
        celery.send_signal(signal.SIGTERM)
        celery.wait(120)
        assert are_gone(photos)


@pytest.mark.usefixtures("celery_app")
def test_a_pool_process_of_celery_that_is_killed_takes_its_photo_process_along(tmp_path: Path) -> None:
    """As at a time limit. What is left of the pool may wait for a lock of the dead: Celery's matter."""
    (tmp_path / "photos").mkdir(exist_ok=True)
    with celery_at_work(tmp_path) as celery:
        victim = next(child for child in descendants_of(celery.pid) if photo_processes_of(child))
        own = photo_processes_of(victim)
        os.kill(victim, signal.SIGKILL)
        assert are_gone(own)
