"""The demonstration's site: what it shows is only worth showing if the site is whole, lawful to crawl and the same every time."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pypdfium2
import pytest
from docx import Document

from evidence.errors import UsageError
from pipeline.demo_site import catalogue, markup
from pipeline.demo_site.builder import DEAD_PATH, DemoSite, SitePage, build_demo_site
from pipeline.demo_site.catalogue import DemoDocument, load_documents, read_document
from pipeline.demo_site.pages import SITE_ORIGIN
from pipeline.local_site import LocalSite

ROOT = Path(__file__).resolve().parents[2]
TAXONOMY = ROOT / "evidence" / "taxonomy"
DOCUMENTS = load_documents()
SCAN = next(document for document in DOCUMENTS if document.layout == "scan")
STARTING_GRADES = {
    "systematic_review": "strong", "randomised_trial": "strong", "quasi_experiment": "moderate", "observational": "limited",
    "economic_evaluation": "limited", "mixed_methods": "limited", "qualitative": "limited", "narrative_review": "limited",
    "modelling": "limited", "case_study": "anecdotal", "guidance": "none", "protocol": "none", "policy": "none", "statistics": "none",
    "record": "none", "opinion": "none",
}  # fmt: skip
GRADES = ("none", "anecdotal", "limited", "moderate", "strong")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> DemoSite:
    return build_demo_site(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def served(site: DemoSite) -> Iterator[LocalSite]:
    with LocalSite(site.folder, origin_in_files=site.origin) as running:
        yield running


def file_of(site: DemoSite, path: str) -> Path:
    return site.folder / path.lstrip("/")


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def printed_words(document: DemoDocument) -> list[list[str]]:
    """The words of each block of a document's text, tables cell by cell."""
    blocks: list[str] = []
    for block in markup.blocks_of(document.body):
        if isinstance(block, markup.ListBlock):
            blocks += [markup.plain(item) for item in block.items]
        elif isinstance(block, markup.TableBlock):
            blocks += [markup.plain(cell) for row in block.rows for cell in row]
        else:
            blocks.append(markup.plain(block.content))
    return [words(block) for block in blocks if words(block)]


def labels_of(facet: str) -> set[str]:
    table = tomllib.loads((TAXONOMY / f"{facet}.toml").read_text(encoding="utf-8"))
    return {label["id"] for label in table["labels"]}


# --- what the documents are ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("facet", ["study_design", "evidence_strength", "integration_type"])
def test_every_label_of_the_main_facets_is_shown_at_least_once_and_none_is_invented(facet: str) -> None:
    shown: dict[str, set[str]] = {
        "study_design": {document.expect.study_design for document in DOCUMENTS},
        "evidence_strength": {document.expect.evidence_strength for document in DOCUMENTS},
        "integration_type": {label for document in DOCUMENTS for label in document.expect.integration_types},
    }
    assert shown[facet] == labels_of(facet)


def test_the_documents_cover_the_four_nations_and_places_abroad() -> None:
    codes = {code for document in DOCUMENTS for _, code in document.expect.places}
    assert {"GB-LDS", "GB-FIF", "GB-SWA", "GB-BFS", "ES-SS", "IE-CO"} <= codes
    pycountry = pytest.importorskip("pycountry")
    for code in codes:
        assert pycountry.subdivisions.get(code=code), f"{code} is no ISO 3166-2 code"


def test_every_kind_and_layout_is_published() -> None:
    assert {document.kind for document in DOCUMENTS} == set(catalogue.KINDS)
    assert {document.layout for document in DOCUMENTS if document.kind == "pdf"} == set(catalogue.LAYOUTS)
    assert len(DOCUMENTS) >= 28
    assert sum(bool(document.landing) for document in DOCUMENTS) >= 5


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.id)
def test_expected_labels_follow_the_codebook(document: DemoDocument) -> None:
    expect = document.expect
    assert expect.strength_steps[0].startswith(f"starts at {STARTING_GRADES[expect.study_design]}")
    assert expect.study_design in expect.strength_steps[0]
    if len(expect.strength_steps) == 1:
        assert expect.evidence_strength == STARTING_GRADES[expect.study_design]
    moved = GRADES.index(expect.evidence_strength) - GRADES.index(STARTING_GRADES[expect.study_design])
    downs = sum("one step down" in step for step in expect.strength_steps)
    assert moved == -downs if downs else moved >= 0
    if expect.relevance == "off_topic":
        assert not expect.integration_types and not expect.places
    else:
        assert expect.integration_types
    for name, _ in expect.places:
        assert name in document.title + document.body, f"{name} is not in the text"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.id)
def test_a_document_is_of_a_length_that_such_documents_have(document: DemoDocument) -> None:
    least = 250 if document.layout in ("slides", "scan") or document.section == "drafts" else 400
    assert least <= len(words(document.body)) <= 1600


def test_a_later_version_has_the_same_title_and_a_later_date() -> None:
    by_id = {document.id: document for document in DOCUMENTS}
    pairs = [(by_id[document.new_version_of], document) for document in DOCUMENTS if document.new_version_of]
    assert pairs
    for earlier, later in pairs:
        assert earlier.title == later.title and earlier.published < later.published and earlier.body != later.body


# --- the build -------------------------------------------------------------------------------------------------------


def test_a_second_build_gives_the_same_bytes_and_times_and_takes_seconds(site: DemoSite, tmp_path: Path) -> None:
    # Processor time, since other work on the machine is no fault of the build.
    began_s = time.process_time()
    second = build_demo_site(tmp_path)
    assert time.process_time() - began_s < 10
    assert second.pages == site.pages
    files = {path.relative_to(site.folder) for path in site.folder.rglob("*") if path.is_file()}
    assert files == {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    for name in files:
        one, two = site.folder / name, tmp_path / name
        assert one.read_bytes() == two.read_bytes(), f"{name} differs between builds"
        assert one.stat().st_mtime == two.stat().st_mtime, f"{name} has another time"


def test_no_file_is_dated_by_the_clock_of_the_build(site: DemoSite) -> None:
    newest = max(document.published for document in site.documents)
    assert {page.path for page in site.pages if page.day > newest} == set()
    for page in site.pages:
        assert time.gmtime(file_of(site, page.path).stat().st_mtime)[:3] == (page.day.year, page.day.month, page.day.day)


@pytest.mark.parametrize("document", [one for one in DOCUMENTS if one.kind == "pdf" and one.layout != "scan"], ids=lambda one: one.id)
def test_a_pdf_holds_every_block_of_its_source_and_says_whose_it_is(site: DemoSite, document: DemoDocument) -> None:
    pdf = pypdfium2.PdfDocument(file_of(site, document.path))
    found = words("\n".join(page.get_textpage().get_text_range() for page in pdf))
    blocks = printed_words(document)
    assert {word for block in blocks for word in block} <= set(found)
    # Only where a page or a column ends does other matter come between three words that follow one another.
    triples = {tuple(found[at : at + 3]) for at in range(len(found))}
    asked = [tuple(block[at : at + 3]) for block in blocks for at in range(len(block) - 2)]
    assert sum(triple in triples for triple in asked) / len(asked) > 0.97
    info = pdf.get_metadata_dict()
    assert info["Title"] == document.title and "invented" in info["Keywords"]
    assert info["CreationDate"].startswith(f"D:{document.published:%Y%m%d}")
    if document.layout == "one_column":
        assert len(pdf) >= 3 and len(list(pdf.get_toc())) >= 4


def test_two_column_pages_have_two_columns_and_running_matter(site: DemoSite) -> None:
    document = next(one for one in DOCUMENTS if one.id == "fife-bridge-home-trial")
    pdf = pypdfium2.PdfDocument(file_of(site, document.path))
    page = pdf[1]
    width = page.get_width()
    textpage = page.get_textpage()
    header = textpage.get_text_bounded(bottom=page.get_height() - 50)
    assert "Drummond et al." in header and "Care navigators" in header
    first = pdf[0].get_textpage()
    left, right = first.get_text_bounded(right=width / 2), first.get_text_bounded(left=width / 2)
    assert "Introduction" in left and "Comparator" in right and "Comparator" not in left


def test_the_scan_has_no_text_layer(site: DemoSite) -> None:
    pdf = pypdfium2.PdfDocument(file_of(site, SCAN.path))
    assert len(pdf) >= 2
    assert "".join(page.get_textpage().get_text_range() for page in pdf).strip() == ""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed, so the pictures cannot be read back")
def test_the_pictures_of_the_scan_can_be_read(site: DemoSite) -> None:
    pdf = pypdfium2.PdfDocument(file_of(site, SCAN.path))
    read: list[str] = []
    for page in pdf:
        picture = io.BytesIO()
        page.render(scale=200 / 72).to_pil().save(picture, format="PNG")
        command = ["tesseract", "stdin", "stdout", "--dpi", "200"]
        one_thread = os.environ | {"OMP_THREAD_LIMIT": "1"}
        answer = subprocess.run(command, input=picture.getvalue(), capture_output=True, check=True, env=one_thread)
        read += words(answer.stdout.decode())
    asked = [word for block in printed_words(SCAN) for word in block]
    assert sum(word in set(read) for word in asked) / len(asked) > 0.95


@pytest.mark.parametrize("document", [one for one in DOCUMENTS if one.kind == "docx"], ids=lambda one: one.id)
def test_a_word_file_has_real_headings_and_a_marked_table_header(site: DemoSite, document: DemoDocument) -> None:
    word = Document(str(file_of(site, document.path)))
    headings = [paragraph.text for paragraph in word.paragraphs if (paragraph.style.name if paragraph.style else "").startswith("Heading")]
    blocks = markup.blocks_of(document.body)
    assert headings == [markup.plain(block.content) for block in blocks if isinstance(block, markup.Heading)]
    assert word.core_properties.title == document.title and word.core_properties.language == "en-GB"
    assert word.tables and all("w:tblHeader" in table.rows[0]._tr.xml for table in word.tables)


def test_text_and_markdown_files_hold_the_whole_text(site: DemoSite) -> None:
    for document in DOCUMENTS:
        if document.kind in ("txt", "md"):
            said = words(file_of(site, document.path).read_text(encoding="utf-8"))
            assert all(word in said for block in printed_words(document) for word in block)


# --- the site --------------------------------------------------------------------------------------------------------


def test_a_copy_has_the_same_bytes_and_a_web_version_nearly_the_same_words(site: DemoSite) -> None:
    copies = [(document, copy) for document in DOCUMENTS for copy in document.copies]
    assert copies
    for document, copy in copies:
        assert file_of(site, copy).read_bytes() == file_of(site, document.path).read_bytes()
    web_versions = [document for document in DOCUMENTS if document.web_version]
    assert web_versions
    for document in web_versions:
        html = file_of(site, document.web_version).read_text(encoding="utf-8")
        said = words(re.sub(r"<[^>]+>", " ", html))
        assert all(word in said for block in printed_words(document) for word in block)


def test_a_landing_page_describes_its_file_to_machines_and_people(site: DemoSite) -> None:
    for document in DOCUMENTS:
        if document.landing:
            html = file_of(site, document.landing).read_text(encoding="utf-8")
            found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
            assert found, document.landing
            described = json.loads(found.group(1))
            assert described["name"] == document.title
            assert described["datePublished"] == str(document.published)
            assert tuple(author["name"] for author in described["author"]) == document.authors
            assert urlsplit(unquote(described["encoding"]["contentUrl"])).path == document.path
            assert not any(" ".join(block) in " ".join(words(html)) for block in printed_words(document) if len(block) > 60)


def test_every_link_leads_somewhere(site: DemoSite, served: LocalSite) -> None:
    for page in site.pages:
        if page.path.endswith(".html"):
            links = _Links(file_of(site, page.path).read_text(encoding="utf-8"))
            for link in links.found:
                address = urljoin(served.origin + page.path, link.replace(SITE_ORIGIN, served.origin))
                assert status_of(address) == 200, f"{page.path}: {link}"


def test_the_sitemap_names_every_page_once_and_one_that_is_gone(site: DemoSite, served: LocalSite) -> None:
    with urllib.request.urlopen(served.origin + "/sitemap.xml") as answer:
        tree = ElementTree.fromstring(answer.read())
    named = [element.text or "" for element in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(named) == len(set(named))
    dead = [address for address in named if status_of(address) != 200]
    assert [unquote(urlsplit(address).path) for address in dead] == [DEAD_PATH]
    paths = {unquote(urlsplit(address).path) for address in named}
    for page in site.pages:
        if page.role in ("document", "copy", "landing", "web_version") and page not in site.disallowed():
            assert page.path in paths


def test_robots_txt_forbids_the_drafts_and_nothing_else(site: DemoSite) -> None:
    robots = RobotFileParser()
    robots.parse(file_of(site, "/robots.txt").read_text(encoding="utf-8").splitlines())
    forbidden = {page.path for page in site.pages if not robots.can_fetch("anybody", SITE_ORIGIN + page.path)}
    assert forbidden == {page.path for page in site.disallowed()} != set()
    assert robots.site_maps() == [f"{SITE_ORIGIN}/sitemap.xml"]
    assert forbidden <= linked_paths(site), "nobody links to the drafts, so that no crawler is put to the test"


def test_the_feed_is_well_formed_and_leads_to_the_newest(site: DemoSite, served: LocalSite) -> None:
    with urllib.request.urlopen(served.origin + "/feed.xml") as answer:
        tree = ElementTree.fromstring(answer.read())
    atom = "{http://www.w3.org/2005/Atom}"
    entries = tree.findall(f"{atom}entry")
    assert len(entries) == 12
    newest = next(one for one in DOCUMENTS if one.section != "drafts")
    assert entries[0].findtext(f"{atom}title") == newest.title
    for entry in entries:
        link = entry.find(f"{atom}link")
        assert link is not None and status_of(link.attrib["href"]) == 200


def test_one_document_is_named_in_the_sitemap_alone(site: DemoSite) -> None:
    hidden = [document.path for document in DOCUMENTS if document.only_in_sitemap]
    assert hidden and not linked_paths(site) & set(hidden)


def test_a_second_visit_after_a_second_build_finds_nothing_new(site: DemoSite, tmp_path: Path) -> None:
    with LocalSite(site.folder, origin_in_files=site.origin) as first:
        tags = {page.path: head_of(first, page)["ETag"] for page in site.pages}
    again = build_demo_site(tmp_path)
    with LocalSite(again.folder, origin_in_files=again.origin, port=first.port) as second:
        assert {page.path: head_of(second, page)["ETag"] for page in again.pages} == tags


def test_labels_are_found_by_the_path_of_a_document_its_copy_and_its_web_version(site: DemoSite) -> None:
    document = next(one for one in DOCUMENTS if one.copies)
    for path in (document.path, *document.copies):
        assert site.expected(path) == document.expect
    assert site.expected("/index.html") is None and site.expected(document.landing) is None


# --- the sources' schema ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("+++\n", "", "expected TOML between two lines"),
        ("date = 2020-01-02", 'date = "2 January"', "date: expected a date"),
        ('kind = "html"', 'kind = "htm"', "kind: expected one of html, pdf"),
        ('path = "/a.html"', 'path = "a.html"', "path: expected a path from the site's root that ends in .html"),
        ('title = "T"', "", "title: missing"),
        ('title = "T"', 'title = "T"\ncolour = "red"', "colour: unknown key"),
        ('relevance = "off_topic"', 'relevance = "maybe"', "expect.relevance: expected one of relevant, off_topic"),
        ("places = {}", 'places = {Fife = "Fife"}', "expect.places.Fife: expected an ISO 3166 code"),
        ('id = "a"', 'id = "b"', "id: expected the file's name"),
        ("date = 2020-01-02", "date = ", "front matter is not TOML"),
    ],
)
def test_a_source_that_breaks_the_schema_is_refused_with_file_key_and_expectation(tmp_path: Path, old: str, new: str, said: str) -> None:
    good = (
        '+++\nid = "a"\ntitle = "T"\nauthors = ["A"]\ndate = 2020-01-02\npublisher = "P"\nkind = "html"\nsection = "news"\n'
        'path = "/a.html"\nsummary = "S"\n[expect]\nrelevance = "off_topic"\nstudy_design = "opinion"\nevidence_strength = "none"\n'
        "strength_steps = []\nintegration_type = []\nplaces = {}\n+++\nText.\n"
    )
    file = tmp_path / "a.md"
    file.write_text(good, encoding="utf-8")
    assert read_document(file).body == "Text.\n"
    file.write_text(good.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UsageError, match=re.escape(said)) as caught:
        read_document(file)
    assert str(caught.value).startswith("a.md: ") and "\n" not in str(caught.value)


def test_two_documents_may_not_have_one_address(tmp_path: Path) -> None:
    source = (catalogue.DOCUMENTS_FOLDER / "speech-rules-that-join.md").read_text(encoding="utf-8")
    for name in ("one", "two"):
        (tmp_path / f"{name}.md").write_text(source.replace('id = "speech-rules-that-join"', f'id = "{name}"'), encoding="utf-8")
    with pytest.raises(UsageError, match="already the address of one"):
        load_documents(tmp_path)


class _Links(HTMLParser):
    """All addresses that a page links to, without mere fragments."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        link = values.get("href") or (values.get("src") if tag == "img" else None)
        if link and not link.startswith("#"):
            self.found.add(link)


def status_of(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def linked_paths(site: DemoSite) -> set[str]:
    """The decoded paths that any page of the site links to."""
    pages = [file_of(site, page.path).read_text(encoding="utf-8") for page in site.pages if page.path.endswith(".html")]
    return {unquote(link) for page in pages for link in _Links(page).found}


def head_of(site: LocalSite, page: SitePage) -> dict[str, str]:
    answer = site.answer(page.path)
    assert answer.status == 200
    return {"ETag": hashlib.sha256(answer.body).hexdigest(), "Last-Modified": str(answer.last_modified)}
