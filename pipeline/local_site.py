"""A folder served as a web site on this machine: for the demonstration, and for tests that need a site they can break.

It behaves as a well-kept static site does (validators, conditional requests, ``HEAD``), because that is what a crawler's
politeness is built on: RFC 9110 sections 8.8 (validators), 13.1 (conditions) and 13.2.2 (their precedence).

    with LocalSite(folder, origin_in_files="https://example.org") as site:
        site.overrides["/old-report.pdf"] = 410
        ...
        assert [request.status for request in site.requests] == [200, 410]
"""

from __future__ import annotations

import argparse
import hashlib
import re
import socket
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote_to_bytes, urlsplit

from evidence.errors import IntegrandError, UsageError

MEDIA_TYPES = {
    ".atom": "application/atom+xml; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".epub": "application/epub+zip",
    ".gif": "image/gif",
    ".htm": "text/html; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".rss": "application/rss+xml; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/xml; charset=utf-8",
    ".zip": "application/zip",
}
"""What a file is sent as, by its suffix; ours and not the system's table, so that the answer is the same on every machine."""

UNKNOWN_MEDIA_TYPE = "application/octet-stream"
REWRITTEN = frozenset({".atom", ".htm", ".html", ".md", ".rss", ".txt", ".xml"})
"""Suffixes of files in which ``origin_in_files`` is replaced."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent for one request; as an override, what to send instead of the file.

    ``delay_s`` is waited before the first byte. Where ``media_type`` is empty the path's suffix decides. ``headers``
    are sent as well (a ``Location``, a ``Retry-After``). A body that is 200 carries an ETag of its own.
    """

    status: int = 200
    body: bytes = b""
    media_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    last_modified: datetime | None = None
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class ServedRequest:
    """One request as it was answered. ``path`` is decoded, without query; ``received_s`` is ``time.monotonic()``."""

    method: str
    path: str
    status: int
    size_bytes: int
    query: str = ""
    user_agent: str = ""
    received_s: float = 0.0


Override = int | str | bytes | Answer
"""A status without a body, a body sent with 200, or a whole answer."""


class LocalSite:
    """Serves ``folder`` on 127.0.0.1 while the context lasts.

    Args:
        folder: the site's root; ``index.html`` answers for a folder.
        origin_in_files: an origin (``http://host``) that files name themselves by; it is replaced by ``origin`` in
            pages, XML and text as they are sent, so that a saved site links to itself.
        port: 0 takes a free one.

    ``overrides`` maps a decoded path (``/a report.pdf``) to what is sent instead and may be changed at any time;
    ``requests`` lists what was asked, in the order of arrival.

    Raises:
        UsageError: the folder does not exist, or the port is taken.
    """

    def __init__(self, folder: Path, origin_in_files: str | None = None, port: int = 0) -> None:
        if not folder.is_dir():
            raise UsageError(f"{folder}: no such folder; give the folder that holds the site's index.html")
        self.folder = folder.resolve()
        self.overrides: dict[str, Override] = {}
        self.requests: list[ServedRequest] = []
        try:
            self._server = _Server(self, port)
        except OSError as error:
            raise UsageError(f"127.0.0.1:{port}: {error.strerror}; give another port, or 0 for a free one") from error
        self.port: int = self._server.server_address[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self._origin_pattern = _origin_pattern(origin_in_files) if origin_in_files else None
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stops listening and cuts the connections that clients keep open, so that nothing answers afterwards."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self._server.cut_connections()

    def wait(self) -> None:
        """Serves until interrupted."""
        self._thread.join()

    def answer(self, path: str) -> Answer:
        """What a GET of the decoded ``path`` is answered with, before any condition of the request is looked at."""
        override = self.overrides.get(path)
        if override is not None:
            return _overriding(path, override)
        file = self._file(path)
        if isinstance(file, Answer):
            return file
        body = file.read_bytes()
        if self._origin_pattern is not None and file.suffix.lower() in REWRITTEN:
            body = self._origin_pattern.sub(self.origin.encode(), body)
        modified = datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
        return Answer(200, body, media_type(file.name), last_modified=modified)

    def _file(self, path: str) -> Path | Answer:
        """The file that a path names, or the answer that there is none."""
        parts = path.split("/")
        if "\0" in path or "\\" in path or ".." in parts:
            return _plain(HTTPStatus.FORBIDDEN)
        file = (self.folder / path.lstrip("/")).resolve()
        if not file.is_relative_to(self.folder):
            return _plain(HTTPStatus.FORBIDDEN)
        if file.is_dir():
            index = file / "index.html"
            if not index.is_file():
                return _plain(HTTPStatus.NOT_FOUND)
            if not path.endswith("/"):
                return replace(_plain(HTTPStatus.MOVED_PERMANENTLY), headers=(("Location", f"{self.origin}{path}/"),))
            return index
        if not file.is_file() or path.endswith("/"):
            return _plain(HTTPStatus.NOT_FOUND)
        return file


def media_type(name: str) -> str:
    """The Content-Type for a file name, ``application/octet-stream`` where the suffix is unknown."""
    return MEDIA_TYPES.get(Path(name).suffix.lower(), UNKNOWN_MEDIA_TYPE)


def entity_tag(body: bytes) -> str:
    """A strong validator: the SHA-256 of the bytes that are sent, quoted as in RFC 9110 section 8.8.3."""
    return f'"{hashlib.sha256(body).hexdigest()}"'


def _origin_pattern(origin: str) -> re.Pattern[bytes]:
    """Matches the origin alone: not a longer host name that begins like it, nor the same host on another port."""
    return re.compile(re.escape(origin.rstrip("/").encode()) + rb"(?![\w-]|[.:]\w)")


def _plain(status: HTTPStatus) -> Answer:
    return Answer(status.value, f"{status.value} {status.phrase}\n".encode(), MEDIA_TYPES[".txt"])


def _overriding(path: str, override: Override) -> Answer:
    if isinstance(override, Answer):
        return override
    if isinstance(override, int):
        return _plain(HTTPStatus(override))
    body = override.encode() if isinstance(override, str) else override
    name = path if not path.endswith("/") else "index.html"
    return Answer(200, body, media_type(name))


def _still_good(answer: Answer, tag: str, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """Whether the client's copy is current. If-None-Match, where present, decides alone (RFC 9110 section 13.2.2)."""
    if if_none_match is not None:
        known = {value.strip().removeprefix("W/") for value in if_none_match.split(",")}
        return "*" in known or tag in known
    if if_modified_since is None or answer.last_modified is None:
        return False
    try:
        since = parsedate_to_datetime(if_modified_since)
    except ValueError:
        return False
    if since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    return answer.last_modified <= since


class _Handler(BaseHTTPRequestHandler):
    """Answers one connection; the site is reached through the server."""

    protocol_version = "HTTP/1.1"
    server_version = "local-site"
    sys_version = ""
    server: _Server

    def do_GET(self) -> None:
        self._serve(send_body=True)

    def do_HEAD(self) -> None:
        self._serve(send_body=False)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on stderr: ``LocalSite.requests`` is the log."""

    def _serve(self, send_body: bool) -> None:
        received_s = time.monotonic()
        site = self.server.site
        target = urlsplit(self.path)
        try:
            path = unquote_to_bytes(target.path).decode("utf-8")
            answer = site.answer(path)
        except UnicodeDecodeError:
            path, answer = target.path, _plain(HTTPStatus.BAD_REQUEST)
        if answer.delay_s:
            time.sleep(answer.delay_s)
        headers = [("Content-Type", answer.media_type or media_type(path)), *answer.headers]
        status, body = answer.status, answer.body
        if status == HTTPStatus.OK:
            tag = entity_tag(body)
            headers.append(("ETag", tag))
            if answer.last_modified is not None:
                headers.append(("Last-Modified", format_datetime(answer.last_modified, usegmt=True)))
            if _still_good(answer, tag, self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")):
                status, body, headers = HTTPStatus.NOT_MODIFIED.value, b"", headers[1:]
        sent = body if send_body else b""
        # Logged before the bytes leave, so that whoever has the answer finds the request in the log.
        agent = self.headers.get("User-Agent", "")
        site.requests.append(ServedRequest(self.command, path, status, len(sent), target.query, agent, received_s))
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(sent)


class _Server(ThreadingHTTPServer):
    """The listening socket; remembers open connections so that closing the site closes them too."""

    # A crawler opens its connections at once; the default backlog of 5 would make some of them wait a second.
    request_queue_size = 64

    def __init__(self, site: LocalSite, port: int) -> None:
        self.site = site
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle of an answer is no fault of the site; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def cut_connections(self) -> None:
        with self._guard:
            still_open = list(self._open)
        for connection in still_open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                # Closed by its own thread in between.
                continue


def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m pipeline.local_site FOLDER``: prints the origin and serves until interrupted; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.local_site", description="Serve a folder as a site on 127.0.0.1.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--origin-in-files", metavar="URL", help="origin in pages, XML and text to replace by the site's own")
    options = parser.parse_args(arguments)
    try:
        with LocalSite(options.folder, options.origin_in_files, options.port) as site:
            sys.stdout.write(f"{site.origin}\n")
            sys.stdout.flush()
            site.wait()
    except IntegrandError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
