"""The way in, for the command `scanfix` and for `python -m scanfix`.

Little is imported here, so that an interruption while the rest is loaded is no traceback either.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from types import FrameType
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line; exit codes are listed in `scanfix prepare --help`."""
    _catch_signals()
    # Numpy's linear algebra starts a thread per core when it is loaded; no photo has work for them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What is loaded stays: it need not be searched for garbage all along.
    gc.set_threshold(50_000)
    _open_closed_streams()
    try:
        from scanfix.cli import run

        run()
    except KeyboardInterrupt:
        sys.exit(130)
    except (MemoryError, ImportError) as error:
        if isinstance(error, ImportError) and "failed to map segment" not in str(error):
            raise
        # Without a word of the catalogue, for which there may be no room.
        os.write(2, "scanfix: There is too little memory. 内存不足。\n".encode())
        sys.exit(3)
    finally:
        # The process ends: to look for garbage among all that is loaded takes 5 % of a photo's time.
        gc.freeze()
    sys.exit(0)


def _catch_signals() -> None:
    """SIGHUP is the end of the terminal; `nohup` has it ignored, and so it stays."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


def _open_closed_streams() -> None:
    """Streams that the caller closed (`>&-`) lead nowhere; else a photo would be opened in their place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - until the end


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    # An exception unwinds through the writer, which removes its temporary file.
    raise SystemExit(128 + number)


if __name__ == "__main__":
    main()
