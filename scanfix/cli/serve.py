"""`scanfix serve`: the local page, for those who would rather look than read."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from scanfix.cli import options
from scanfix.cli.attempts import finish
from scanfix.cli.terminal import EXIT_READY, print_line, usage_error
from scanfix.errors import MissingExtraError, reason_of
from scanfix.messages import Lang, say, user_lang

if TYPE_CHECKING:
    import socket

LOOPBACK = "127.0.0.1"
"""Nobody else is to reach the page: photos of documents are shown there."""

Port = Annotated[
    int, typer.Option("--port", metavar="NUMBER", min=0, max=65535, help=options.help_text("help_port"))
]
Open = Annotated[bool, typer.Option("--open/--no-open", help=options.help_text("help_open"))]


def command(port: Port = 0, open: Open = True, lang: options.LangOption = None) -> None:
    speak = user_lang(lang)

    def work() -> int:
        import secrets
        import webbrowser

        try:
            from scanfix.web.app import make_app
            from scanfix.web.serving import serve
        except ModuleNotFoundError as error:
            if error.name not in ("starlette", "uvicorn"):
                raise
            raise MissingExtraError("missing_web", extra="web") from error
        token = secrets.token_urlsafe(24)
        with _listening(port, speak) as listener:
            number = listener.getsockname()[1]
            address = f"http://{LOOPBACK}:{number}/?token={token}"
            print_line(address, sys.stdout)
            print_line(f"scanfix: {say('serving', speak)}", sys.stderr)
            if open and _has_screen():
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
            serve(make_app(number, token, speak), listener)
        return EXIT_READY

    finish(work, speak)


def _listening(port: int, lang: Lang) -> socket.socket:
    """A socket that only this computer can reach; 0 asks for any port that is free."""
    import socket

    try:
        return socket.create_server((LOOPBACK, port))
    except OSError as error:
        raise usage_error(say("port_taken", lang, port=port, reason=reason_of(error))) from error


def _has_screen() -> bool:
    """Without one, Python opens browsers that take over the terminal."""
    if sys.platform in ("darwin", "win32"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"))
