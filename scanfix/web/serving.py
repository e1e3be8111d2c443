"""The server around the application: quiet, on a socket that is listening already."""

from __future__ import annotations

import contextlib
import socket

import uvicorn
from starlette.types import ASGIApp

GRACE_SECONDS = 1


def serve(app: ASGIApp, listener: socket.socket) -> None:
    """Until Ctrl-C or SIGTERM, which are the ordinary ends. Nothing is logged: addresses hold file names."""
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        log_level="critical",
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
