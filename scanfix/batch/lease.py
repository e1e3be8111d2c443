"""One run at a time on an object store, where no file can be locked.

An object is created where there is none, and written anew every few seconds while its run lives; one that
stays as it is was left by a run that was killed, and is taken over. A store that cannot refuse to create what
is there tells two runs apart only when they do not begin in the same moment.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time

from scanfix.batch.places import Place
from scanfix.errors import OutputError

LOCK = "scanfix-manifest.lock"
BEAT_SECONDS = 5.0
BEATS = 6
"""Without a sign of life, after which a run is taken for dead."""
_LONGEST = 100


class Lease:
    """The right to write to a place, from `take` to `end`."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._own = os.urandom(8).hex().encode()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._live, name="scanfix-lease", daemon=True)
        self.is_lost = False
        """Another run has taken it, as this one gave no sign of life for so long."""

    def take(self) -> None:
        """Raises OutputError: output_busy where another run lives, or as for any result."""
        if not self._created():
            self._see_it_dead()
            self._place.remove(LOCK)
            if not self._created():
                raise OutputError("output_busy")
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
            if not self.is_lost:
                self._place.remove(LOCK)

    def _created(self) -> bool:
        try:
            self._place.write(LOCK, self._own, overwrite=False)
        except OutputError as error:
            if error.code != "output_exists":
                raise
            return False
        return True

    def _see_it_dead(self) -> None:
        before = self._said()
        for _ in range(BEATS):
            time.sleep(BEAT_SECONDS)
            if self._said() != before:
                raise OutputError("output_busy")

    def _said(self) -> bytes:
        return self._place.read_head(LOCK, _LONGEST)

    def _live(self) -> None:
        count = 0
        while not self._ended.wait(BEAT_SECONDS):
            said = self._said()
            if said and not said.startswith(self._own):
                self.is_lost = True
                return
            count += 1
            # A network that is away for a moment is no reason to stop.
            with contextlib.suppress(OutputError):
                self._place.write(LOCK, self._own + b" %d" % count, overwrite=True)
