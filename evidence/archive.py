"""The archive: every answer as it came, in WARC 1.1 files that any web-archive tool reads, and the index of captures.

A capture is written as a group of records, each its own gzip member: ``request`` (where there was one), ``response`` /
``resource`` / ``revisit`` (where a body or a 304 came), and last a ``metadata`` record that holds the ``Capture`` as JSON.
That last record commits the group: after a kill, whole groups of an unfinished file are kept and indexed again
(``evidence.salvage``) and what follows the last one is dropped and reported.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from evidence.base import Base
from evidence.errors import BaseBusy, IntegrandError
from evidence.records import BODIED_OUTCOMES, Capture
from evidence.segments import (
    PART,
    as_plain,
    read_segment,
    segment_name,
    segment_paths,
    smallest,
    sync_and_rename,
    write_segment,
)

WARC_SUFFIX = ".warc.gz"
SEGMENT_BYTES = 256 * 2**20
SEGMENT_RECORDS = 2_000
SYNC_EVERY_S = 5.0
MAX_DECODED_BYTES = 512 * 2**20
PROFILE_IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
PROFILE_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
CAPTURE_TYPE = "application/json"

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP exchange as it went over the wire: ``payload`` still carries the server's content encoding."""

    method: str
    request_headers: Headers
    status: int
    reason: str
    response_headers: Headers
    payload: bytes
    http_version: str = "HTTP/1.1"


def sha256(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def decoded(payload: bytes, encoding: str | None) -> bytes:
    """The payload without its content encodings (gzip, deflate, br, one upon the other); unknown ones are left as they are.

    Strict, since what a lenient reader makes of a torn body would be taken for the document. Raises ``IntegrandError`` for
    a body that is torn or not of its encoding, or that grows beyond ``MAX_DECODED_BYTES``.
    """
    for name in reversed([one.strip().lower() for one in (encoding or "").split(",")]):
        if name in _UNPACKERS and payload:
            try:
                payload = b"".join(_bounded(_UNPACKERS[name](payload)))
            except (zlib.error, brotli.error, EOFError) as error:
                raise IntegrandError(f"the body is not valid {name} ({error or 'it is torn'})") from error
    return payload


def _bounded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_DECODED_BYTES:
            raise IntegrandError(f"the body grows beyond {MAX_DECODED_BYTES} bytes when unpacked")
        yield chunk


def _gunzipped(payload: bytes) -> Iterator[bytes]:
    """Every member of a gzip stream; what follows the last and is no member is padding (RFC 1952 leaves it to us)."""
    while payload[:2] == b"\x1f\x8b":
        unpacker = zlib.decompressobj(wbits=31)
        yield from _inflated(unpacker, payload)
        payload = unpacker.unused_data
        if not payload.startswith(b"\x1f\x8b"):
            return
    raise EOFError("it does not begin as gzip does")


def _undeflated(payload: bytes) -> Iterator[bytes]:
    """The zlib format as RFC 9110 section 8.4.1.2 asks, or the bare deflate that some servers send."""
    zlib_header = len(payload) > 1 and payload[0] & 0x0F == 8 and (payload[0] << 8 | payload[1]) % 31 == 0
    yield from _inflated(zlib.decompressobj(wbits=15 if zlib_header else -15), payload)


def _inflated(unpacker: Any, payload: bytes) -> Iterator[bytes]:
    while not unpacker.eof:
        chunk = unpacker.decompress(payload, CHUNK_BYTES)
        payload = unpacker.unconsumed_tail
        if not chunk and not payload and not unpacker.eof:
            raise EOFError("it is torn")
        yield chunk


def _unbrotlied(payload: bytes) -> Iterator[bytes]:
    unpacker = brotli.Decompressor()
    for at in range(0, len(payload), CHUNK_BYTES // 64):
        # Small bites, so that a bomb is noticed before it has gone off.
        yield unpacker.process(payload[at : at + CHUNK_BYTES // 64])
        if unpacker.is_finished():
            return
    raise EOFError("it is torn")


CHUNK_BYTES = 2**16
_UNPACKERS = {"gzip": _gunzipped, "x-gzip": _gunzipped, "deflate": _undeflated, "br": _unbrotlied}


class _Sha256Digester(Digester):  # type: ignore[misc]  # warcio is untyped
    """SHA-256 in hex, as every other digest of the base (warcio's own would be SHA-1 in base 32)."""

    def __init__(self) -> None:
        super().__init__("sha256")

    def __str__(self) -> str:
        return f"sha256:{self.digester.hexdigest()}"


class _Writer(WARCWriter):  # type: ignore[misc]  # warcio is untyped
    """A WARC 1.1 writer whose digests are SHA-256."""

    @staticmethod
    def _create_digester() -> Digester:
        return _Sha256Digester()


class Archive:
    """The archive of one run: hands out the writer of each source and numbers the segments of all."""

    def __init__(self, base: Base, run: str, robots_policy: str = "obey") -> None:
        self.base, self.run, self.robots_policy = base, run, robots_policy
        self._writers: dict[str, ArchiveWriter] = {}
        numbers = [path.name.split(".")[0].rpartition("-")[2] for path in base.archive.glob(f"*/{run}-*{WARC_SUFFIX}*")]
        self._number = max((int(number) for number in numbers if number.isdecimal()), default=0)

    def next_number(self) -> int:
        self._number += 1
        return self._number

    def writer(self, source: str) -> ArchiveWriter:
        if source not in self._writers:
            self._writers[source] = ArchiveWriter(self, source)
        return self._writers[source]

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class ArchiveWriter:
    """Writes the captures of one source of one run; made by ``Archive.writer``."""

    def __init__(self, archive: Archive, source: str) -> None:
        self.archive, self.source = archive, source
        self._path: Path | None = None
        self._file: io.BufferedWriter | None = None
        self._captures: list[Capture] = []
        self._number = 0
        self._synced = 0.0

    def add_exchange(self, capture: Capture, exchange: Exchange, known: Capture | None = None) -> Capture:
        """Archives an HTTP exchange; returns the capture with digest, size and place in the archive filled in.

        ``known`` is an earlier capture of the same payload: a 304 or an equal body is then written as a revisit that
        points to it, and the capture keeps the earlier place, so that no body is stored twice. What came with any other
        outcome than ``fetched`` or ``unchanged`` (a redirect's or an error's page) is archived, but is no payload of the
        base: such a capture has a place and no digest.
        """
        headers = [(name, value) for name, value in exchange.response_headers if name.lower() != "transfer-encoding"]
        status = StatusAndHeaders(f"{exchange.status} {exchange.reason}", headers, exchange.http_version)
        writer = self._open()
        asked = writer.create_warc_record(
            capture.url, "request", payload=io.BytesIO(b""),
            http_headers=StatusAndHeaders(f"{exchange.method} {_path_of(capture.url)} {exchange.http_version}",
                                          list(exchange.request_headers), is_http_request=True),
            warc_headers_dict={"WARC-Date": _warc_date(capture.fetched_at)})
        writer.write_record(asked)
        if known is not None and exchange.status == 304:
            return self._revisit(capture, known, status, PROFILE_NOT_MODIFIED)
        if capture.outcome not in BODIED_OUTCOMES:
            return self._add(capture, self._response(capture, exchange, status))
        body = decoded(exchange.payload, {n.lower(): v for n, v in headers}.get("content-encoding"))
        capture = replace(capture, digest=sha256(body), size_bytes=len(body))
        if known is not None and known.digest == capture.digest and known.archive_path:
            return self._revisit(capture, known, status, PROFILE_IDENTICAL)
        return self._add(capture, self._response(capture, exchange, status))

    def _response(self, capture: Capture, exchange: Exchange, status: StatusAndHeaders) -> ArcWarcRecord:
        return self._open().create_warc_record(
            capture.url, "response", payload=io.BytesIO(exchange.payload), http_headers=status,
            warc_headers_dict={"WARC-Date": _warc_date(capture.fetched_at)})

    def add_file(self, capture: Capture, payload: bytes) -> Capture:
        """Archives a local file as a ``resource`` record."""
        capture = replace(capture, digest=sha256(payload), size_bytes=len(payload))
        record = self._open().create_warc_record(
            capture.url, "resource", payload=io.BytesIO(payload), warc_content_type=capture.media_type or "application/octet-stream",
            warc_headers_dict={"WARC-Date": _warc_date(capture.fetched_at)})
        return self._add(capture, record)

    def add_outcome(self, capture: Capture) -> Capture:
        """Records a capture that brought no body: refused, failed, never asked."""
        self._open()
        return self._commit(capture)

    def _revisit(self, capture: Capture, known: Capture, status: StatusAndHeaders, profile: str) -> Capture:
        record = self._open().create_revisit_record(
            capture.url, f"sha256:{known.digest}", known.url, _warc_date(known.fetched_at), http_headers=status,
            warc_headers_dict={"WARC-Date": _warc_date(capture.fetched_at)})
        record.rec_headers.replace_header("WARC-Profile", profile)
        self._open().write_record(record)
        return self._commit(replace(
            capture, digest=known.digest, size_bytes=known.size_bytes, media_type=capture.media_type or known.media_type,
            archive_path=known.archive_path, archive_offset=known.archive_offset))

    def _add(self, capture: Capture, record: ArcWarcRecord) -> Capture:
        assert self._file is not None and self._path is not None
        offset = self._file.tell()
        self._open().write_record(record)
        where = self._path.relative_to(self.archive.base.root).as_posix()
        return self._commit(replace(capture, archive_path=where, archive_offset=offset))

    def _commit(self, capture: Capture) -> Capture:
        """Writes the record that closes the group, and begins a new segment where this one is full."""
        assert self._file is not None
        payload = json.dumps(_plain(capture), ensure_ascii=False).encode()
        writer = self._open()
        writer.write_record(writer.create_warc_record(
            capture.url, "metadata", payload=io.BytesIO(payload), warc_content_type=CAPTURE_TYPE,
            warc_headers_dict={"WARC-Date": _warc_date(capture.fetched_at)}))
        self._file.flush()
        if time.monotonic() - self._synced > SYNC_EVERY_S:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()
        self._captures.append(capture)
        if self._file.tell() > SEGMENT_BYTES or len(self._captures) >= SEGMENT_RECORDS:
            self.close()
        return capture

    def _open(self) -> _Writer:
        if self._file is None:
            self._number = self.archive.next_number()
            folder = self.archive.base.archive / self.source
            folder.mkdir(parents=True, exist_ok=True)
            self._path = folder / f"{self.archive.run}-{self._number:04d}{WARC_SUFFIX}"
            self._file = open(str(self._path) + PART, "wb")  # noqa: SIM115 - closed by close()
            self._warc = _Writer(self._file, gzip=True, warc_version="1.1")
            self._warc.write_record(self._warc.create_warcinfo_record(self._path.name, {
                "software": f"integrand/{_version()}", "format": "WARC File Format 1.1", "robots": self.archive.robots_policy,
                "isPartOf": f"{self.source} {self.archive.run}"}))
            self._file.flush()
        return self._warc

    def close(self) -> None:
        """Finishes the segment: the WARC file first, then its index; ``salvage`` makes the index where only the first was done."""
        if self._file is None or self._path is None:
            return
        self._file.close()
        sync_and_rename(Path(str(self._path) + PART), self._path)
        write_segment(self.archive.base.captures / segment_name(self.archive.run, self._number), self._captures, Capture)
        self._file, self._path, self._captures = None, None, []


@contextmanager
def sole_writer(base: Base, patience_s: float = 10.0) -> Iterator[None]:
    """Holds the archive for writing until the block ends. Raises ``BaseBusy`` where another process still holds it after ``patience_s``.

    The base's lock ends with the process that took it, a moment before the kernel has ended the crawling process that it
    started; this lock is held by whoever writes, so that nobody truncates a file that is still written to.
    """
    handle = os.open(base.archive, os.O_RDONLY)
    try:
        deadline = time.monotonic() + patience_s
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    raise BaseBusy(f"{base.archive}: another process still writes here; wait for it to end or stop it") from error
                time.sleep(0.02)
        yield
    finally:
        os.close(handle)


def read_captures(base: Base) -> Iterator[Capture]:
    """All captures of the base, in the order in which they were made: a run that is gone on with may be older by name than one that it
    comes after."""
    for path in sorted(segment_paths(base.captures), key=_earliest):
        yield from read_segment(path, Capture)


def _earliest(path: Path) -> tuple[datetime, str]:
    """When a segment's first capture was made, and its name. Runs never write at the same time, so no two segments of a URL overlap."""
    try:
        first = smallest(path, "fetched_at")
    except IntegrandError:
        return datetime.max.replace(tzinfo=UTC), path.name  # told of when it is read, after all that can be
    return first or datetime.min.replace(tzinfo=UTC), path.name


def read_payload(base: Base, capture: Capture) -> bytes:
    """The payload of a capture without content encoding; its SHA-256 is ``capture.digest``.

    Raises ``IntegrandError`` where the archive lacks it or holds other bytes.
    """
    return read_answer(base, capture)[1]


def read_answer(base: Base, capture: Capture) -> tuple[Headers, bytes]:
    """The response headers (none for a local file) and the payload, as ``read_payload``."""
    if capture.archive_path is None or capture.archive_offset is None:
        raise IntegrandError(f"{capture.url}: nothing was archived ({capture.outcome})")
    path = base.root / capture.archive_path
    if ".." in Path(capture.archive_path).parts or not path.is_relative_to(base.archive):
        raise IntegrandError(f"{capture.url}: {capture.archive_path!r} is no file of the archive; restore its index from a backup")
    try:
        with open(path, "rb") as file:
            file.seek(capture.archive_offset)
            record = next(iter(ArchiveIterator(file)))
            headers = record.http_headers.headers if record.http_headers else []
            encoding = record.http_headers.get_header("Content-Encoding") if record.http_headers else None
            raw, stated = record.raw_stream.read(), record.rec_headers.get_header("WARC-Payload-Digest")
            payload = decoded(raw, encoding)
    except ArchiveLoadFailed as error:
        raise IntegrandError(f"{path}: no WARC record at {capture.archive_offset}; restore it from a backup") from error
    except (OSError, StopIteration, zlib.error) as error:
        raise IntegrandError(f"{path}: cannot be read at {capture.archive_offset} ({error}); restore it from a backup") from error
    except IntegrandError as error:
        raise IntegrandError(f"{path} at {capture.archive_offset}: {error}") from error
    # An error page has no digest of its own in the capture; the record's own digest vouches for it.
    if f"sha256:{sha256(raw)}" != stated or (capture.digest is not None and sha256(payload) != capture.digest):
        raise IntegrandError(f"{path} at {capture.archive_offset}: holds other bytes than were captured; restore it from a backup")
    return headers, payload


def require_record(base: Base, capture: Capture) -> None:
    """Raises ``IntegrandError`` where no record begins at the place that a capture names; its content is not looked at."""
    path = base.root / (capture.archive_path or "")
    try:
        with open(path, "rb") as file:
            file.seek(capture.archive_offset or 0)
            begins = file.read(2) == b"\x1f\x8b"
    except OSError as error:
        raise IntegrandError(f"{path}: cannot be read ({error.strerror}); restore it from a backup") from error
    if not begins:
        raise IntegrandError(f"{path}: no WARC record at {capture.archive_offset}; restore it from a backup")


def _plain(capture: Capture) -> dict[str, object]:
    plain: dict[str, object] = as_plain(capture)
    plain["fetched_at"] = capture.fetched_at.isoformat()
    return plain


def _warc_date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _path_of(url: str) -> str:
    after = url.split("://", 1)[-1]
    return "/" + after.split("/", 1)[1] if "/" in after else "/"


def _version() -> str:
    try:
        return metadata.version("integrand")
    except metadata.PackageNotFoundError:
        return "0"
