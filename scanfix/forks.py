"""What becomes of a process that was forked while another thread worked on a photo?

The libraries beneath (OpenCV, OpenBLAS, PDFium, the importer of modules) hold locks while they work,
and of all threads only the one that forks lives on in the child: whatever waits there for such a lock
waits for ever. So a child of that kind refuses photos, at once and by name. A host that forks does so
before its first photo, or has the photos prepared by a `Worker`, which never works in the host's own
process.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from scanfix.errors import ConfigError

_inside: set[tuple[int, object]] = set()
"""Who is at work: the thread, and a mark of the call. Adding and discarding take no lock."""
_refuses = False


@contextmanager
def inside() -> Iterator[None]:
    """Work that no fork may happen beside. Raises ConfigError "forked_while_busy" where one has happened."""
    if _refuses:
        raise ConfigError("forked_while_busy")
    mark = (threading.get_ident(), object())
    _inside.add(mark)
    try:
        yield
    finally:
        _inside.discard(mark)


def _in_child() -> None:
    global _refuses
    own = threading.get_ident()
    _refuses = _refuses or any(thread != own for thread, _ in _inside)
    _inside.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
