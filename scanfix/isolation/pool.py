"""Which process does which photo, who waits for one, and when are there too many?

Whoever wants a process draws a ticket: a future that holds the process once it is their turn. It is
settled at once where one is idle, later by whoever gives one back; with too many tickets out there is a
BusyError. Threads wait for the future itself, coroutines for one of their loop that is settled with it.
"""

from __future__ import annotations

import math
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass

from scanfix.errors import BusyError, InputError, ScanfixError
from scanfix.isolation.process import Process
from scanfix.limits import Limits

Ticket = Future["Process | None"]
"""None stands for a process that is not started yet: the holder starts it."""
_LONGEST_RETRY = 60


@dataclass(frozen=True, slots=True)
class WorkerMetrics:
    """What a worker has done since it was made or forked, and is doing now."""

    processes: int
    """Photos that can be worked on at once."""
    started: int
    """Processes that are alive."""
    waiting: int
    running: int
    done: int
    """Photos answered, refused ones too."""
    turned_away: int
    """Calls that ended in BusyError."""
    killed: int
    """Processes that did not outlive their photo: cancelled, out of time or memory, crashed."""
    seconds: float
    """Wall time that photos were worked on, summed."""


@dataclass(slots=True)
class _Counts:
    running: int = 0
    done: int = 0
    turned_away: int = 0
    killed: int = 0
    seconds: float = 0.0


class Job:
    """One photo on its way, which may be called off from another thread at any moment."""

    def __init__(self, request: bytes, data: bytes, *, is_photo: bool = True) -> None:
        self.is_photo = is_photo
        """Else it is the worker's own matter, and not counted."""
        self._request, self._data = request, data
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._is_cancelled = False

    def ask(self, process: Process) -> object:
        """The answer of the process; none is harmed by a job that was called off before."""
        with self._lock:
            if self._is_cancelled:
                return InputError("interrupted")
            self._process = process
        try:
            return process.ask(self._request, self._data)
        finally:
            with self._lock:
                self._process = None

    def cancel(self) -> None:
        """Kill the process that works on it, if one does."""
        with self._lock:
            self._is_cancelled = True
            if self._process is not None:
                self._process.kill()


class Pool:
    """The processes that a worker has until it is closed."""

    def __init__(
        self, limits: Limits, count: int, recycle_after: int, max_waiting: int | None, niceness: int
    ) -> None:
        self.is_closed = False
        self._limits, self._count, self._niceness = limits, count, niceness
        self._recycle_after, self._max_waiting = recycle_after, max_waiting
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._idle: list[Process | None] = [None] * count
        self._waiting: deque[Ticket] = deque()
        self._started: weakref.WeakSet[Process] = weakref.WeakSet()
        self._counts = _Counts()

    def draw(self) -> Ticket:
        """A ticket for a process. Raises BusyError where enough wait already."""
        ticket = Ticket()
        with self._lock:
            if self.is_closed:
                raise InputError("interrupted")
            if self._idle:
                ticket.set_result(self._take_idle())
            elif self._max_waiting is not None and len(self._waiting) >= self._max_waiting:
                raise self._turn_away()
            else:
                self._waiting.append(ticket)
        return ticket

    def hand_back(self, ticket: Ticket) -> None:
        """A ticket that nobody waits for any more."""
        with self._lock:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                return
        if ticket.exception() is None:
            self.put(ticket.result())

    def waited_too_long(self, ticket: Ticket) -> BusyError:
        self.hand_back(ticket)
        with self._lock:
            return self._turn_away()

    def work(self, process: Process | None, job: Job) -> object:
        """The answer to a job, by the process of a ticket, which is given back."""
        try:
            if process is not None and process.has_ended:
                process.close()
                process = None
            with self._counted(job):
                process = process or self._start()
                answer = job.ask(process)
            if not process.is_sound:
                with self._lock:
                    self._counts.killed += 1
            if not process.is_sound or process.photo_count >= self._recycle_after:
                process.close()
        except BaseException:
            if process is not None:
                process.close()
            raise
        finally:
            self.put(process if process is not None and process.is_open else None)
        if isinstance(answer, ScanfixError) and self.is_closed:
            raise InputError("interrupted")
        return answer

    def put(self, process: Process | None) -> None:
        """Give a process back, or the right to start one: to who waits longest, else to the idle ones."""
        with self._lock:
            if self._waiting and not self.is_closed:
                self._waiting.popleft().set_result(process)
            else:
                self._idle.append(process)

    def draw_all_idle(self) -> list[Process | None]:
        """Every process that nobody wants, to be given back."""
        with self._lock:
            taken, self._idle = self._idle, []
        return taken

    def close(self) -> None:
        """End the busy ones too, and refuse who waits. In a fork of the application nothing is ended."""
        if self._owner != os.getpid():
            return
        with self._lock:
            self.is_closed = True
            started, waiting = list(self._started), list(self._waiting)
            self._waiting.clear()
        for process in started:
            process.close()
        for ticket in waiting:
            ticket.set_exception(InputError("interrupted"))

    def abandon(self) -> None:
        """In a fork: let go of the pipes, which keep the processes of the parent alive. Takes no lock."""
        for process in list(self._started):
            process.abandon()

    def metrics(self) -> WorkerMetrics:
        with self._lock:
            counts = self._counts
            return WorkerMetrics(
                self._count,
                sum(process.is_open for process in self._started),
                len(self._waiting),
                counts.running,
                counts.done,
                counts.turned_away,
                counts.killed,
                round(counts.seconds, 3),
            )

    @contextmanager
    def _counted(self, job: Job) -> Iterator[None]:
        began = time.monotonic()
        with self._lock:
            self._counts.running += job.is_photo
        try:
            yield
        finally:
            with self._lock:
                self._counts.running -= job.is_photo
                self._counts.done += job.is_photo
                self._counts.seconds += job.is_photo * (time.monotonic() - began)

    def _take_idle(self) -> Process | None:
        """The one used last, whose memory is warm; one still to be started where there is no other."""
        position = max(range(len(self._idle)), key=lambda place: (self._idle[place] is not None, place))
        return self._idle.pop(position)

    def _start(self) -> Process:
        """A new process. Raises InputError, "interrupted" where the worker was closed meanwhile."""
        process = None if self.is_closed else Process(self._limits, self._niceness)
        with self._lock:
            if process is not None and not self.is_closed:
                self._started.add(process)
                return process
        if process is not None:
            process.close()
        raise InputError("interrupted")

    def _turn_away(self) -> BusyError:
        """With the time after which those who wait now are done, by what a photo has taken so far."""
        counts = self._counts
        counts.turned_away += 1
        usual = counts.seconds / counts.done if counts.done else 1.0
        seconds = math.ceil(usual * (len(self._waiting) + 1) / self._count)
        return BusyError("busy", retry_after=min(max(seconds, 1), _LONGEST_RETRY))
