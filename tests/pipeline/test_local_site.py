"""The site that tests and the demonstration crawl: a crawler's politeness is only as testable as this is right."""

from __future__ import annotations

import hashlib
import http.client
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from evidence.errors import UsageError
from pipeline import local_site
from pipeline.local_site import Answer, LocalSite

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("INTEGRAND_SHARED", ROOT.parent / "shared"))
REAL_SITE = SHARED / "inputs" / "sites" / "connected-health-cities"
ORIGIN = "https://reports.example"
MODIFIED = 1_600_000_000  # 2020-09-13 12:26:40 UTC


@dataclass(frozen=True)
class Got:
    status: int
    headers: dict[str, str]
    body: bytes


def fetch(site: LocalSite, target: str, method: str = "GET", **headers: str) -> Got:
    """One request on a connection of its own; ``target`` goes out exactly as written."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=5)
    try:
        connection.putrequest(method, target)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        return Got(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "site"
    (root / "reports").mkdir(parents=True)
    files = {
        "index.html": f'<a href="{ORIGIN}/reports/a%20b.pdf">a</a> <a href="{ORIGIN}.uk/x">b</a> <a href="{ORIGIN}:81/">c</a>'.encode(),
        "robots.txt": f"Sitemap: {ORIGIN}/sitemap.xml\n".encode(),
        "sitemap.xml": f"<urlset><url><loc>{ORIGIN}/reports/</loc></url></urlset>".encode(),
        "reports/index.html": "<p>Caffè</p>".encode(),
        "reports/a b.pdf": b"%PDF-1.4 " + ORIGIN.encode(),
        "reports/word.docx": b"PK\x03\x04",
        "reports/plain.txt": b"plain",
        "reports/UPPER.PDF": b"%PDF-1.4",
        "reports/no-suffix": b"?",
    }
    for name, body in files.items():
        (root / name).write_bytes(body)
        os.utime(root / name, (MODIFIED, MODIFIED))
    (tmp_path / "secret.txt").write_text("outside the site")
    (root / "way-out").symlink_to(tmp_path)
    return root


@pytest.fixture
def site(folder: Path) -> Iterator[LocalSite]:
    with LocalSite(folder, origin_in_files=ORIGIN) as running:
        yield running


@pytest.mark.parametrize(
    ("target", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/reports/", "text/html; charset=utf-8"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/sitemap.xml", "application/xml; charset=utf-8"),
        ("/reports/a%20b.pdf", "application/pdf"),
        ("/reports/UPPER.PDF", "application/pdf"),
        ("/reports/word.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("/reports/no-suffix", "application/octet-stream"),
    ],
)
def test_a_file_is_sent_under_its_own_media_type(site: LocalSite, target: str, media_type: str) -> None:
    got = fetch(site, target)
    assert (got.status, got.headers["content-type"]) == (200, media_type)
    assert got.headers["content-length"] == str(len(got.body))


def test_the_etag_is_the_digest_of_the_bytes_that_were_sent_not_of_the_file(site: LocalSite, folder: Path) -> None:
    got = fetch(site, "/robots.txt")
    assert got.headers["etag"] == f'"{hashlib.sha256(got.body).hexdigest()}"'
    assert got.body != (folder / "robots.txt").read_bytes()
    assert got.headers["last-modified"] == "Sun, 13 Sep 2020 12:26:40 GMT"


def test_the_origin_in_files_becomes_the_sites_own_in_text_and_nowhere_else(site: LocalSite) -> None:
    page = fetch(site, "/").body.decode()
    assert f'href="{site.origin}/reports/a%20b.pdf"' in page
    assert f'href="{ORIGIN}.uk/x"' in page, "another host that begins alike was rewritten"
    assert f'href="{ORIGIN}:81/"' in page, "the same host on another port was rewritten"
    assert fetch(site, "/robots.txt").body.decode() == f"Sitemap: {site.origin}/sitemap.xml\n"
    assert f"<loc>{site.origin}/reports/</loc>" in fetch(site, "/sitemap.xml").body.decode()
    assert ORIGIN.encode() in fetch(site, "/reports/a%20b.pdf").body, "bytes of a PDF were rewritten"


def test_without_an_origin_in_files_bytes_are_sent_as_they_lie(folder: Path) -> None:
    with LocalSite(folder) as site:
        assert fetch(site, "/").body == (folder / "index.html").read_bytes()


def test_a_client_that_has_the_current_copy_gets_304_and_no_body(site: LocalSite) -> None:
    first = fetch(site, "/reports/plain.txt")
    for headers in (
        {"If_None_Match": first.headers["etag"]},
        {"If_None_Match": f'"other", W/{first.headers["etag"]}'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": first.headers["last-modified"]},
        {"If_Modified_Since": "Mon, 14 Sep 2020 00:00:00 GMT"},
    ):
        got = fetch(site, "/reports/plain.txt", **headers)
        assert (got.status, got.body) == (304, b""), headers
        assert got.headers["etag"] == first.headers["etag"]


def test_a_client_that_has_an_old_copy_gets_the_new_one(site: LocalSite, folder: Path) -> None:
    first = fetch(site, "/reports/plain.txt")
    (folder / "reports" / "plain.txt").write_bytes(b"changed")
    os.utime(folder / "reports" / "plain.txt", (MODIFIED + 60, MODIFIED + 60))
    for headers in (
        {"If_None_Match": first.headers["etag"]},
        {"If_Modified_Since": first.headers["last-modified"]},
        {"If_None_Match": first.headers["etag"], "If_Modified_Since": "Mon, 14 Sep 2099 00:00:00 GMT"},
        {"If_Modified_Since": "not a date"},
    ):
        got = fetch(site, "/reports/plain.txt", **headers)
        assert (got.status, got.body) == (200, b"changed"), headers


def test_head_tells_what_get_would_and_sends_nothing(site: LocalSite) -> None:
    get, head = fetch(site, "/reports/a%20b.pdf"), fetch(site, "/reports/a%20b.pdf", method="HEAD")
    assert head.body == b"" and head.status == 200
    for name in ("content-length", "content-type", "etag", "last-modified"):
        assert head.headers[name] == get.headers[name]
    assert site.requests[-1].size_bytes == 0


@pytest.mark.parametrize(
    "target",
    ["/../secret.txt", "/%2e%2e/secret.txt", "/reports/..%2f..%2fsecret.txt", "/way-out/secret.txt", "/..%5csecret.txt",
     "//../secret.txt", "/%00", "/reports/plain.txt%00.html"],
)  # fmt: skip
def test_a_path_that_leads_out_of_the_folder_is_refused(site: LocalSite, target: str) -> None:
    got = fetch(site, target)
    assert got.status == 403
    assert b"outside the site" not in got.body


def test_an_absolute_path_in_the_url_stays_inside_the_folder(site: LocalSite, folder: Path) -> None:
    outside = folder.parent / "secret.txt"
    assert fetch(site, "/" + str(outside)).status == 404


def test_a_path_that_is_not_utf8_is_a_bad_request(site: LocalSite) -> None:
    assert fetch(site, "/%ff%fe").status == 400


def test_what_does_not_exist_is_404_and_a_folder_without_slash_redirects(site: LocalSite) -> None:
    assert fetch(site, "/nothing.html").status == 404
    assert fetch(site, "/reports/plain.txt/").status == 404
    got = fetch(site, "/reports")
    assert (got.status, got.headers["location"]) == (301, f"{site.origin}/reports/")


def test_overrides_take_effect_and_end_while_the_site_runs(site: LocalSite) -> None:
    first = fetch(site, "/reports/a%20b.pdf")
    for status in (404, 410, 500, 503):
        site.overrides["/reports/a b.pdf"] = status
        assert fetch(site, "/reports/a%20b.pdf", If_None_Match=first.headers["etag"]).status == status
    site.overrides["/reports/a b.pdf"] = b"%PDF-1.7"
    replaced = fetch(site, "/reports/a%20b.pdf", If_None_Match=first.headers["etag"])
    assert (replaced.status, replaced.body, replaced.headers["content-type"]) == (200, b"%PDF-1.7", "application/pdf")
    assert fetch(site, "/reports/a%20b.pdf", If_None_Match=replaced.headers["etag"]).status == 304
    del site.overrides["/reports/a b.pdf"]
    assert fetch(site, "/reports/a%20b.pdf").body == first.body


def test_an_override_may_be_a_whole_answer_with_headers_and_a_delay(site: LocalSite) -> None:
    site.overrides["/moved.html"] = Answer(302, headers=(("Location", "/"),))
    site.overrides["/slow.html"] = Answer(200, b"late", delay_s=0.2)
    assert fetch(site, "/moved.html").headers["location"] == "/"
    began = time.monotonic()
    assert fetch(site, "/slow.html").body == b"late"
    assert time.monotonic() - began >= 0.2


def test_every_request_is_logged_with_what_was_sent(site: LocalSite) -> None:
    plain = fetch(site, "/reports/plain.txt?page=2", User_Agent="asker/1.0")
    fetch(site, "/reports/plain.txt", If_None_Match=plain.headers["etag"])
    fetch(site, "/gone.pdf", method="HEAD")
    logged = [(request.method, request.path, request.status, request.size_bytes) for request in site.requests]
    assert logged == [("GET", "/reports/plain.txt", 200, 5), ("GET", "/reports/plain.txt", 304, 0), ("HEAD", "/gone.pdf", 404, 0)]
    assert (site.requests[0].query, site.requests[0].user_agent) == ("page=2", "asker/1.0")
    assert site.requests[0].received_s <= site.requests[1].received_s


def test_one_connection_carries_many_requests_including_304(site: LocalSite) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=5)
    connection.request("GET", "/reports/plain.txt")
    answer = connection.getresponse()
    tag = answer.headers["ETag"]
    assert answer.read() == b"plain"
    used = connection.sock
    connection.request("GET", "/reports/plain.txt", headers={"If-None-Match": tag})
    assert connection.getresponse().read() == b""
    connection.request("GET", "/robots.txt")
    assert connection.getresponse().status == 200
    assert connection.sock is used
    connection.close()


def test_a_closed_site_answers_nobody_not_even_on_a_connection_kept_open(folder: Path) -> None:
    with LocalSite(folder) as site:
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=5)
        connection.request("GET", "/robots.txt")
        connection.getresponse().read()
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        connection.request("GET", "/robots.txt")
        connection.getresponse()
    connection.close()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(site.origin, timeout=2)


def test_a_missing_folder_or_a_taken_port_is_one_clear_line(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        LocalSite(tmp_path / "absent")
    with LocalSite(folder) as site, pytest.raises(UsageError, match=f"127.0.0.1:{site.port}"):
        LocalSite(folder, port=site.port)


def test_the_module_runs_by_itself_and_prints_its_origin(folder: Path) -> None:
    command = [sys.executable, "-m", "pipeline.local_site", str(folder), "--origin-in-files", ORIGIN]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            origin = process.stdout.readline().strip()
            with urllib.request.urlopen(f"{origin}/robots.txt", timeout=5) as answer:
                assert answer.read().decode() == f"Sitemap: {origin}/sitemap.xml\n"
        finally:
            process.terminate()


def test_the_command_reports_a_missing_folder_on_stderr_with_exit_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert local_site.main([str(tmp_path / "absent")]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and "absent" in said.err


@pytest.mark.skipif(not REAL_SITE.is_dir(), reason=f"the real programme site is not at {REAL_SITE}")
def test_a_real_saved_site_links_to_itself_and_serves_names_with_spaces() -> None:
    with LocalSite(REAL_SITE, origin_in_files="http://chc.localhost") as site:
        assert fetch(site, "/robots.txt").body.decode().strip() == f"Sitemap: {site.origin}/sitemap.xml"
        sitemap = fetch(site, "/sitemap.xml").body
        assert b"chc.localhost" not in sitemap and site.origin.encode() in sitemap
        pages = sorted(REAL_SITE.rglob("*.html"))
        for page in pages:
            got = fetch(site, "/" + quote(page.relative_to(REAL_SITE).as_posix()))
            assert got.status == 200 and b"http://chc.localhost" not in got.body, page.name
        for pdf in sorted(REAL_SITE.rglob("*.pdf")):
            got = fetch(site, "/" + quote(pdf.relative_to(REAL_SITE).as_posix()))
            assert (got.status, got.headers["content-type"]) == (200, "application/pdf")
            assert got.body == pdf.read_bytes()
        assert urlsplit(site.origin).hostname == "127.0.0.1"
