"""How is a stranger's photo prepared so that nothing it does to a decoder reaches this process?

    with scanfix.Worker(limits=scanfix.UPLOAD_LIMITS) as worker:
        prepared = worker.prepare(data)

    async with scanfix.Worker(processes=2) as worker:
        prepared = await worker.aprepare(data)

The photo is read here, under the byte limit, and goes by pipe to a process of its own session,
kept warm between photos and replaced after a number of them; it is started isolated from variables and from
the current folder, where strangers' files may lie. That process has limits of the
kernel on memory, CPU time, written files and open files, and no core dumps. A clock here kills
it, with all it may have started, wherever it is: a signal or a thread inside Python cannot stop a
loop in C. What comes back is unpickled with an allow-list of scanfix's own values, so that a
decoder that was taken over cannot answer with code. A crash, a time-out or a lack of memory is
an InputError for that photo alone. How many photos wait, and how long, is bounded (`pool`).

The host never works on a photo itself, so it may fork at any time: a fork lets go of the pipes and has
processes of its own. Without a `Worker` a fork beside a busy thread cannot be served (`scanfix.forks`).

Linux: all of it; the process also dies at once with its parent, by a signal of the kernel.
Not forbidden, on any system: opening sockets and reading files the user may read. Who must rule
that out runs the application in a container or under a system call filter.

macOS: the kernel does not enforce the memory limit. Windows: no limits of the kernel, the clock
only. On both, an orphaned process ends with the photo it is at.
"""

from __future__ import annotations

from scanfix.isolation.pool import WorkerMetrics
from scanfix.isolation.tasks import Task
from scanfix.isolation.worker import AsyncPhoto, Worker

__all__ = ["AsyncPhoto", "Task", "Worker", "WorkerMetrics"]
