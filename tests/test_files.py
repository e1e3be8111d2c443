"""Bytes come in under a limit and from regular files only; they go out whole or not at all."""

from __future__ import annotations

import builtins
import errno
import gzip
import io
import os
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import traceback
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from batch_tools import failing_close
from django.core.files.base import File as DjangoFile
from werkzeug.datastructures import FileStorage

import scanfix
from scanfix import files
from scanfix.errors import ConfigError, InputError, OutputError
from scanfix.files import (
    SourceBytes,
    check_target,
    identity_of,
    is_temporary,
    read_source,
    remove_stale_temporaries,
    write_atomically,
)
from scanfix.limits import SHELL_LIMITS, Limits

posix = pytest.mark.skipif(os.name != "posix", reason="kinds of files that Windows does not have")
TEN = Limits(max_bytes=10)
DATA = b"\xff\xd8 not really a picture"


def refusal(photo: Any, limits: Limits = SHELL_LIMITS) -> InputError:
    with pytest.raises(InputError) as caught:
        read_source(photo, limits)
    return caught.value


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(OutputError) as caught:
        write_atomically(path, DATA, **options)
    return caught.value.code


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# -- in


def test_a_path_bytes_or_a_stream_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(DATA)
    assert read_source(path, SHELL_LIMITS) == SourceBytes(DATA, str(path))
    assert read_source(str(path), SHELL_LIMITS).name == str(path)
    assert read_source(DATA, SHELL_LIMITS) == SourceBytes(DATA)
    assert read_source(io.BytesIO(DATA), SHELL_LIMITS) == SourceBytes(DATA)
    with path.open("rb") as stream:
        assert read_source(stream, SHELL_LIMITS) == SourceBytes(DATA, str(path), str(path))
    with os.scandir(os.fsencode(tmp_path)) as entries:
        assert read_source(next(entries), SHELL_LIMITS) == SourceBytes(DATA, str(path))


def test_the_limit_holds_for_paths_bytes_and_streams(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(bytes(11))
    for photo in (path, bytes(11), io.BytesIO(bytes(11))):
        assert refusal(photo, TEN).code == "too_large_bytes"
    path.write_bytes(bytes(10))
    for photo in (path, bytes(10), io.BytesIO(bytes(10))):
        assert len(read_source(photo, TEN).data) == 10


def test_a_huge_sparse_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sparse.jpg"
    path.write_bytes(DATA)
    os.truncate(path, 20 << 30)
    monkeypatch.setattr(files, "_read_descriptor", lambda *_: pytest.fail("was read"))
    assert refusal(path).code == "too_large_bytes"


def test_an_endless_stream_is_cut() -> None:
    class Endless(io.RawIOBase):
        count = 0

        def read(self, size: int = -1) -> bytes:
            assert size > 0
            self.count += size
            return bytes(size)

    stream = Endless()
    assert refusal(stream, TEN).code == "too_large_bytes"
    assert stream.count <= 11


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_stream_may_give_any_kind_of_bytes(kind: Any) -> None:
    class Stream:
        def __init__(self) -> None:
            self.chunks = [DATA[9:], DATA[:9]]

        def read(self, _: int) -> Any:
            return kind(self.chunks.pop() if self.chunks else b"")

    assert read_source(Stream(), SHELL_LIMITS).data == DATA


def test_a_stream_of_text_or_one_that_fails_is_unreadable() -> None:
    assert refusal(io.StringIO("text")).code == "unreadable"
    closed = io.BytesIO(DATA)
    closed.close()
    assert "it is closed" in refusal(closed).message()
    view = memoryview(DATA)
    view.release()
    assert "it is closed" in refusal(view).message()


class Failing:
    def __init__(self, error: BaseException) -> None:
        self.error = error

    def read(self, _: int) -> bytes:
        raise self.error


@pytest.mark.parametrize(
    "kind", [EOFError, RuntimeError, KeyError, OSError, ValueError, zipfile.BadZipFile, zlib.error]
)
def test_whatever_a_stream_fails_with_it_is_unreadable(kind: type[Exception]) -> None:
    refused_as = refusal(Failing(kind("/home/zhang/id.jpg")))
    assert refused_as.code == "unreadable"
    assert "zhang" not in refused_as.message()


class Lost:
    """As a file of a Django model that was removed, or was never there: it is opened when it is asked."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    @property
    def read(self) -> Any:
        raise self.error


@pytest.mark.parametrize(
    "error", [ValueError("no file is there"), FileNotFoundError(2, "No such file", "/home/zhang/id.jpg")]
)
@pytest.mark.parametrize("kind", [Lost, Failing])
def test_no_trace_of_a_stream_that_fails_holds_a_path(kind: type[Any], error: Exception) -> None:
    refused_as = refusal(kind(error))
    assert refused_as.code == "unreadable"
    assert "zhang" not in "".join(traceback.format_exception(refused_as))


class Far:
    def __fspath__(self) -> str:
        raise ConnectionError(111, "refused", "/home/zhang/id.jpg")


@pytest.mark.parametrize(
    ("call", "option"),
    [
        (lambda: read_source(Far(), SHELL_LIMITS), "photo"),
        (lambda: scanfix.prepare(DATA, profile=Far()), "profile"),
        (lambda: scanfix.inspect(DATA, profile=Far()), "profile"),
        (lambda: scanfix.load_profile(Far()), "profile"),
        (lambda: scanfix.check_form(Far()), "form"),
        (lambda: scanfix.prepare_batch(Far(), "out"), "folder"),
        (lambda: scanfix.prepare_batch(".", Far()), "folder"),
        (lambda: scanfix.prepare_batch(".", "out", annotate_dir=Far()), "folder"),
        (lambda: scanfix.prepare_batch(".", "out", reports=[Far()]), "reports"),
        (lambda: scanfix.prepare_batch(".", "out", profile=Far()), "profile"),
    ],
)
def test_a_path_that_fails_is_the_callers_mistake(call: Callable[[], object], option: str) -> None:
    with pytest.raises(ConfigError, match="Far") as caught:
        call()
    assert (caught.value.code, caught.value.params["option"]) == ("bad_option", option)
    assert "zhang" not in "".join(traceback.format_exception(caught.value))


def test_a_path_that_fails_is_no_place_to_save_in_and_a_worker_is_not_asked() -> None:
    with pytest.raises(ConfigError, match="Far"):
        write_atomically(Far(), DATA)
    with scanfix.Worker() as worker, pytest.raises(ConfigError, match="Far"):
        worker.inspect(DATA, profile=Far())


@pytest.mark.filterwarnings("error")
def test_a_stream_that_minds_being_asked_for_its_name_is_read() -> None:
    packed = io.BytesIO(gzip.compress(DATA))
    assert read_source(gzip.GzipFile(fileobj=packed), SHELL_LIMITS).data == DATA


@pytest.mark.parametrize("kind", [KeyboardInterrupt, MemoryError])
def test_what_is_no_fault_of_a_stream_passes(kind: type[BaseException]) -> None:
    with pytest.raises(kind):
        read_source(Failing(kind()), SHELL_LIMITS)


def test_a_stream_that_has_nothing_yet_is_unreadable_not_empty() -> None:
    class Waiting:
        def read(self, _: int) -> None:
            return None

    assert refusal(Waiting()).code == "unreadable"


class AsyncUpload:
    async def read(self, _: int = -1) -> bytes:
        return DATA


@pytest.mark.parametrize("photo", [None, 5, iter([DATA]), AsyncUpload()])
def test_what_is_no_photo_is_the_callers_mistake(photo: Any) -> None:
    with pytest.raises(ConfigError, match="photo"):
        read_source(photo, SHELL_LIMITS)


def test_the_name_of_a_stream_is_a_path_only_where_it_is_that_file(tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine.png", tmp_path / "theirs.jpg"
    mine.write_bytes(DATA)
    theirs.write_bytes(DATA)
    with mine.open("rb") as opened:
        assert read_source(opened, SHELL_LIMITS).name == str(mine)
    for stream in (io.BytesIO(DATA), mine.open("rb", buffering=0)):
        with stream, Upload(stream, str(theirs)) as upload:
            assert read_source(upload, SHELL_LIMITS) == SourceBytes(DATA, None, str(theirs))


class Upload(io.BufferedReader):
    """As Django has it: the file is ours, its name the sender's."""

    def __init__(self, stream: Any, name: str) -> None:
        super().__init__(stream)
        self.__dict__["sent_as"] = name

    @property
    def name(self) -> str:
        return str(self.__dict__["sent_as"])


class Held:
    """An upload that holds its stream and hands on what is asked of it, as Werkzeug's does."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def fileno(self) -> int:
        return int(self.stream.fileno())


@pytest.mark.parametrize("wrapped", [lambda spool: spool, Held, FileStorage, DjangoFile])
def test_an_upload_in_memory_stays_there(wrapped: Any) -> None:
    with tempfile.SpooledTemporaryFile(max_size=1000) as spool:
        spool.write(DATA)
        spool.seek(0)
        assert read_source(wrapped(spool), SHELL_LIMITS).data == DATA
        assert not spool._rolled  # type: ignore[attr-defined]


def test_an_upload_on_the_disk_is_known_as_its_file() -> None:
    with tempfile.SpooledTemporaryFile(max_size=1) as spool:
        spool.write(DATA)
        spool.seek(0)
        assert read_source(Held(spool), SHELL_LIMITS).identity == identity_of(spool.fileno())


def test_a_descriptor_that_would_have_to_be_awaited_is_left() -> None:
    class Half(io.BytesIO):
        async def fileno(self) -> int:  # type: ignore[override]
            return 0

    assert read_source(Half(DATA), SHELL_LIMITS) == SourceBytes(DATA)


def test_the_file_name_of_an_upload_goes_before_the_name_of_its_field() -> None:
    upload = Upload(io.BytesIO(DATA), "photo")
    upload.filename = "passport.png"  # type: ignore[attr-defined]
    assert read_source(upload, SHELL_LIMITS).label == "passport.png"


def test_empty_and_missing_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    assert refusal(tmp_path / "empty.jpg").code == "empty"
    assert refusal(b"").code == "empty"
    assert refusal(tmp_path / "missing.jpg").code == "not_found"
    assert refusal("").code == "not_found"
    assert refusal("a\x00b").code == "unreadable"


@posix
def test_only_regular_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("fifo.jpg")
    (tmp_path / "folder.jpg").mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.jpg")
        kinds = [refusal(name).params.get("kind") for name in ("fifo.jpg", "folder.jpg", "socket.jpg")]
    assert kinds == ["named pipe", "folder", "socket"]
    assert refusal("/dev/zero").params.get("kind") == "device"


@posix
def test_links_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    (tmp_path / "real.jpg").write_bytes(DATA)
    (tmp_path / "link.jpg").symlink_to("real.jpg")
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    (tmp_path / "lost.jpg").symlink_to("nowhere.jpg")
    assert read_source(tmp_path / "link.jpg", SHELL_LIMITS).data == DATA
    assert refusal(tmp_path / "loop.jpg").code == "unreadable"
    assert refusal(tmp_path / "lost.jpg").code == "not_found"


ODD_NAMES = ("护照 正面.jpg", "-rf.jpg", "new\nline.jpg", "photo.jpg[0]", "\udcff\udcfe.jpg", "身" * 83)


@posix
@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_come_in_and_go_out(name: str, tmp_path: Path) -> None:
    write_atomically(tmp_path / name, DATA)
    assert read_source(tmp_path / name, SHELL_LIMITS).data == DATA
    assert refused(tmp_path / name) == "output_exists"
    assert names(tmp_path) == [name]


def test_no_message_holds_a_path(tmp_path: Path) -> None:
    for photo in (tmp_path / "missing.jpg", tmp_path, tmp_path / ("x" * 300)):
        assert str(tmp_path) not in refusal(photo).message()
    with pytest.raises(OutputError) as caught:
        write_atomically(tmp_path / "no" / "such" / "a.jpg", DATA)
    assert str(tmp_path) not in caught.value.message()


# -- out


def test_the_whole_file_is_written_and_nothing_else(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a.jpg", DATA)
    assert (tmp_path / "a.jpg").read_bytes() == DATA
    assert names(tmp_path) == ["a.jpg"]


@posix
def test_the_mode_follows_the_umask_also_where_no_system_tells_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builtins, "open", lambda *_, **__: pytest.fail("/proc was asked"))
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "a.jpg", DATA)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.jpg").stat().st_mode) == 0o640


def test_an_existing_file_is_kept_unless_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"old")
    assert refused(path) == "output_exists"
    assert path.read_bytes() == b"old"
    write_atomically(path, DATA, overwrite=True)
    assert path.read_bytes() == DATA


def test_a_file_that_appears_meanwhile_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, real = tmp_path / "a.jpg", files._write_all

    def late(descriptor: int, data: bytes) -> None:
        real(descriptor, data)
        path.write_bytes(b"somebody else's")

    monkeypatch.setattr(files, "_write_all", late)
    assert refused(path) == "output_exists"
    assert path.read_bytes() == b"somebody else's"
    assert names(tmp_path) == ["a.jpg"]


def test_without_hard_links_nothing_is_overwritten_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: Any, **__: Any) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    write_atomically(tmp_path / "a.jpg", DATA)
    assert (tmp_path / "a.jpg").read_bytes() == DATA
    assert refused(tmp_path / "a.jpg") == "output_exists"
    assert names(tmp_path) == ["a.jpg"]


def test_the_input_is_never_overwritten(tmp_path: Path) -> None:
    source = tmp_path / "a.jpg"
    source.write_bytes(b"the only original")
    os.link(source, tmp_path / "same.jpg")
    for target in (source, tmp_path / "same.jpg", tmp_path / "." / "a.jpg"):
        assert (
            refused(target, inputs=read_source(source, SHELL_LIMITS).inputs, overwrite=True)
            == "output_is_input"
        )
    assert source.read_bytes() == b"the only original"


@posix
def test_nothing_is_written_through_a_link_or_over_a_folder(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"victim")
    (tmp_path / "link.jpg").symlink_to(victim)
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "fifo.jpg")
    for name in ("link.jpg", "fifo.jpg"):
        assert refused(tmp_path / name, overwrite=True) == "output_is_link"
    assert refused(tmp_path / "folder.jpg", overwrite=True) == "output_is_folder"
    assert victim.read_bytes() == b"victim"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk_full"),
        (errno.EDQUOT, "disk_full"),
        (errno.EIO, "not_written"),
        (errno.EROFS, "output_folder"),
    ],
)
def test_a_failing_disk_leaves_what_stood_there(
    number: int, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"old")

    def fails(*_: Any) -> int:
        raise OSError(number, "x")

    monkeypatch.setattr(os, "write", fails)
    assert refused(path, overwrite=True) == code
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.jpg"]


def test_a_target_that_another_program_holds_is_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows answers where the result of an earlier run is open in a viewer."""
    path = tmp_path / "a.jpg"
    path.write_bytes(b"old")

    def held(*_: Any) -> None:
        raise PermissionError(errno.EACCES, "Access is denied")

    monkeypatch.setattr(os, "replace", held)
    assert refused(path, overwrite=True) == "output_locked"
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.jpg"]


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:3]))
    write_atomically(tmp_path / "a.jpg", DATA)
    monkeypatch.undo()
    assert (tmp_path / "a.jpg").read_bytes() == DATA


@pytest.mark.parametrize("place", ["fsync", "link"])
def test_an_interruption_leaves_nothing(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, place, interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a.jpg", DATA)
    monkeypatch.undo()
    assert names(tmp_path) == []


def test_a_missing_folder_or_a_lying_extension_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "no" / "a.jpg") == "output_folder"
    assert refused(tmp_path / "a.png", extensions=(".jpg", ".jpeg")) == "output_extension"
    assert refused(tmp_path / ("x" * 300)) == "not_written"
    write_atomically(tmp_path / "a.JPEG", DATA, extensions=(".jpg", ".jpeg"))
    assert names(tmp_path) == ["a.JPEG"]


def test_of_many_writers_one_whole_file_stays(tmp_path: Path) -> None:
    path, outcomes = tmp_path / "a.jpg", []

    def write(number: int) -> None:
        try:
            write_atomically(path, bytes([number]) * 100_000)
            outcomes.append("written")
        except OutputError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    content = path.read_bytes()
    assert content == content[:1] * 100_000
    assert sorted(outcomes) == ["output_exists"] * 7 + ["written"]
    assert names(tmp_path) == ["a.jpg"]


def test_what_a_killed_writer_leaves_is_removed_by_the_next_run(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from scanfix import files\n"
        "files.sync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "files.write_atomically(sys.argv[1], b'x')\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.jpg")], check=False)
    (left,) = names(tmp_path)
    assert is_temporary(left)
    assert not is_temporary("a.jpg")
    assert remove_stale_temporaries(tmp_path) == 1
    assert names(tmp_path) == []


@posix
def test_what_a_living_writer_works_on_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    removed: list[int] = []
    monkeypatch.setattr(files, "sync", lambda _: removed.append(remove_stale_temporaries(tmp_path)))
    write_atomically(tmp_path / ("身" * 83), DATA)
    assert removed == [0]
    assert len(names(tmp_path)) == 1


class WindowsLocks(ModuleType):
    """As msvcrt has them: a byte from where the descriptor stands, for nobody else to lock."""

    LK_NBLCK = 2

    def __init__(self) -> None:
        super().__init__("msvcrt")
        self.held: dict[tuple[int, int], int] = {}

    def locking(self, descriptor: int, mode: int, count: int) -> None:
        assert (mode, count) == (self.LK_NBLCK, 1)
        place = os.fstat(descriptor).st_ino, os.lseek(descriptor, 0, os.SEEK_CUR)
        if self.held.setdefault(place, descriptor) != descriptor:
            raise PermissionError(errno.EACCES, "Permission denied")


def test_windows_locks_a_byte_that_nobody_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "msvcrt", WindowsLocks())
    (tmp_path / "a").write_bytes(DATA)
    with (tmp_path / "a").open("rb") as first, (tmp_path / "a").open("rb") as second:
        assert files.lock(first.fileno()) is True
        assert files.lock(second.fileno()) is False
        assert first.read() == DATA


def test_without_locks_it_goes_after_an_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "lock", lambda _: None)
    for name in (".scanfix-1.part", ".scanfix-2.part", "b.jpg"):
        (tmp_path / name).touch()
    os.utime(tmp_path / ".scanfix-1.part", (0, 0))
    assert remove_stale_temporaries(tmp_path) == 1
    assert names(tmp_path) == [".scanfix-2.part", "b.jpg"]


def test_unfinished_files_of_others_are_never_removed(tmp_path: Path) -> None:
    """Browsers end theirs in .part too, and a hidden file of ours may be no temporary one."""
    others = [".scanfix-notes", "film.part", "scanfix-1.part"]
    for name in (*others, ".scanfix-1.part"):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (0, 0))
    assert remove_stale_temporaries(tmp_path) == 1
    assert names(tmp_path) == others


@pytest.mark.parametrize(("number", "code"), [(errno.EIO, "not_written"), (errno.ENOSPC, "disk_full")])
def test_what_the_disk_says_only_at_the_sync_is_a_failure_too(
    number: int, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"old")

    def fails(_: int) -> None:
        raise OSError(number, "x")

    monkeypatch.setattr(os, "fsync", fails)
    assert refused(path, overwrite=True) == code
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.jpg"]


@posix
def test_the_bytes_are_synced_and_then_the_new_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bool, bool]] = []

    def noted(descriptor: int) -> None:
        is_there = (tmp_path / "a.jpg").exists()
        seen.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), is_there))

    monkeypatch.setattr(os, "fsync", noted)
    write_atomically(tmp_path / "a.jpg", DATA)
    assert seen == [(False, False), (True, True)]


def test_a_file_that_grows_while_it_is_read_is_read_to_the_end_or_the_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(30))
    with (tmp_path / "a").open("rb") as file:
        assert len(files._read_descriptor(file.fileno(), 3, 40)) == 30
    with (tmp_path / "a").open("rb") as file:
        assert len(files._read_descriptor(file.fileno(), 3, 10)) == 11


def test_what_was_read_is_read_whatever_the_close_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.jpg").write_bytes(DATA)
    monkeypatch.setattr(os, "close", failing_close)
    assert read_source(tmp_path / "a.jpg", SHELL_LIMITS).data == DATA


def test_a_file_system_without_fsync_is_no_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_there(*_: Any) -> None:
        raise OSError(errno.EINVAL, "not here")

    monkeypatch.setattr(os, "fsync", not_there)
    write_atomically(tmp_path / "a.jpg", DATA)
    assert (tmp_path / "a.jpg").read_bytes() == DATA


def test_a_kill_without_hard_links_leaves_nothing_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def no_links(*_: Any, **__: Any) -> None:
        raise OSError(errno.EPERM, "no links here")

    def killed(_: str, target: str) -> None:
        seen.extend(names(Path(target).parent))
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a.jpg", DATA)
    assert "a.jpg" not in seen


def test_a_missing_folder_is_found_before_the_work(tmp_path: Path) -> None:
    for target in (tmp_path / "no" / "a.jpg", tmp_path / "file" / "a.jpg"):
        (tmp_path / "file").touch()
        with pytest.raises(OutputError) as caught:
            check_target(target)
        assert caught.value.code == "output_folder"


def test_standard_input_led_from_a_file_is_that_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(DATA)
    with path.open("rb") as file, os.fdopen(os.dup(file.fileno()), "rb") as stream:
        inputs = read_source(stream, SHELL_LIMITS).inputs
    assert refused(path, inputs=inputs, overwrite=True) == "output_is_input"
