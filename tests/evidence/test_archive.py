"""The archive: what was captured is there whole, survives a kill, and is read by other people's tools."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from evidence import archive as archive_module
from evidence.archive import (
    Archive,
    decoded,
    read_answer,
    read_captures,
    read_payload,
    sha256,
)
from evidence.base import Base
from evidence.errors import IntegrandError
from evidence.salvage import captures_in
from tests.evidence.made_archive import BODY, capture, check, exchange, files, fill


def test_a_capture_is_read_back_as_it_was_given(base: Base) -> None:
    (written,) = fill(base, "r1", "a")
    assert list(read_captures(base)) == [written]
    assert written.digest == sha256(BODY + b"a") and written.size_bytes == len(BODY) + 1
    assert read_payload(base, written) == BODY + b"a"
    assert dict(read_answer(base, written)[0])["Content-Type"] == "text/html"
    check(base)


def test_a_base_that_is_named_from_another_folder_is_read(base: Base) -> None:
    (written,) = fill(base, "r1", "a")
    (base.root / "elsewhere").mkdir()
    assert read_payload(Base(base.root / "elsewhere" / ".."), written) == BODY + b"a"


def test_the_records_of_a_capture_are_those_that_web_archive_tools_expect(base: Base) -> None:
    fill(base, "r1", "a")
    (path,) = files(base)
    with open(path, "rb") as file:
        records = [(record.rec_type, record.rec_headers, record.http_headers) for record in ArchiveIterator(file)]
    assert [kind for kind, _, _ in records] == ["warcinfo", "request", "response", "metadata"]
    assert records[1][2].protocol == "GET" and records[1][2].get_header("User-Agent") == "integrand"
    assert records[2][1].get_header("WARC-Payload-Digest") == f"sha256:{sha256(BODY + b'a')}"
    assert records[2][1].get_header("WARC-Target-URI") == "http://example.org/a"
    assert records[2][1].get_header("WARC-Date") == "2024-03-01T10:00:00.123456Z"


@pytest.mark.parametrize(("name", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)])
def test_an_encoded_payload_is_kept_as_it_came_and_digested_as_it_reads(base: Base, name: str, pack: object) -> None:
    packed = pack(BODY)  # type: ignore[operator]
    with Archive(base, "r1") as archive:
        written = archive.writer("site").add_exchange(capture(), exchange(packed, 200, ("Content-Encoding", name)))
    assert written.digest == sha256(BODY) and read_payload(base, written) == BODY
    with open(base.root / str(written.archive_path), "rb") as file:
        file.seek(written.archive_offset or 0)
        assert next(iter(ArchiveIterator(file))).raw_stream.read() == packed
    if name != "br":
        # warcio's own reader fails on brotli where the brotli package is installed.
        check(base)


@given(st.binary(min_size=1, max_size=3000), st.sampled_from(["gzip", "deflate", "br"]), st.data())
def test_a_torn_encoded_body_is_never_taken_for_a_whole_one(body: bytes, name: str, data: st.DataObject) -> None:
    packed = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}[name](body)
    assert decoded(packed, name) == body
    cut = data.draw(st.integers(1, len(packed) - 1))
    with pytest.raises(IntegrandError, match=f"not valid {name}"):
        decoded(packed[:cut], name)


def test_encodings_as_servers_send_them() -> None:
    bare = zlib.compress(BODY)[2:-4]
    assert decoded(bare, "deflate") == BODY
    assert decoded(gzip.compress(BODY) + gzip.compress(BODY), "x-gzip") == BODY * 2
    assert decoded(gzip.compress(BODY) + b"\0" * 9, "GZIP ") == BODY
    assert decoded(brotli.compress(gzip.compress(BODY)), "gzip, br") == BODY
    assert decoded(BODY, "zstd") == decoded(BODY, None) == decoded(BODY, "identity") == BODY
    assert decoded(b"", "gzip") == b""


@pytest.mark.parametrize(("name", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)])
def test_a_decompression_bomb_is_refused(name: str, pack: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "MAX_DECODED_BYTES", 100_000)
    with pytest.raises(IntegrandError, match="grows beyond 100000 bytes"):
        decoded(pack(b"0" * 5_000_000), name)  # type: ignore[operator]


def test_a_304_is_a_revisit_that_leads_to_the_earlier_payload(base: Base) -> None:
    (first,) = fill(base, "r1", "a")
    with Archive(base, "r2") as archive:
        again = archive.writer("site").add_exchange(capture(run="r2", outcome="unchanged"), exchange(b"", 304), known=first)
    assert (again.digest, again.archive_path, again.archive_offset, again.size_bytes) == (
        first.digest, first.archive_path, first.archive_offset, first.size_bytes)
    assert read_payload(base, again) == BODY + b"a"
    with open(files(base)[1], "rb") as file:
        revisit = next(record for record in ArchiveIterator(file) if record.rec_type == "revisit")
    assert revisit.rec_headers.get_header("WARC-Profile").endswith("/server-not-modified")
    assert revisit.rec_headers.get_header("WARC-Refers-To-Target-URI") == first.url
    check(base)


def test_an_equal_body_is_a_revisit_and_another_is_stored(base: Base) -> None:
    (first,) = fill(base, "r1", "a")
    with Archive(base, "r2") as archive:
        same = archive.writer("site").add_exchange(capture(run="r2"), exchange(BODY + b"a"), known=first)
        other = archive.writer("site").add_exchange(capture("b", run="r2"), exchange(b"other"), known=first)
    assert same.archive_path == first.archive_path and other.archive_path != first.archive_path
    assert read_payload(base, same) == BODY + b"a" and read_payload(base, other) == b"other"
    check(base)


@pytest.mark.parametrize("outcome", ["missing", "withdrawn", "failed", "redirected"])
def test_the_body_of_an_error_is_archived_but_is_no_payload(base: Base, outcome: str) -> None:
    with Archive(base, "r1") as archive:
        written = archive.writer("site").add_exchange(capture(outcome=outcome, status=404), exchange(b"Not found", 404))
    assert (written.digest, written.size_bytes) == (None, 0) and written.archive_path is not None
    with open(files(base)[0], "rb") as file:
        (response,) = [record.content_stream().read() for record in ArchiveIterator(file) if record.rec_type == "response"]
    assert response == b"Not found"
    check(base)


def test_a_capture_without_an_answer_has_no_place(base: Base) -> None:
    with Archive(base, "r1") as archive:
        written = archive.writer("site").add_outcome(capture(outcome="refused", status=None, reason="denied by robots.txt"))
    assert list(read_captures(base)) == [written]
    with pytest.raises(IntegrandError, match="nothing was archived"):
        read_payload(base, written)
    check(base)


def test_a_local_file_is_a_resource(base: Base) -> None:
    with Archive(base, "r1") as archive:
        written = archive.writer("local").add_file(replace(capture(), url="file:///a%20b.pdf", source="local"), b"%PDF-1.4")
    assert read_answer(base, written) == ([], b"%PDF-1.4")
    check(base)


def test_a_resumed_run_goes_on_with_a_segment_of_its_own(base: Base) -> None:
    fill(base, "r1", "ab")
    fill(base, "r1", "c")
    assert [path.name for path in files(base)] == ["r1-0001.warc.gz", "r1-0002.warc.gz"]
    assert [one.url[-1] for one in read_captures(base)] == ["a", "b", "c"]


def test_two_sources_never_share_a_segment_number(base: Base) -> None:
    with Archive(base, "r1") as archive:
        for name in ("one", "two"):
            archive.writer(name).add_exchange(replace(capture(), source=name), exchange())
    assert sorted(path.stem for path in base.captures.glob("*")) == ["r1-0001", "r1-0002"]


def test_a_full_segment_is_followed_by_another(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "SEGMENT_RECORDS", 2)
    written = fill(base, "r1", "abcde")
    assert len(files(base)) == 3 and list(read_captures(base)) == written
    assert [one for path in files(base) for one in captures_in(path)] == written


def test_other_bytes_than_were_captured_are_noticed(base: Base) -> None:
    (written,) = fill(base, "r1", "a")
    with pytest.raises(IntegrandError, match="other bytes"):
        read_payload(base, replace(written, digest="0" * 64))
    files(base)[0].write_bytes(b"nothing")
    with pytest.raises(IntegrandError, match="restore it from a backup"):
        read_payload(base, written)
