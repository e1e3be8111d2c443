"""What can stop scanfix: one tree, closed codes, no other exception leaves the library.

ScanfixError                 code, params, exit_code, http_status, message(lang)
├── InputError               exit 3   the file cannot be taken as it is
├── CannotMeetProfileError   exit 4   no picture can satisfy the rules of the portal
├── OutputError              exit 5   the result was not written; nothing was lost
├── ConfigError              exit 2   a wrong call: option, profile, kind of document
├── MissingExtraError        exit 6   an optional package is needed and not installed
└── BusyError                exit 75  a worker has enough to do; `retry_after` says when to come again

A poor photo is never an error: that is a finding, in the report.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from copy import deepcopy
from math import isfinite
from typing import Any, ClassVar, Self

from scanfix import messages
from scanfix.naming import shown

INPUT_CODES: dict[str, int] = {
    # code: http status
    "not_found": 404,
    "no_folder": 404,
    "not_folder": 422,
    "folder_unreadable": 422,
    "unreadable": 422,
    "not_regular_file": 422,
    "empty": 422,
    "not_image": 415,
    "unsupported_format": 415,
    "truncated": 422,
    "corrupt": 422,
    "encrypted": 422,
    "too_large_bytes": 413,
    "too_large_pixels": 413,
    "too_large_side": 413,
    "too_many_pages": 413,
    "too_many_scans": 413,
    "metadata_bomb": 413,
    "too_complex": 413,
    "timeout": 504,
    "memory": 413,
    "decoder_crashed": 422,
    "killed": 503,
    "interrupted": 503,
    "no_process": 503,
    "upload_missing": 422,
    "upload_many": 422,
    "upload_broken": 400,
    "upload_slow": 408,
    "no_such_page": 422,
    "not_two_pages": 422,
    "one_document": 422,
    "many_documents": 422,
}
PROFILE_CODES: dict[str, int] = {"cannot_fit": 422, "wrong_shape": 422, "wrong_shape_cut": 422}
OUTPUT_CODES: dict[str, int] = {
    "output_exists": 500,
    "output_is_input": 500,
    "output_is_source": 500,
    "output_is_link": 500,
    "output_is_folder": 500,
    "output_extension": 500,
    "output_collision": 500,
    "output_locked": 500,
    "output_folder": 500,
    "disk_full": 507,
    "no_space": 507,
    "output_busy": 500,
    "not_written": 500,
    "verification_failed": 500,
}
CONFIG_CODES: dict[str, int] = {
    # What a form may send is the client's matter; files and installations are the host's.
    "bad_option": 422,
    "no_option": 422,
    "unknown_profile": 422,
    "profile_unreadable": 500,
    "bad_profile": 500,
    "unknown_document": 422,
    "format_not_in_profile": 422,
    "crop_fit": 422,
    "split_whole": 422,
    "bad_size": 422,
    "no_size": 422,
    "bad_corners": 422,
    "corners_outside": 422,
    "corners_unused": 422,
    "bad_limit": 500,
    "bad_report": 500,
    "dry_watch": 500,
    "no_sides": 422,
    "bad_form": 422,
    "bad_form_file": 422,
    "broken_opencv": 500,
    "no_cluster": 500,
    "forked_while_busy": 500,
}
EXTRA_CODES: dict[str, int] = {
    "missing_extra": 501,
    "missing_remote": 501,
    "missing_dask": 501,
    "missing_web": 501,
    "missing_reader": 501,
}
BUSY_CODES: dict[str, int] = {"busy": 503}
_OF_TWO = ("front", "back")
_LONGEST_PARAM = 300
"""Characters of what somebody typed that an error repeats: a path, and no chapter."""


class ScanfixError(Exception):
    """Base of everything that scanfix raises.

    `code` is one of a closed list (the keys of the tables above), `params` fill the sentence
    and hold no personal data, `exit_code` is the shell's, `http_status` an upload handler's.
    """

    exit_code: ClassVar[int]
    codes: ClassVar[dict[str, int]] = {}

    def __init__(self, code: str, params: Mapping[str, object] | None = None, /, **more: object) -> None:
        if code not in self.codes:
            raise LookupError(f"{type(self).__name__} has no code {code!r}")
        self.code = code
        self.params = {name: _plain(value) for name, value in {**(params or {}), **more}.items()}
        # Whoever makes an exception again from its class and `args` (Celery does) gets the same one.
        super().__init__(code, self.params)
        self.about: str | None = None
        """The photo that is meant, where a call takes two: its path, or `front` or `back`."""

    @property
    def http_status(self) -> int:
        return self.codes[self.code]

    def message(self, lang: messages.Lang = "en") -> str:
        """A sentence or two for the person who sent the photo."""
        return messages.error(self.code, self.params, lang)

    def to_dict(self, lang: messages.Lang = "en") -> dict[str, Any]:
        """In plain values, for JSON: `code`, `params`, `http_status`, what it says, and of two sides the one
        that it is `about`. No path is among them."""
        said = {
            "code": self.code,
            "params": deepcopy(self.params),
            "http_status": self.http_status,
            "message": self.message(lang),
        }
        return {**said, "about": self.about} if self.about in _OF_TWO else said

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> Self:
        """The error that `to_dict` told of; its class follows from the code. Raises LookupError for none."""
        code, params = said.get("code"), said.get("params") or {}
        if not (isinstance(code, str) and isinstance(params, Mapping)):
            raise LookupError("this tells of no error")
        kind = next((k for k in ERRORS if issubclass(k, cls) and code in k.codes), cls)
        error = kind(code, params)
        error.about = said["about"] if said.get("about") in _OF_TWO else None
        return error

    def __str__(self) -> str:
        return self.message()


def reason_of(error: OSError) -> str:
    """The system's words without the path, as no file name enters a message: by its name (`EACCES`) where the
    messages have it in both languages, else as the system says it."""
    if not error.errno:
        return "?"
    name = errno.errorcode.get(error.errno, "").removeprefix("WSA")
    return name if messages.term(name) != name else os.strerror(error.errno).lower()


def cause_of(error: Exception) -> Exception | None:
    """The error, unless it names a file, perhaps after a person: tracebacks are logged."""
    return None if isinstance(error, OSError) and error.filename is not None else error


def _plain(value: object) -> Any:
    """As JSON, terminals and pickle can carry it: what is no number or list is told by its text."""
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value)):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    text = shown(str(value)[: _LONGEST_PARAM + 1])
    return text if len(text) <= _LONGEST_PARAM else text[: _LONGEST_PARAM - 1] + "…"


class InputError(ScanfixError):
    """The input cannot be taken: not an image, damaged, too large, not readable."""

    exit_code = 3
    codes = INPUT_CODES


class CannotMeetProfileError(ScanfixError):
    """No picture made from this one can satisfy the profile; of `cannot_fit` the parameter `rule` says what
    stands in the way."""

    exit_code = 4
    codes = PROFILE_CODES


class OutputError(ScanfixError):
    """The result was not written. What stood there before is untouched."""

    exit_code = 5
    codes = OUTPUT_CODES


class ConfigError(ScanfixError):
    """The call is wrong: an option, a profile or a kind of document."""

    exit_code = 2
    codes = CONFIG_CODES


class MissingExtraError(ScanfixError):
    """The input needs an optional package: `pip install "scanfix[EXTRA]"`."""

    exit_code = 6
    codes = EXTRA_CODES


class BusyError(ScanfixError):
    """A worker has more photos waiting than it takes, or one waited too long; nothing was done with it."""

    exit_code = 75
    codes = BUSY_CODES

    @property
    def retry_after(self) -> int:
        """Whole seconds after which another try is worth it."""
        return int(str(self.params.get("retry_after", 1)))


ERRORS: tuple[type[ScanfixError], ...] = (
    InputError,
    CannotMeetProfileError,
    OutputError,
    ConfigError,
    MissingExtraError,
    BusyError,
)
