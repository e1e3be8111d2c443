"""Starlette and FastAPI: an upload becomes a `PreparedImage`, whatever goes wrong one clear answer.

    uploads = Uploads(scanfix.Worker(processes=2))
    app = FastAPI(lifespan=uploads.lifespan)
    uploads.install(app)

    @app.post("/photos")
    async def take(prepared: Annotated[PreparedImage, Depends(uploads.prepared)]): ...

In Starlette the handler calls `await uploads.prepared(request)`. Where the client goes away its photo is
no longer worked on.
"""

import asyncio
import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse

from scanfix import InputError, OutputError, PreparedImage, ScanfixError, Worker
from scanfix.contrib.answers import fields, refusal, typed, warm_up
from scanfix.contrib.asgi import CutUploads
from scanfix.web.leaving import while_connected

_LAST_WORDS = 0.2
"""Seconds in which those are told to come again whose photo is dropped at the end of the server."""


class Uploads:
    """Photos in the field `field` of a form; the fields named in `options` are handed on to `prepare`."""

    def __init__(
        self, worker: Worker, *, field: str = "photo", options: tuple[str, ...] = (), seconds: float = 60.0
    ) -> None:
        self.worker, self._field, self._options, self._seconds = worker, field, fields(options), seconds

    @asynccontextmanager
    async def lifespan(self, _: object) -> AsyncIterator[None]:
        """The worker is warm before the first request, and ends with the application."""
        await asyncio.to_thread(warm_up)
        async with self.worker:
            yield
        # A server that ends cancels what it is working on, and waits for nothing but this.
        await asyncio.sleep(_LAST_WORDS)

    def install(self, app: Starlette) -> None:
        """Answer errors, and cut what is sent at the worker's limit and after `seconds`."""
        app.add_exception_handler(ScanfixError, refuse)
        app.add_middleware(CutUploads, most_bytes=self.worker.limits.max_bytes, seconds=self._seconds)

    async def prepared(self, request: Request) -> PreparedImage:
        """The photo of the request, prepared. Raises ScanfixError."""
        try:
            # More than one, so that who sends several is told what is wrong.
            form = await request.form(max_files=20, max_fields=20)
        except HTTPException as error:
            raise InputError("upload_broken") from error
        except ClientDisconnect as error:
            raise _gone() from error
        except OSError as error:
            # What is sent is put on the disk where there is much of it.
            code = "disk_full" if error.errno == errno.ENOSPC else "not_written"
            raise OutputError(code, reason="?") from error
        try:
            sent = form.getlist(self._field)
            if len(sent) > 1:
                raise InputError("upload_many", name=self._field)
            photo = sent[0] if sent else None
            # Without a name it is what a browser sends where nothing was chosen.
            if not isinstance(photo, UploadFile) or not photo.filename:
                raise InputError("upload_missing", name=self._field)
            options: Any = {name: form[name] for name in self._options if form.get(name)}
            if not all(isinstance(value, str) for value in options.values()):
                raise InputError("upload_broken")
            work = self.worker.aprepare(photo, filename=photo.filename, **typed(options))
            return await while_connected(request, work)
        except ClientDisconnect as error:
            raise _gone() from error
        finally:
            await form.close()


def _gone() -> HTTPException:
    """Nobody waits for the answer. Older versions look for the words of a status, and this one is nginx's."""
    return HTTPException(499, "client closed request")


async def refuse(request: Request, error: Exception) -> JSONResponse:
    """The answer to a ScanfixError."""
    assert isinstance(error, ScanfixError)  # noqa: S101 - for what else it is not registered
    status, headers, body = refusal(error, request.headers.get("accept-language"))
    return JSONResponse(body, status, headers)
