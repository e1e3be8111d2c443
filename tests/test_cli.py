"""The command line: what a person types, sees and gets back."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import isolation_tasks
import jsonschema
import pytest
import typer
from draw.specimens import RESIDENT_NUMBER
from drawing import as_jpeg, as_png, photo
from PIL import Image
from typer.testing import CliRunner

from scanfix import pipeline
from scanfix.cli import COMMANDS, app
from scanfix.cli.attempts import finish
from scanfix.cli.options import FailOn
from scanfix.cli.photo import exit_code_of, run, source_of
from scanfix.errors import BusyError, CannotMeetProfileError, ConfigError, InputError, OutputError
from scanfix.files import SourceBytes
from scanfix.findings import Severity
from scanfix.limits import SHELL_LIMITS, Limits
from scanfix.model import Assessment, Finding, Report, SourceInfo
from scanfix.order import make_order
from scanfix.reports import schema

posix = pytest.mark.skipif(os.name != "posix", reason="a shell and its streams")
Listing = Callable[[], set[str]]
WINDOW = range(56_320, 1_000_001)


def scanfix(
    *arguments: str | Path, stdin: bytes = b"", **variables: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command as a person would, in English unless told otherwise."""
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("SCANFIX", "LC_", "LANG", "NO_COLOR"))
    }
    return subprocess.run(
        [sys.executable, "-m", "scanfix", *(os.fspath(a) for a in arguments)],
        input=stdin,
        capture_output=True,
        env=environment | {"LANG": "C.UTF-8"} | variables,
        check=False,
    )


def test_the_result_lies_beside_the_photo(card: Path) -> None:
    done = scanfix("prepare", card)
    assert done.returncode == 0, done.stderr
    result = card.with_name("card.prepared.jpg")
    assert result.read_bytes()[:3] == b"\xff\xd8\xff"
    assert result.stat().st_size in WINDOW
    assert b"Written to" in done.stdout


def test_an_existing_result_is_never_replaced_unasked(card: Path) -> None:
    target = card.with_name("card.prepared.jpg")
    target.write_bytes(b"mine")
    assert scanfix("prepare", card).returncode == 5
    assert target.read_bytes() == b"mine"
    assert scanfix("prepare", card, "--overwrite").returncode == 0
    assert target.stat().st_size in WINDOW


def test_the_input_is_never_overwritten(card: Path, card_bytes: bytes) -> None:
    done = scanfix("prepare", card, "-o", card, "--overwrite")
    assert done.returncode == 5
    assert card.read_bytes() == card_bytes


def test_json_is_one_report_that_obeys_the_schema(card: Path, tmp_path: Path) -> None:
    done = scanfix("prepare", card, "-o", tmp_path / "out.jpg", "--json")
    report = json.loads(done.stdout)
    jsonschema.validate(report, schema())
    assert report["output"]["byte_count"] == (tmp_path / "out.jpg").stat().st_size
    assert report["border"] is not None


def test_inspect_writes_nothing(card: Path, listing: Listing) -> None:
    before = listing()
    done = scanfix("inspect", card)
    assert done.returncode in (0, 1)
    assert b"confidence" in done.stdout
    assert listing() == before


def test_bytes_go_through_a_pipe_and_the_report_beside_it(card_bytes: bytes) -> None:
    done = scanfix("prepare", "-", "-o", "-", stdin=card_bytes)
    assert done.returncode == 0
    assert done.stdout[:3] == b"\xff\xd8\xff"
    assert len(done.stdout) in WINDOW
    assert b"bytes" in done.stderr


def test_the_name_of_the_output_chooses_the_format(card: Path, tmp_path: Path) -> None:
    assert scanfix("prepare", card, "-o", tmp_path / "card.bmp").returncode == 0
    assert (tmp_path / "card.bmp").read_bytes()[:2] == b"BM"


def test_a_name_that_would_lie_is_refused(card: Path, tmp_path: Path, listing: Listing) -> None:
    before = listing()
    assert scanfix("prepare", card, "-o", tmp_path / "card.png").returncode == 5
    assert listing() == before


@pytest.mark.parametrize(
    "line", ["prepare {0}", "prepare {0} --format bmp", "join {0} {0}", "split {0} --join"]
)
def test_a_name_that_would_lie_is_told_before_the_photo_is_read(line: str, tmp_path: Path) -> None:
    name = "x.jpg" if "bmp" in line else "x.png"
    done = scanfix(*line.format(tmp_path / "no.jpg").split(), "-o", tmp_path / name)
    assert done.returncode == 5
    assert b"must end in" in done.stderr
    assert b"no.jpg" not in done.stderr


@pytest.mark.parametrize("line", ["prepare {0} -o {1}/", "split {0} -o {1}"])
def test_a_folder_stays_into_which_another_call_may_be_about_to_write(line: str, tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff broken")
    done = scanfix(*line.format(tmp_path / "broken.jpg", tmp_path / "new").split())
    assert done.returncode == 3, done.stderr
    assert (tmp_path / "new").is_dir()


def test_a_photo_for_which_there_is_too_little_memory_stops_no_other(
    tmp_path: Path, card_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(card_bytes)

    def full(path: str, *given: Any) -> Any:
        if path.endswith("a.jpg"):
            raise MemoryError
        return source_of(path, *given)

    monkeypatch.setattr("scanfix.cli.prepare.source_of", full)
    done = CliRunner().invoke(
        app, ["prepare", *(str(tmp_path / name) for name in ("a.jpg", "b.jpg")), "--lang", "en"]
    )
    assert done.exit_code == 3
    assert "a.jpg" in done.stderr
    assert (tmp_path / "b.prepared.jpg").is_file()


@posix
def test_what_is_redirected_to_is_an_input_only_where_it_holds_something(
    tmp_path: Path, card_bytes: bytes
) -> None:
    (tmp_path / "card.jpg").write_bytes(card_bytes)
    for words in (
        ("read", "card.jpg"),
        ("prepare", "card.jpg", "card.jpg"),
        ("prepare", "card.jpg", "--json"),
        ("inspect", "card.jpg", "--json"),
        ("join", "card.jpg", "card.jpg", "-o", "x.jpg", "--json"),
        ("split", "card.jpg", "--json"),
        ("batch", ".", "out"),
    ):
        with (tmp_path / "card.jpg").open("ab") as kept:
            command = [sys.executable, "-m", "scanfix", *words]
            for error in (None, kept):
                done = subprocess.run(command, stdout=kept, stderr=error, cwd=tmp_path, check=False)
                assert done.returncode == 5, words
                assert (tmp_path / "card.jpg").read_bytes() == card_bytes, words
    form = tmp_path / "form.toml"
    form.write_text('kind = "passport"\n')
    with form.open("a") as kept:
        subprocess.run([sys.executable, "-m", "scanfix", "form", form], stdout=kept, check=False)
    assert form.read_text() == 'kind = "passport"\n'
    with (tmp_path / "log.txt").open("w") as log:
        photos = (tmp_path / "card.jpg", tmp_path / "log.txt")
        done = subprocess.run([sys.executable, "-m", "scanfix", "prepare", *photos], stdout=log, check=False)
    assert done.returncode == 3
    assert (tmp_path / "card.prepared.jpg").is_file()


def test_several_photos_go_into_a_folder(card: Path, tmp_path: Path, card_bytes: bytes) -> None:
    other = tmp_path / "护照.jpg"
    other.write_bytes(card_bytes)
    out = tmp_path / "out"
    out.mkdir()
    done = scanfix("prepare", card, other, "-o", out)
    assert done.returncode == 0, done.stderr
    assert {p.name for p in out.iterdir()} == {"card.prepared.jpg", "护照.prepared.jpg"}


def test_one_broken_photo_does_not_stop_the_others(card: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture at all")
    done = scanfix("prepare", broken, card)
    assert done.returncode == 3
    assert card.with_name("card.prepared.jpg").exists()
    assert b"broken.jpg" in done.stderr


def test_two_photos_never_share_a_result(tmp_path: Path, card_bytes: bytes, listing: Listing) -> None:
    inputs = {"id.jpg", "id.jpeg"}
    for name in inputs:
        (tmp_path / name).write_bytes(card_bytes)
    assert scanfix("prepare", tmp_path / "id.jpg", tmp_path / "id.jpeg").returncode == 0
    assert listing() == inputs | {"id.jpg.prepared.jpg", "id.jpeg.prepared.jpg"}


def test_photos_of_one_name_do_not_meet_in_a_folder(
    tmp_path: Path, card_bytes: bytes, listing: Listing
) -> None:
    for folder in ("a", "b", "out"):
        (tmp_path / folder).mkdir()
    for folder in ("a", "b"):
        (tmp_path / folder / "id.jpg").write_bytes(card_bytes)
    before = listing()
    assert (
        scanfix("prepare", tmp_path / "a/id.jpg", tmp_path / "b/id.jpg", "-o", tmp_path / "out").returncode
        == 5
    )
    assert listing() == before


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.jpg", b"", 3),
        ("text.jpg", b"hello, I am a text file\n", 3),
        ("cut.jpg", as_jpeg(photo("card", 800).pixels)[:9000], 3),
    ],
)
def test_bad_input_is_one_sentence_and_no_output(
    tmp_path: Path, listing: Listing, name: str, content: bytes, code: int
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    before = listing()
    done = scanfix("prepare", path)
    assert done.returncode == code
    assert done.stderr.count(b"\n") == 1
    assert b"Traceback" not in done.stderr
    assert listing() == before


@pytest.mark.parametrize("what", ["missing.jpg", "."])
def test_what_is_no_file_is_refused(tmp_path: Path, what: str) -> None:
    done = scanfix("prepare", tmp_path / what, "-o", tmp_path / "out.jpg")
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("prepare",),
        ("prepare", "x.jpg", "--profile", "no-such-portal"),
        ("prepare", "x.jpg", "--document", "no-such-kind"),
        ("prepare", "x.jpg", "--crop", "sometimes"),
        ("prepare", "a.jpg", "b.jpg", "-o", "one.jpg"),
        ("card.jpg",),
        ("prepare", "-"),
        ("prepare", "x.jpg", "--corners", "1,2 3,4"),
        ("prepare", "x.jpg", "--annotate", "-"),
        ("prepare", "x.jpg", "--annotate", "seen.bmp"),
        ("prepare", "x.jpg", "-o", "q.jpg", "--annotate", "q.jpg"),
        ("inspect", "x.jpg", "--annotate", "seen.jpg"),
        ("inspect", "x.jpg", "y.jpg", "--corners", "0,0 9,0 9,9 0,9"),
        ("prepare", "x.jpg", "y.jpg", "--corners", "0,0 9,0 9,9 0,9"),
        ("prepare", "x.jpg", "--profile", "uk-passport", "--corners", "0,0 9,0 9,9 0,9"),
        ("join", "-", "-", "-o", "x.jpg"),
        ("prepare", "-", "-", "-o", "new/"),
        ("inspect", "-", "-"),
        ("report", "-", "-", "-o", "x.csv"),
        ("explain", "XX"),
        ("no-such-command",),
    ],
)
def test_a_wrong_call_is_exit_code_2_and_leaves_nothing(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = scanfix(*arguments)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "command", ["prepare x.jpg", "inspect x.jpg", "join x.jpg y.jpg -o z.jpg", "split x.jpg"]
)
def test_a_wrong_call_is_no_photos_fault_and_quotes_what_is_wrong(command: str) -> None:
    for option in ("--profile", "--document"):
        done = scanfix(*command.split(), option, "", "--json")
        assert (done.returncode, done.stdout) == (2, b"")
        assert b' "";' in done.stderr


def test_inspect_judges_the_file_by_the_sizes_given_and_may_be_quiet(card: Path) -> None:
    assert b"file itself must" not in scanfix("inspect", card, "--min-size", "1B", "--max-size", "9MB").stdout
    assert b"file itself must" in scanfix("inspect", card, "--min-size", "1B", "--max-size", "9KB").stdout
    assert scanfix("inspect", card, "-q").stdout == b""


def test_inspect_calls_no_file_ready_that_would_be_written_anew(card: Path) -> None:
    # The verdict, and with it the exit code, is about the picture.
    with Image.open(card) as image:
        image.save(card, quality=90, progressive=True)
    done = scanfix("inspect", card, "--fail-on", "warning")
    first, second, *_ = done.stdout.decode().splitlines()
    assert done.returncode == 0
    assert first.startswith("The picture is ready; the file itself must still be prepared: JPEG, ")
    assert second.endswith("makes one that they take or says why it cannot.")
    told = json.loads(scanfix("inspect", card, "--json").stdout)
    assert (told["verdict"], told["taken"]) == ("ready", False)
    assert "文件本身仍需处理" in scanfix("inspect", card, "--lang", "zh").stdout.decode()
    assert scanfix("prepare", card).returncode == 0
    made = card.with_name("card.prepared.jpg")
    assert json.loads(scanfix("inspect", made, "--json").stdout)["taken"] is True


def test_fail_on_makes_findings_an_exit_code(tmp_path: Path) -> None:
    unreadable, cut = tmp_path / "unreadable.jpg", tmp_path / "cut.jpg"
    unreadable.write_bytes(as_jpeg(photo("card", blur=16).pixels))
    cut.write_bytes(as_jpeg(photo("card", cut="left").pixels))
    assert scanfix("inspect", unreadable).returncode == 1
    assert scanfix("inspect", unreadable, "--fail-on", "never").returncode == 0
    assert scanfix("inspect", cut, "--fail-on", "warning").returncode == 1


@pytest.mark.parametrize(
    ("severities", "codes"),
    [
        ((), (0, 0, 0)),
        ((Severity.INFO,), (0, 0, 0)),
        ((Severity.WARNING,), (0, 1, 0)),
        ((Severity.ERROR,), (1, 1, 0)),
        ((Severity.INFO, Severity.ERROR), (1, 1, 0)),
    ],
)
def test_the_exit_code_follows_from_the_verdict(
    severities: tuple[Severity, ...], codes: tuple[int, ...]
) -> None:
    found = (Finding.of("SF103", severity=severity, sides=["top"]) for severity in severities)
    said = tuple(Assessment("border", finding=each) for each in found)
    report = Report("cnnic", SourceInfo("JPEG", None, 1, 1, 1), None, said)
    asked = (FailOn.ERROR, FailOn.WARNING, FailOn.NEVER)
    assert tuple(exit_code_of(report, fail_on) for fail_on in asked) == codes


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (KeyboardInterrupt(), 130),
        (RuntimeError("a bug"), 70),
        (InputError("empty"), 3),
        (CannotMeetProfileError("cannot_fit", profile="cnnic", rule="rule_max_bytes"), 4),
        (OutputError("disk_full"), 5),
        (ConfigError("bad_corners"), 2),
        (BusyError("busy", retry_after=1), 75),
    ],
)
def test_what_stops_a_command_has_the_exit_code_of_the_readme(fault: BaseException, code: int) -> None:
    def work() -> int:
        raise fault

    with pytest.raises(typer.Exit) as left:
        finish(work, "en")
    assert left.value.exit_code == code


def test_chinese_is_spoken_on_request(card: Path, tmp_path: Path) -> None:
    done = scanfix("prepare", card, "-o", tmp_path / "out.jpg", "--lang", "zh")
    assert "已写入" in done.stdout.decode()
    assert "上传前的最后一步" in scanfix("--help", SCANFIX_LANG="zh").stdout.decode()


def test_colour_only_where_it_is_wanted(card: Path, tmp_path: Path) -> None:
    plain = scanfix("prepare", card, "-o", tmp_path / "a.jpg")
    assert b"\x1b[" not in plain.stdout
    assert b"\x1b[" in scanfix("prepare", card, "-o", tmp_path / "b.jpg", FORCE_COLOR="1").stdout
    assert (
        b"\x1b["
        not in scanfix("prepare", card, "-o", tmp_path / "c.jpg", FORCE_COLOR="1", NO_COLOR="1").stdout
    )


def test_the_annotated_picture_is_a_png(card: Path, tmp_path: Path) -> None:
    done = scanfix("prepare", card, "-o", tmp_path / "out.jpg", "--annotate", tmp_path / "seen.png")
    assert done.returncode == 0, done.stderr
    assert f"Written to {tmp_path / 'seen.png'}".encode() in done.stdout
    with Image.open(tmp_path / "seen.png") as picture:
        assert picture.format == "PNG"


def test_corners_by_hand_are_taken_at_their_word(card: Path, tmp_path: Path) -> None:
    corners = "300,250 1300,250 1300,900 300,900"
    done = scanfix("prepare", card, "-o", tmp_path / "out.jpg", "--json", "--corners", corners)
    report = json.loads(done.stdout)
    assert report["border"]["confidence"] == 1
    assert report["border"]["quad"][0] == [300, 250]


@pytest.mark.parametrize("command", ["prepare", "inspect", "batch", "serve", "profiles", "explain", "doctor"])
def test_every_command_helps_in_both_languages(command: str) -> None:
    english, chinese = scanfix(command, "--help"), scanfix(command, "--help", "--lang", "zh")
    assert english.returncode == chinese.returncode == 0
    assert english.stdout != chinese.stdout


def test_profiles_are_listed_and_shown() -> None:
    assert b"cnnic" in scanfix("profiles").stdout
    shown = scanfix("profiles", "aliyun").stdout
    assert b"56,320 to 1,000,000" in shown
    assert b"65500" not in shown
    assert b"pixels: at most 8000 x 8000" in scanfix("profiles", "stripe-id").stdout
    assert b"confidence" in shown
    visa = scanfix("profiles", "us-ds160").stdout
    assert b"compression: at most 20:1" in visa
    assert b"--crop fit" in visa
    assert b"never cropped" in scanfix("profiles", "stripe-id").stdout


def test_findings_are_explained() -> None:
    assert b"blurred" in scanfix("explain", "SF201").stdout
    assert b"SF301" in scanfix("explain", "glare").stdout
    assert scanfix("explain", "SF999").returncode == 2


def test_doctor_names_what_is_installed() -> None:
    done = scanfix("doctor")
    assert b"opencv" in done.stdout
    assert b"Pillow" in done.stdout


def test_doctor_tells_of_an_opencv_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanfix.installation.metadata.version", lambda _: "4.8.0.76")
    monkeypatch.setattr("scanfix.installation.OPENCVS", ("opencv-python-headless",))
    done = CliRunner().invoke(app, ["doctor", "--lang", "en"])
    assert done.exit_code == 1
    assert "opencv-python-headless 4.8.0.76: too old" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("explain", f"身份证号 {RESIDENT_NUMBER} 哪里都没有"),
        ("prepare", "card.jpg", "--profile", RESIDENT_NUMBER),
        ("prepare", "card.jpg", "--min-size", RESIDENT_NUMBER),
    ],
)
def test_a_number_in_the_wrong_place_is_not_repeated(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, [*words])
    assert done.exit_code == 2
    assert RESIDENT_NUMBER not in done.output
    assert RESIDENT_NUMBER[:2] + "**" in done.output


def test_the_version_is_said() -> None:
    assert scanfix("--version").stdout.startswith(b"scanfix ")


def test_a_reader_that_goes_away_is_no_traceback(card: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "scanfix", "prepare", str(card), "-o", str(tmp_path / "out.jpg")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    process.wait()
    assert b"Traceback" not in errors
    assert (tmp_path / "out.jpg").exists()


def test_a_renamed_png_is_said_aloud(tmp_path: Path) -> None:
    path = tmp_path / "renamed.jpg"
    path.write_bytes(as_png(photo("card", 1000).pixels))
    assert b"SF401" in scanfix("prepare", path).stdout


@pytest.mark.parametrize("limit", ["bytes=10", "pixels=100", "side=100", "seconds=0.001"])
def test_an_input_beyond_a_limit_is_refused(card: Path, listing: Listing, limit: str) -> None:
    before = listing()
    done = scanfix("prepare", card, "--limit", limit)
    assert done.returncode == 3
    assert done.stderr.splitlines()[1].strip().startswith(b"If you know the file to be good: --limit")
    assert listing() == before


def test_limits_of_time_and_memory_take_nothing_from_the_result(card: Path, tmp_path: Path) -> None:
    free, bound = tmp_path / "free.jpg", tmp_path / "bound.jpg"
    limits = ("--limit", "seconds=60", "--limit", "memory=1500000000")
    assert scanfix("prepare", card, "-o", free).returncode == 0
    assert scanfix("prepare", card, "-o", bound, *limits).returncode == 0
    assert free.read_bytes() == bound.read_bytes()


@pytest.mark.parametrize("command", ["prepare", "inspect", "join"])
def test_with_a_limit_of_time_nothing_is_decoded_here(
    command: str, card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "decode", lambda *_, **__: pytest.fail("decoded in this process"))
    out, seen = os.fspath(tmp_path / "out.jpg"), os.fspath(tmp_path / "seen.png")
    calls: dict[str, list[str]] = {
        "prepare": [os.fspath(card), "-o", out, "--annotate", seen],
        "inspect": [os.fspath(card), "--annotate", seen],
        "join": [os.fspath(card), os.fspath(card), "-o", out],
    }
    done = CliRunner().invoke(app, [command, *calls[command], "--limit", "seconds=30"])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("command", ["prepare", "inspect", "join"])
def test_a_pdf_is_never_decoded_here(
    card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr("scanfix.decoding.pdf.read_pdf", lambda *_, **__: pytest.fail("in this process"))
    scan = tmp_path / "scan.pdf"
    Image.open(card).save(scan)
    calls: dict[str, list[object]] = {
        "prepare": [scan, "-o", tmp_path / "x.jpg"],
        "inspect": [scan],
        "join": [card, scan, "-o", tmp_path / "y.jpg"],
    }
    done = CliRunner().invoke(app, [command, *map(str, calls[command])])
    assert done.exit_code == 0, done.output


def test_a_pdf_has_its_time_also_where_no_limit_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float | None] = []

    class Noted:
        def __init__(self, limits: Limits, **_: object) -> None:
            asked.append(limits.max_seconds)

        def __enter__(self) -> Noted:
            return self

        def __exit__(self, *_: object) -> None: ...

        def call(self, *_: object) -> None: ...

    monkeypatch.setattr("scanfix.isolation.Worker", Noted)
    for given in (None, ["seconds=5"], ["memory=2000000000"]):
        run(isolation_tasks.its_process, SourceBytes(b"%PDF-1.7"), given=given)
    assert asked == [60, 5, 60]


@pytest.mark.parametrize("given", ["seconds=60", "memory=2000000000"])
def test_a_limit_that_is_given_is_kept_also_where_it_is_the_usual_one(given: str) -> None:
    there = run(isolation_tasks.its_process, SourceBytes(b"x"), given=[given])
    assert there != os.getpid() == run(isolation_tasks.its_process, SourceBytes(b"x"), given=["pixels=100"])


@pytest.mark.parametrize(
    "limit",
    [
        "colour=1",
        "pixels",
        "pixels=many",
        "pixels=-1",
        "pixels=1.5",
        "seconds=inf",
        "seconds=nan",
        "aspect=nan",
    ],
)
def test_a_limit_that_cannot_be_is_a_usage_error(card: Path, limit: str) -> None:
    done = scanfix("prepare", card, "--limit", limit)
    assert done.returncode == 2
    assert f"The limit {limit} ".encode() in done.stderr
    assert b"bytes, pixels, side" in done.stderr


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """The command `scanfix` in a line of the shell, for what only a shell can do to streams."""
    variables = os.environ | {"PYTHON": sys.executable, "LANG": "C.UTF-8"}
    command = 'scanfix() { "$PYTHON" -m scanfix "$@"; }'
    return subprocess.run(
        ["/bin/sh", "-c", f"{command}; {line}"],
        cwd=folder,
        capture_output=True,
        env=variables,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@posix
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("scanfix inspect card.jpg >&-", 0),
        ("scanfix prepare card.jpg -o - >&-", 5),
        ("scanfix prepare - -o q.jpg <&-", 3),
        ("scanfix inspect card.jpg >/dev/full", 5),
        ("scanfix prepare card.jpg -o - >/dev/full", 5),
        ("scanfix prepare card.jpg -o q.jpg >/dev/full", 74),
        ("scanfix join card.jpg card.jpg -o q.jpg --json >/dev/full", 74),
        ("scanfix --help >/dev/full", 5),
        ("scanfix --help >&-", 0),
        ("{ scanfix prepare card.jpg -o - 2>/dev/null; echo $? >code; } | head -c 0; exit $(cat code)", 0),
    ],
)
def test_a_stream_that_is_closed_or_full_is_no_fault_of_scanfix(card: Path, line: str, code: int) -> None:
    if "/dev/full" in line and not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    done = shell(line, card.parent)
    assert done.returncode == code, done.stderr
    assert b"scanfix itself" not in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@posix
@pytest.mark.parametrize(
    "line",
    [
        "scanfix prepare - -o card.jpg --overwrite <card.jpg",
        "scanfix join other.jpg - -o card.jpg --overwrite <card.jpg",
        "scanfix join card.jpg other.jpg -o same.jpg --overwrite",
        "ln card.jpg same.png; scanfix inspect other.jpg card.jpg --annotate same.png --overwrite",
        "ln card.jpg same.png; scanfix inspect card.jpg --annotate same.png --overwrite",
        "ln card.jpg same.png; scanfix prepare same.png --annotate ./same.png --overwrite",
        "scanfix prepare card.jpg -o - >>card.jpg",
        "scanfix prepare card.jpg -o - 1<>card.jpg",
        "scanfix prepare - -o - <card.jpg 1<>same.jpg",
        "scanfix prepare other.jpg card.jpg >>same.jpg",
        "scanfix join other.jpg card.jpg -o - >>card.jpg",
        "scanfix inspect card.jpg --json >>card.jpg",
    ],
)
def test_no_input_is_written_whatever_its_name(card: Path, card_bytes: bytes, line: str) -> None:
    (card.parent / "other.jpg").write_bytes(card_bytes)
    os.link(card, card.parent / "same.jpg")
    done = shell(line, card.parent)
    assert done.returncode in (2, 5), done.stderr
    for name in ("card.jpg", "other.jpg", "same.jpg"):
        assert (card.parent / name).read_bytes() == card_bytes, name


def test_no_input_is_written_after_a_change_of_folder(
    card: Path, card_bytes: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    prepared = pipeline.prepare(source_of(card.name, SHELL_LIMITS), make_order())
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with pytest.raises(OutputError):
        prepared.save(f"../{card.name}", overwrite=True)
    assert card.read_bytes() == card_bytes


@posix
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("scanfix prepare $CARD --annotate seen.png -o $CARD.bmp", b"'.'"),
        ("scanfix prepare $CARD -o out.jpg", b"'.'"),
        ("scanfix batch $IN $IN/out --report r.html", b"'.'"),
    ],
)
def test_a_relative_output_of_a_folder_that_is_gone_is_no_fault_of_scanfix(
    card: Path, line: str, said: bytes
) -> None:
    (card.parent / "gone").mkdir()
    line = line.replace("$CARD", str(card)).replace("$IN", str(card.parent))
    done = shell(f"cd gone; rmdir ../gone; {line}", card.parent)
    assert done.returncode == 5, done.stderr
    assert said in done.stderr


@posix
def test_a_picture_is_not_written_to_a_terminal(card: Path) -> None:
    import pty

    ours, terminal = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "scanfix", "prepare", str(card), "-o", "-"],
        stdout=terminal,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(terminal)
    os.close(ours)
    assert done.returncode == 2
    assert b"terminal" in done.stderr


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("no/such/x.jpg", "'no/such'"),
        ("x" * 300 + ".jpg", "could not be written"),
        ("sub/card.jpg", "'sub/card.jpg' exists"),
    ],
)
def test_an_output_is_told_as_it_was_typed(card: Path, output: str, said: str) -> None:
    (card.parent / "sub").mkdir()
    (card.parent / "sub" / "card.jpg").touch()
    done = shell(f"scanfix prepare card.jpg -o {output}", card.parent)
    assert done.returncode == 5
    assert said in done.stderr.decode()


def test_two_photos_for_one_result_are_both_named(tmp_path: Path, card_bytes: bytes) -> None:
    for folder in ("a", "b", "out"):
        (tmp_path / folder).mkdir()
    for folder in ("a", "b"):
        (tmp_path / folder / "id.jpg").write_bytes(card_bytes)
    done = shell("scanfix prepare a/id.jpg b/id.jpg -o out", tmp_path)
    assert b"a/id.jpg and b/id.jpg would both be written to out/id.prepared.jpg" in done.stderr


def test_results_of_an_earlier_run_are_left_out_of_many(card: Path, listing: Listing) -> None:
    for _ in range(2):
        done = shell("scanfix prepare *.jpg --overwrite", card.parent)
        assert done.returncode == 0, done.stderr
    assert listing() == {"card.jpg", "card.prepared.jpg"}
    assert b"left out 1 " in done.stderr
    done = shell("scanfix prepare *.jpg --overwrite --annotate seen.png", card.parent)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["prepare", "inspect"])
def test_lines_of_several_photos_name_them(card: Path, command: str) -> None:
    broken = card.with_name("broken.jpg")
    broken.write_bytes(b"no picture at all")
    done = scanfix(command, broken, card, "--json")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["source"], first["error"]["code"], first["report"]) == (str(broken), "not_image", None)
    assert (second["source"], second["error"]) == (str(card), None)
    jsonschema.validate(second["report"], schema())


def test_either_side_may_come_from_standard_input(card: Path, card_bytes: bytes, tmp_path: Path) -> None:
    done = scanfix("join", card, "-", "-o", tmp_path / "both.jpg", stdin=card_bytes)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(b" bytes, ") == 1


def test_a_side_that_cannot_be_taken_is_named(card: Path, tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_bytes(b"no picture at all")
    for name in ("missing.jpg", "text.jpg"):
        done = scanfix("join", card, tmp_path / name, "-o", tmp_path / "both.jpg")
        assert done.returncode == 3
        assert f"{name}: ".encode() in done.stderr
    for folder in (f"{tmp_path}", f"{tmp_path}/new/"):
        done = scanfix("join", card, card, "-o", folder)
        assert done.returncode == 5
        assert f"{folder!r} is a folder".encode() in done.stderr


def test_far_corners_and_their_form_are_told(card: Path) -> None:
    assert b"x,y x,y x,y x,y" in scanfix("prepare", card, "--corners", "1,2 3,4").stderr
    done = scanfix("prepare", card, "--corners", "0,0 90000,0 90000,900 0,900")
    assert done.returncode == 2
    assert b"far outside" in done.stderr


def test_the_parser_speaks_chinese_too() -> None:
    shown = scanfix("batch", "--help", SCANFIX_LANG="zh", COLUMNS="60").stdout.decode()
    assert "用法：" in shown
    assert "选项：" in shown
    assert "aspect（" in shown
    assert not re.search(r"Usage|Options|\[default|Show this", shown)


WRONG_CALLS = {
    "prepare --nothing": "错误：没有选项：--nothing",
    "prepare --profil": "错误：没有选项：--profil。可用的有：--profile",
    "prepar": "错误：没有命令 'prepar'。是否指 'prepare'、'report'、'read'？",
    "prepare": "错误：缺少参数 'FILE...'。",
    "prepare x -o": "错误：选项 '-o' 需要一个值。",
    "join a b": "错误：缺少选项 '-o' / '--output'。",
    "prepare x --crop y": "错误：'--crop' 的值无效：'y' 不属于 'auto'、'never'、'flat'、'fit'。",
    "prepare x --turn 45": "错误：'--turn' 的值无效：'45' 不属于 '0'、'90'、'180'、'270'。",
    "join x y -o z.jpg --number=": "错误：'--number' 的值无效：内容为空；没有内容时请去掉此选项。",
    "batch a b --jobs x": "错误：'--jobs' / '-j' 的值无效：'x' 不是整数。",
    "serve --port 99999": "错误：'--port' 的值无效：99999 不在范围 0<=x<=65535 内。",
    "serve a b": "错误：多余的参数：a b",
}


@pytest.mark.parametrize("call", WRONG_CALLS)
def test_a_wrong_call_is_told_in_chinese_to_the_full_stop(call: str) -> None:
    told = scanfix(*call.split(), SCANFIX_LANG="zh").stderr.decode()
    assert told.splitlines()[-1].startswith(WRONG_CALLS[call])


MIXED = re.compile(r"[\u4e00-\u9fff][,:;?()]|[,:;?()] ?[\u4e00-\u9fff]")
"""Half-width punctuation beside a Chinese character."""


@pytest.mark.parametrize(
    "call",
    [
        "explain",
        "explain SF201",
        "explain 306",
        "kinds passport",
        "profiles cnnic",
        "profiles us-ds160",
        "profiles in-evisa-passport",
        "doctor",
        "inspect nothing.jpg",
    ],
)
def test_what_is_told_in_chinese_has_full_width_punctuation(call: str) -> None:
    done = scanfix(*call.split(), SCANFIX_LANG="zh")
    told = (done.stdout + done.stderr).decode().replace("scanfix: ", "")
    assert re.search(r"[\u4e00-\u9fff]", told)
    assert not MIXED.search(told)


def test_a_batch_in_chinese_has_full_width_punctuation(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "cut.jpg").write_bytes(as_jpeg(photo("card", cut="left").pixels))
    told = scanfix("batch", tmp_path / "in", tmp_path / "out", SCANFIX_LANG="zh").stdout.decode()
    assert "cut.jpg：警告 SF103：" in told
    assert not MIXED.search(told)


def test_helps_in_chinese_have_full_width_punctuation() -> None:
    for command in COMMANDS:
        shown = scanfix(command, "--help", SCANFIX_LANG="zh", COLUMNS="200").stdout.decode()
        assert not re.search(
            r"[\u4e00-\u9fff] ?[,:;?()]|[,:;?()][\u4e00-\u9fff]|\[默认[^\]]*;|int range", shown
        )


def test_an_interruption_while_loading_is_no_traceback() -> None:
    code = (
        "import sys, scanfix.__main__ as entry\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'scanfix.cli': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "entry.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (130, b"")


@pytest.mark.parametrize(
    "error",
    ["MemoryError", "ImportError('cv2.so: failed to map segment from shared object')"],
)
@pytest.mark.parametrize("module", ["scanfix.cli", "cv2"])
def test_too_little_memory_is_said_without_what_needs_more(error: str, module: str, card: Path) -> None:
    code = (
        "import sys\n"
        "class Full:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name == {module!r}: raise {error}\n"
        "sys.meta_path.insert(0, Full())\n"
        "sys.argv[:] = ['scanfix', 'inspect', sys.argv[1]]\n"
        "from scanfix.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(card)], capture_output=True, check=False)
    assert done.returncode == 3
    said = done.stderr.decode()
    if (module, error) == ("cv2", "MemoryError"):
        # Of a photo the catalogue speaks, which is loaded by then.
        assert said.startswith(f"scanfix: {card}: ")
        assert "memory" in said
    else:
        assert said == "scanfix: There is too little memory. 内存不足。\n"


@posix
def test_what_nohup_keeps_from_a_program_is_kept_from_it() -> None:
    code = (
        "import signal, scanfix.__main__ as entry\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "entry._catch_signals()\n"
        "assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN\n"
        "assert signal.getsignal(signal.SIGTERM) is entry._stop\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_plain_installation_is_in_order() -> None:
    code = (
        "import sys\n"
        "from importlib import metadata\n"
        "known = metadata.version\n"
        "def version(name):\n"
        "    if name in ('pillow-heif', 'pypdfium2'): raise metadata.PackageNotFoundError\n"
        "    return known(name)\n"
        "metadata.version = version\n"
        "sys.argv = ['scanfix', 'doctor', '--lang', 'en']\n"
        "from scanfix.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"optional, not installed" in done.stdout


def test_a_call_loads_what_it_needs_and_no_other_command(card: Path) -> None:
    code = (
        "import sys; from scanfix.cli import app\n"
        f"app(['prepare', {str(card)!r}], standalone_mode=False); print(*sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(shown.stdout.split())
    assert {"scanfix.cli.prepare", "scanfix.pipeline"} <= loaded
    assert not loaded & {"scanfix.cli.batch", "scanfix.reading", "scanfix.documents.kinds", "scanfix.web"}
    # Each costs as much as checks do.
    assert not loaded & {"numpy.ma", "numpy.fft", "PIL.PngImagePlugin"}
