"""Who is answered, and what is not taken: the server asked by hand, without a browser."""

from __future__ import annotations

import base64
import http.client
import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from serving import Served, serving

PHOTO = {"Content-Type": "application/octet-stream"}
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
PROGRAM = b"MZ" + bytes(200)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def ask(
    served: Served,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    *,
    token: str | None = None,
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """As the page asks; `headers` stand in place of its own."""
    own = {"X-Scanfix-Token": served.token if token is None else token, **(PHOTO if body is not None else {})}
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    try:
        method = "GET" if body is None else "POST"
        connection.request(method, path, body=body, headers={**own, **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def code(body: bytes) -> str:
    error: dict[str, Any] = json.loads(body)["error"]
    assert error["en"]
    assert error["zh"]
    return str(error["code"])


def test_the_page_answers_to_its_own(served: Served, card_bytes: bytes) -> None:
    status, _, body = ask(served, "/api/look?name=card.jpg&preview=yes", card_bytes)
    assert status == 200
    told = json.loads(body)
    assert told["report"]["en"]["verdict"] == "ready"
    assert told["report"]["zh"]["verdict"] == "ready"
    assert base64.b64decode(told["picture"])[:2] == b"\xff\xd8"
    assert told["preview"] is None, "the browser shows a JPEG itself"


@pytest.mark.parametrize("path", ["/", "/static/app.js", "/api/setup", "/api/look"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "localhost", ""])
def test_another_host_is_refused(served: Served, path: str, host: str) -> None:
    body = b"x" if path == "/api/look" else None
    status, _, said = ask(served, f"{path}?token={served.token}", body, {"Host": host})
    assert status == 403
    assert path == "/" or code(said) == "wrong_host"


@pytest.mark.parametrize("token", ["", "x", "Zürich"])
def test_without_the_right_token_nothing_is_told(served: Served, token: str) -> None:
    header = token.encode().decode("latin-1")
    assert ask(served, "/api/setup", token=header)[0] == 403
    assert code(ask(served, "/api/look", b"x", token=header)[2]) == "wrong_token"
    status, headers, body = ask(served, f"/?token={token.encode().hex()}", token=served.token)
    assert status == 403
    assert headers["Content-Type"].startswith("text/plain")
    assert b"scanfix" in body
    assert ask(served, "/")[0] == 403


def test_the_token_is_another_at_every_start(served: Served) -> None:
    with serving() as other:
        assert other.token != served.token
        assert len(other.token) >= 32
        assert ask(other, "/api/setup", token=served.token)[0] == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_post_from_another_site_is_refused(
    served: Served, card_bytes: bytes, headers: dict[str, str]
) -> None:
    status, _, body = ask(served, "/api/look", card_bytes, headers)
    assert status == 403
    assert code(body) == "wrong_origin"


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "image/jpeg"])
def test_what_a_form_can_send_is_refused(served: Served, card_bytes: bytes, kind: str) -> None:
    assert ask(served, "/api/look", card_bytes, {"Content-Type": kind})[0] == 415


def test_another_site_is_not_told_that_it_may_ask(served: Served) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    connection.request("OPTIONS", "/api/look", headers={"Origin": "http://evil.example"})
    answer = connection.getresponse()
    assert answer.status == 403
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    connection.close()


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\x.jpg", "/etc/x.jpg", "a%00.jpg", "a%0A.jpg"])
def test_a_path_in_a_file_name_is_refused(served: Served, card_bytes: bytes, name: str) -> None:
    status, _, body = ask(served, f"/api/look?name={name}", card_bytes)
    assert status == 400
    assert code(body) == "wrong_request"


@pytest.mark.parametrize(
    "asked",
    [
        "profile=/etc/passwd",
        "profile=../x.toml",
        "profile=nobody",
        "crop=all",
        "format=exe",
        "document=dog",
        "turn=45",
        "turn=-1",
        "corners=1,2",
        "corners=a,b+c,d+e,f+g,h",
        "corners=nan,0+1,0+1,1+0,1",
    ],
)
def test_what_the_page_would_not_ask_is_refused(served: Served, card_bytes: bytes, asked: str) -> None:
    assert ask(served, f"/api/look?{asked}", card_bytes)[0] == 400


@pytest.mark.parametrize(("data", "wanted"), [(SVG, "SVG"), (HTML, "web page"), (PROGRAM, "program")])
def test_what_only_claims_to_be_a_picture_is_refused_and_never_given_back(
    served: Served, data: bytes, wanted: str
) -> None:
    status, headers, body = ask(served, "/api/look?name=card.jpg&preview=yes", data)
    assert status == 415
    assert headers["Content-Type"] == "application/json"
    assert code(body) in ("not_image", "unsupported_format")
    assert wanted in json.loads(body)["error"]["en"]
    assert b"alert" not in body


def test_an_empty_body_is_refused(served: Served) -> None:
    assert code(ask(served, "/api/look", b"")[2]) == "empty"


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
        head = (
            f"POST /api/look HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nX-Scanfix-Token: {served.token}\r\n"
            "Content-Type: application/octet-stream\r\nContent-Length: 2000000000\r\n\r\n"
        )
        line.sendall(head.encode())
        assert line.recv(20).startswith(b"HTTP/1.1 413")


def test_a_body_that_tells_no_length_is_cut_off_at_the_limit(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
        head = (
            f"POST /api/look HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nX-Scanfix-Token: {served.token}\r\n"
            "Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        line.sendall(head.encode())
        chunk = b"100000\r\n" + bytes(1 << 20) + b"\r\n"
        try:
            for _ in range(110):
                line.sendall(chunk)
        except OSError:
            pass
        assert line.recv(20).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "%2e%2e/app.py", "index.html", "", "no.js"])
def test_only_the_files_of_the_page_are_given_out(served: Served, name: str) -> None:
    assert ask(served, f"/static/{name}")[0] == 404


def test_the_page_may_load_nothing_but_itself(served: Served) -> None:
    for path in (f"/?token={served.token}", "/static/app.js", "/api/setup", "/nowhere"):
        _, headers, _ = ask(served, path)
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
    page = ask(served, f"/?token={served.token}")[2].decode()
    assert "<script>" not in page
    assert "style=" not in page
    assert not re.search(r"\son\w+=", page)


def test_only_this_computer_can_reach_it(served: Served) -> None:
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    if sys.platform == "linux":
        # This computer too, but not the address that the page listens at.
        addresses.add("127.0.0.2")
    for address in addresses - {"127.0.0.1", "127.0.1.1"}:
        with pytest.raises(OSError, match=r"refused|timed out|unreachable"):
            socket.create_connection((str(address), served.port), timeout=2)


def test_nothing_is_written_or_logged(card_bytes: bytes, tmp_path: Path) -> None:
    environment = {"TMPDIR": str(tmp_path), "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    with serving(folder=tmp_path, environment=environment) as one:
        ask(one, "/api/look?name=Zhang-San.jpg&preview=yes", card_bytes)
        ask(one, "/api/look?name=Zhang-San.jpg", card_bytes[:5000])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert one.said.count("\n") <= 1
    assert "Zhang" not in one.said


def test_ctrl_c_is_the_ordinary_end() -> None:
    with serving() as one:
        assert ask(one, "/api/setup")[0] == 200
    assert one.process.returncode == 0


def test_a_port_that_is_taken_is_told_in_one_sentence(served: Served) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scanfix", "serve", "--no-open", "--port", str(served.port), "--lang", "en"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"Port {served.port} cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_sides_are_split_where_the_page_says(served: Served, card_bytes: bytes) -> None:
    both, split = card_bytes * 2, len(card_bytes)
    status, _, body = ask(served, f"/api/join?split={split}&layout=horizontal", both)
    assert status == 200
    told = json.loads(body)["report"]["en"]
    assert told["output"]["width"] > told["output"]["height"]
    assert {finding.get("side") for finding in told["findings"]} <= {"front", "back", None}
    for asked in (f"split={2 * split}", "split=-1", "", f"split={split}&layout=round"):
        assert ask(served, f"/api/join?{asked}", both)[0] == 400


def test_sizes_that_were_typed_stand_in_place_of_the_portals(served: Served, card_bytes: bytes) -> None:
    sizes, both = "min_size=20&max_size=60", f"split={len(card_bytes)}"
    for path, body in ((f"look?{sizes}", card_bytes), (f"join?{sizes}&{both}", card_bytes * 2)):
        status, _, answer = ask(served, f"/api/{path}", body)
        assert status == 200
        told = json.loads(answer)
        assert told["bytes"] == [20_480, 60_000]
        assert 20_480 <= len(base64.b64decode(told["picture"])) <= 60_000


@pytest.mark.parametrize(
    ("asked", "window"),
    [
        ("", [56_320, 1_000_000]),
        ("profile=pair-cn", [102_400, 1_000_000]),
        ("min_size=&max_size=200", [56_320, 200_000]),
        ("min_size=20&max_size=37.5", [20_480, 37_500]),
        ("min_size=0&max_size=50", [0, 50_000]),
        ("max_size=0.5+MB", [56_320, 500_000]),
        (f"max_size={quote('２００')}", [56_320, 200_000]),
    ],
)
def test_a_number_of_kilobytes_is_read_as_at_the_shell(served: Served, asked: str, window: list[int]) -> None:
    status, _, body = ask(served, f"/api/window?{asked}")
    assert (status, json.loads(body)) == (200, {"bytes": window})


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (
            "max_size=20",
            "(domain real-name verification) has 56,320 to 20,000 bytes",
        ),
        ("min_size=200&max_size=100", "the least is above the greatest"),
        ("min_size=0&max_size=0", "the smallest file has 1 byte"),
        ("profile=us-ds160&max_size=10", "compression"),
        ("max_size=abc", "“abc” is no file size"),
        ("max_size=-5", "write a number of KB"),
        ("min_size=1,5", "write a number of KB"),
        ("max_size=2000000000", "up to 1 TiB"),
    ],
)
def test_sizes_that_cannot_be_are_told_without_a_command(
    served: Served, card_bytes: bytes, asked: str, why: str
) -> None:
    both = f"split={len(card_bytes)}"
    requests = (("window?", None), ("look?", card_bytes), (f"join?{both}&", card_bytes * 2))
    told = [ask(served, f"/api/{path}{asked}", body) for path, body in requests]
    assert {status for status, _, _ in told} == {400}
    assert len({body for _, _, body in told}) == 1
    assert code(told[0][2]) in ("no_size", "bad_size")
    error = json.loads(told[0][2])["error"]
    assert why in error["en"]
    assert not re.search("`|--", error["en"] + error["zh"])


def test_what_is_typed_is_held_against_the_photo_and_not_repeated(served: Served, card_bytes: bytes) -> None:
    given = {"X-Scanfix-Given": quote(json.dumps({"number": "110105194912310021", "name": "张三"}))}
    status, _, body = ask(served, "/api/look", card_bytes, given)
    assert status == 200
    assert "SF503" in [finding["code"] for finding in json.loads(body)["report"]["en"]["findings"]]
    assert b"110105" not in body
    for broken in ("[1]", "{", "%7B"):
        assert ask(served, "/api/look", card_bytes, {"X-Scanfix-Given": broken})[0] == 400


def test_what_is_typed_is_held_against_both_sides_and_told_once(served: Served, card_bytes: bytes) -> None:
    given = {"X-Scanfix-Given": quote(json.dumps({"number": "110105194912310021"}))}
    status, _, body = ask(served, f"/api/join?split={len(card_bytes)}", card_bytes * 2, given)
    assert status == 200
    told = json.loads(body)["report"]["en"]
    assert [finding["side"] for finding in told["findings"] if finding["code"] == "SF503"] == [None]
    assert told["verdict"] == "refused"
    assert told["said"].endswith("See below what to change.")


def test_of_a_side_that_cannot_be_taken_it_is_said_which(served: Served, card_bytes: bytes) -> None:
    body = ask(served, f"/api/join?split={len(card_bytes)}", card_bytes + HTML)[2]
    error = json.loads(body)["error"]
    assert error["en"].startswith("Back: ")
    assert error["zh"].startswith("反面：")


def test_what_was_not_given_is_told_apart_from_what_could_not_be_seen(
    served: Served, card_bytes: bytes
) -> None:
    told = json.loads(ask(served, "/api/look", card_bytes)[2])["report"]["en"]
    assert {"number_mismatch", "name_mismatch", "kind_mismatch"} <= set(told["not_given"])
    assert set(told["not_given"]).isdisjoint(told["not_checked"])
    given = {"X-Scanfix-Given": quote(json.dumps({"number": "11010519491231002X"}))}
    told = json.loads(ask(served, "/api/look", card_bytes, given)[2])["report"]["en"]
    assert "number_invalid" not in told["not_given"]


def test_a_picture_of_another_shape_is_cut_where_that_is_chosen(served: Served, card_bytes: bytes) -> None:
    told = json.loads(ask(served, "/api/look?profile=in-ssc-photo", card_bytes)[2])
    assert told["picture"] is None
    assert "SSC, India: photo" in told["error"]["en"]
    assert "“Cut to shape”" in told["error"]["en"]
    assert not re.search("`|--", told["error"]["en"] + told["error"]["zh"])
    told = json.loads(ask(served, "/api/look?profile=in-ssc-photo&crop=fit", card_bytes)[2])
    assert told["error"] is None
    assert told["report"]["en"]["output"]["width"] == 200


def test_a_form_is_checked_and_not_repeated(served: Served) -> None:
    typed = json.dumps({"number": "110105194912310021", "name": "张三", "kind": None}).encode()
    status, _, body = ask(served, "/api/form", typed)
    assert status == 200
    assert [finding["code"] for finding in json.loads(body)["en"]] == ["SF503"]
    assert b"110105" not in body
    for broken in (b"[1]", b"{", b'{"kind": "dog"}', b'{"kind": "\\ud800"}', b"x" * 20_000):
        assert ask(served, "/api/form", broken)[0] in (400, 413)
