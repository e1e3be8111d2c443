"""Who may ask? Only the page that this very start gave out, in a browser on this computer.

A web page from anywhere can send requests to a port of this computer, and a name under its control can
lead there (DNS rebinding). So a request must name this host, come from no other site, and carry the
token of this start. What the page may load is said by its content security policy: itself, nothing else.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scanfix.web.answers import refusal

TOKEN_HEADER = "x-scanfix-token"  # noqa: S105 - the header's name
OPEN_PATHS = "/static/"
"""What lies below is the same for everybody: no token, because a stylesheet cannot send one."""

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "content-security-policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """Around the application: refuses strangers, puts the headers on every answer."""

    app: ASGIApp
    port: int
    token: str = field(repr=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        code = self._fault(scope)
        app = self.app if code is None else refusal(code, for_people=scope["path"] == "/")
        await app(scope, receive, send_guarded)

    def _fault(self, scope: Scope) -> str | None:
        """Why a request is refused, as a sentence of the catalogue."""
        headers = Headers(scope=scope)
        if headers.get("host") not in self._hosts() or len(headers.getlist("host")) != 1:
            return "wrong_host"
        if self._is_foreign(headers, scope["path"]):
            return "wrong_origin"
        if not scope["path"].startswith(OPEN_PATHS) and not self._has_token(headers, scope):
            return "wrong_token"
        return None

    def _hosts(self) -> tuple[str, ...]:
        return f"127.0.0.1:{self.port}", f"localhost:{self.port}"

    def _is_foreign(self, headers: Headers, path: str) -> bool:
        """A browser says itself which site a request comes from; other programs say nothing."""
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is not None and origin != f"http://{headers['host']}":
            return True
        # The page itself may be opened by a click in a mail: without the token it is not given out.
        return path != "/" and site not in (None, "same-origin", "none")

    def _has_token(self, headers: Headers, scope: Scope) -> bool:
        """In the address of the page, and in a header of everything that the page asks."""
        if scope["path"] == "/":
            given = QueryParams(scope["query_string"]).get("token", "")
        else:
            given = headers.get(TOKEN_HEADER, "")
        return secrets.compare_digest(given.encode(), self.token.encode())
