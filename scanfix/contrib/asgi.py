"""ASGI, whatever the framework: a body that is too long or too slow is refused, not read to its end.

app = CutUploads(app, most_bytes=30_000_000)
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from weakref import WeakKeyDictionary

from scanfix import InputError, ScanfixError
from scanfix.contrib.answers import FORM_BYTES, THROWN_AWAY, refusal

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
_LINGERING = 5.0
"""Seconds for which a refused body is still read."""
_TURNS = 2
"""Requests with a body that begin, and pieces of bodies that are handed on, in one turn of the event loop.
Another request waited at worst, while sixty uploads began, for so many ms of the loop's own work: 44 to 66
without a bound, 33 to 42 with 4, 12 to 28 with 1 or 2."""


class CutUploads:
    """Middleware: 413 for a form with more than `most_bytes` of photo, at once where the request says so and
    else while it is read; 408 where the body takes longer than `seconds`. The connection is closed then.
    Who is still waiting when the server ends is told to come again (503). With sixty bodies at once, other
    requests are answered between their pieces."""

    def __init__(self, app: App, most_bytes: int, seconds: float = 60.0) -> None:
        self._app, self._most_bytes, self._seconds = app, most_bytes, seconds
        self._turns = WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        said = dict(scope["headers"])
        turns = self._turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_TURNS))
        body = _Body(receive, send, turns, self._most_bytes, self._seconds)
        try:
            body.expect(said.get(b"content-length", b"0"))
            if b"transfer-encoding" in said or said.get(b"content-length", b"0") != b"0":
                await body.turn()
            await self._app(scope, body.receive, body.send)
        except ScanfixError as error:
            if error is not body.error:
                raise
        except asyncio.CancelledError:
            body.error = InputError("interrupted")
            await _refuse(body, said, send, lingering=0)
            raise
        await _refuse(body, said, send)
        return None


class _Body:
    """One body on its way in. Whatever the application says after it was cut is not sent."""

    def __init__(
        self, receive: Receive, send: Send, turns: asyncio.Semaphore, most_bytes: int, seconds: float
    ) -> None:
        self._receive, self._send, self._turns, self._most_bytes = receive, send, turns, most_bytes
        self._left = most_bytes + FORM_BYTES
        self._seconds, self._end = seconds, asyncio.get_running_loop().time() + seconds
        self._is_whole = self.is_answered = False
        self.error: ScanfixError | None = None

    def expect(self, length: bytes) -> None:
        if length.isdigit() and int(length[:20]) > self._left:
            raise self._cut(InputError("too_large_bytes", limit=self._most_bytes))

    async def receive(self) -> Message:
        if self._is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._end):
                message = await self._next()
        except TimeoutError as error:
            raise self._cut(InputError("upload_slow", limit=self._seconds)) from error
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise self._cut(InputError("too_large_bytes", limit=self._most_bytes))
        self._is_whole = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if self.error is None or self.is_answered:
            self.is_answered = True
            await self._send(message)

    async def throw_away(self, seconds: float) -> None:
        """What still comes of a body that was refused, within bounds."""
        left = THROWN_AWAY * self._most_bytes
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while left > 0 and not self._is_whole:
                    message = await self._next()
                    left -= len(message.get("body", b""))
                    self._is_whole = not message.get("more_body", False)

    async def _next(self) -> Message:
        """The next message; where many send at once, each piece in its turn."""
        message = await self._receive()
        if message.get("body"):
            await self.turn()
        return message

    async def turn(self) -> None:
        """Wait for the loop to have time for the next step of a body."""
        await self._turns.acquire()
        asyncio.get_running_loop().call_soon(self._turns.release)

    def _cut(self, error: ScanfixError) -> ScanfixError:
        self.error = error
        return error


async def _refuse(body: _Body, said: dict[bytes, bytes], send: Send, lingering: float = _LINGERING) -> None:
    """Tell of the body's error, if it has one and nothing was told yet."""
    if body.error is None or body.is_answered:
        return
    accepted = said.get(b"accept-language", b"").decode("latin-1")
    status, headers, answer = refusal(body.error, accepted)
    told = json.dumps(answer, ensure_ascii=False).encode()
    headers |= {"Content-Type": "application/json", "Content-Length": str(len(told)), "Connection": "close"}
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": told, "more_body": True})
    await body.throw_away(lingering)
    await send({"type": "http.response.body"})
