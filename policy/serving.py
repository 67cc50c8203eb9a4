"""A review book over HTTP, to this machine alone, with a door for questions.

The standard library's server is enough for one person's browser and scripts: three paths, no state, nothing kept. Who
asks must name this machine as the host (so that no foreign name that points here gets in) and come from no other page.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore
from typing import Any, ClassVar

from policy.answerpage import answer_part
from policy.desk import BadRequest, Busy, Desk, errors, openapi
from policy.diagnostic import ClausebookError, Diagnostic
from policy.hypertext import Hypertext
from policy.instrument import engine_version
from policy.layout import inert, json_text

HOST = "127.0.0.1"
LARGEST_BODY = 64 * 1024
MOST_AT_ONCE = 4
_ASK = "/api/ask"
_SLOWEST = 10  # seconds that a request may take to arrive
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def server(desk: Desk, pages: Mapping[str, str], text: Hypertext, port: int = 0, made: bool = True) -> BookServer:
    """A server on the loopback address; its ``server_port`` says where (0: on any port that is free).

    ``text`` links answers to the pages. Where these are not ``made`` yet, the first page stands for every other until
    `BookServer.show` brings them. Raises `ClausebookError` where the port cannot be had.
    """

    class Here(_Handler):
        room = _Room(desk, pages, text, made)

    try:
        server = BookServer((HOST, port), Here)
    except OSError as error:
        message = f"port {port} cannot be had: {error.strerror}"
        raise ClausebookError(Diagnostic("E0040", message, None, ("another `--port`", "0 for any"))) from None
    server.room = Here.room
    server.room.hosts = frozenset(f"{name}:{server.server_port}" for name in (HOST, "localhost"))
    return server


class BookServer(ThreadingHTTPServer):
    daemon_threads = True
    room: _Room

    def show(self, pages: Mapping[str, str], text: Hypertext) -> None:
        """Serve these pages from now on."""
        self.room.text, self.room.pages, self.room.made = text, pages, True

    def give_up(self, why: str) -> None:
        """Say that there will be no pages, and why."""
        self.room.failed = why

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has left before the reply: that is no fault."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Room:
    """What the requests of one server share: the book, its pages, and how many may ask at once."""

    def __init__(self, desk: Desk, pages: Mapping[str, str], text: Hypertext, made: bool) -> None:
        self.desk = desk
        self.pages = pages
        self.text = text
        self.made = made
        self.failed = ""
        self.hosts: frozenset[str] = frozenset()
        self.places = BoundedSemaphore(MOST_AT_ONCE)


class _Handler(BaseHTTPRequestHandler):
    room: ClassVar[_Room]
    timeout = _SLOWEST
    protocol_version = "HTTP/1.1"
    server_version = f"clausebook/{engine_version()}"
    sys_version = ""

    def do_GET(self) -> None:
        if not self._is_from_here():
            return
        path = self.path.partition("?")[0]
        name = "index.html" if path == "/" else path.removeprefix("/")
        if path == "/api/openapi.json":
            desk = self.room.desk
            self._send_data(HTTPStatus.OK, openapi(inert(desk.instrument.book.title), tuple(desk.files)))
        elif path == _ASK:
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, "a question is posted here, as JSON: /api/openapi.json")
        elif path == "/api/made":
            self._send_data(HTTPStatus.OK, {"made": self.room.made, "failed": self.room.failed})
        elif not self.room.made and name.endswith(".html"):
            self._send(HTTPStatus.OK, self.room.pages["index.html"], "text/html")
        elif name in self.room.pages:
            kind = _TYPES[name.rpartition(".")[2]]
            self._send(HTTPStatus.OK, self.room.pages[name], kind)
        else:
            self._refuse(HTTPStatus.NOT_FOUND, "there is no such page")

    def do_POST(self) -> None:
        if not self._is_from_here():
            return
        if self.path != _ASK:
            self._refuse(HTTPStatus.NOT_FOUND, f"questions are asked at {_ASK}")
            return
        body = self._body()
        if body is None:
            return
        if not self.room.places.acquire(blocking=False):
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "too many questions are being answered: ask again")
            return
        try:
            self._answer(body)
        finally:
            self.room.places.release()

    def _answer(self, body: bytes) -> None:
        wants_page = self.headers.get("Accept", "").startswith("text/html")
        try:
            found = self.room.desk.ask(self.room.desk.read(body))
            text = answer_part(found, self.room.text) if wants_page else found.to_json()
        except Busy:
            self._refuse(
                HTTPStatus.SERVICE_UNAVAILABLE, "other questions about this case are being answered: ask again"
            )
        except BadRequest as bad:
            self._refuse(HTTPStatus.BAD_REQUEST, str(bad))
        except ClausebookError as error:
            late = any(each.code.startswith("E07") for each in error.diagnostics)
            self._send_data(HTTPStatus.GATEWAY_TIMEOUT if late else HTTPStatus.UNPROCESSABLE_ENTITY, errors(error))
        except Exception as fault:
            message = f"internal fault, no verdict ({type(fault).__name__})"
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, message)
        else:
            self._send(HTTPStatus.OK, text, "text/html" if wants_page else "application/json")

    # -------------------------------------------------------------- requests

    def _is_from_here(self) -> bool:
        """Whether a request names this server as its host, and no other page has sent it."""
        origin, site = self.headers.get("Origin"), self.headers.get("Sec-Fetch-Site", "none")
        hosts = self.headers.get_all("Host", [])
        known = len(hosts) == 1 and hosts[0] in self.room.hosts
        if known and site in ("same-origin", "none") and (origin is None or origin == f"http://{hosts[0]}"):
            return True
        self._refuse(HTTPStatus.FORBIDDEN, "this is for the pages of this server alone")
        return False

    def _body(self) -> bytes | None:
        """The body of a request, or nothing where it is refused."""
        if self.headers.get_content_type() != "application/json":
            self._refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "a question comes as application/json")
            return None
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Transfer-Encoding") or not (length.isascii() and length.isdigit()):
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "a request says how long it is")
            return None
        if len(length) > len(str(LARGEST_BODY)) or int(length) > LARGEST_BODY:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a request has at most {LARGEST_BODY} bytes")
            return None
        return self.rfile.read(int(length))

    # --------------------------------------------------------------- replies

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        self.close_connection = True  # what is left of the request is not read
        self._send_data(status, {"error": message})

    def _send_data(self, status: HTTPStatus, data: Any) -> None:
        self._send(status, json_text(data), "application/json")

    def _send(self, status: HTTPStatus, text: str, kind: str) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Type": f"{kind}; charset=utf-8"}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is kept of who asks what."""
