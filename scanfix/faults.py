"""What the machine complains about while it works on a photo is that photo's error, and no bug's.

In the library and in a worker process alike: what leaves either is a ScanfixError.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import cv2

from scanfix.errors import InputError
from scanfix.forks import inside


def is_shortage(error: BaseException) -> bool:
    """Whether there was too little memory."""
    return isinstance(error, MemoryError) or (
        isinstance(error, cv2.error) and error.code == cv2.Error.StsNoMem
    )


@contextmanager
def refusing() -> Iterator[None]:
    """Raises InputError "memory" where there is too little, "decoder_crashed" for what OpenCV cannot do;
    ConfigError where no work is possible after a fork."""
    try:
        with inside():
            yield
    except (MemoryError, cv2.error) as error:
        raise InputError("memory" if is_shortage(error) else "decoder_crashed") from error
