"""Exports: every format of the registry reads back as what the base holds."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import bibtexparser
import numpy as np
import openpyxl
import pandas
import pytest
import rispy
from bibtexparser import middlewares
from markdown_it import MarkdownIt

from evidence.errors import UsageError
from tests.warehouse.conftest import Library
from tests.warehouse.factory import MadeBase, letters, make_document, make_tagging, prose
from warehouse.export import EXPORTERS, export, workbook
from warehouse.export.citation import cite
from warehouse.export.reference import author_name, citation_key, full_title
from warehouse.filters import Filters
from warehouse.search import Searcher
from warehouse.snapshot import Snapshot, require_snapshot


def ids_in(name: str, path: Path) -> list[str]:
    """The ids of the works of an export, read by the programs that people would read it with; short ones from BibTeX's keys."""
    text = path.read_text("utf-8") if name not in ("xlsx", "parquet") else ""
    readers: dict[str, Callable[[], list[str]]] = {
        "ris": lambda: [entry["id"] for entry in rispy.loads(text)],
        "csv": lambda: [row["id"] for row in csv.DictReader(io.StringIO(text))],
        "tags-csv": lambda: list(dict.fromkeys(row["work"] for row in csv.DictReader(io.StringIO(text)))),
        "jsonl": lambda: [json.loads(line)["id"] for line in text.splitlines()],
        "csl-json": lambda: [item["id"] for item in json.loads(text)],
        "bibtex": lambda: [entry.key.rpartition("-")[2] for entry in parsed_bibtex(text).entries],
        "eppi-json": lambda: [one["OldItemId"] for one in json.loads(text)["References"]],
        "evidence-table": lambda: [row[row.index("](<") :] for row in text.splitlines()[2:]],
        "xlsx": lambda: list(pandas.read_excel(path, sheet_name="works")["id"]),
        "parquet": lambda: list(pandas.read_parquet(path)["id"]),
    }
    return readers[name]()


@pytest.mark.parametrize("name", sorted(EXPORTERS))
def test_every_format_writes_every_work_once_and_leaves_no_other_file(library: Library, tmp_path: Path, name: str) -> None:
    out = tmp_path / f"works{EXPORTERS[name].suffix}"
    assert export(library.snapshot, name, out, everything=True) == 5
    found = ids_in(name, out)
    assert len(set(found)) == len(found) == 5
    if name != "evidence-table":
        assert {id[:8] for id in found} == {id[:8] for (id,) in library.made.rows("SELECT id FROM works")}
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize("name", sorted(EXPORTERS))
def test_no_works_are_a_readable_file_too(library: Library, tmp_path: Path, name: str) -> None:
    out = tmp_path / "none"
    assert export(library.snapshot, name, out, "zeppelin") == 0
    assert ids_in(name, out.rename(out.with_suffix(EXPORTERS[name].suffix))) == []


ODD = "50 % of {A} & B_C \\ $5 #1 ~x^2 | <b>*é*</b> =1+1"


@pytest.fixture
def odd(made: MadeBase) -> Snapshot:
    document = make_document([prose("a")], title=ODD, summary=ODD, authors=("Zoë O'Neill", "Body of A & B", "=cmd()"), published="2020-05-04",
                             publisher="P & Q", issn="1234-5678", doi="10.1/a_b{c}")
    made.run([("http://a.test/x_y?z=1&w={2}", document)], taggings=[make_tagging(document, labels={"theme": ["workforce"]}, unsure=True)])
    made.publish()
    return require_snapshot(made.base)


def parsed_bibtex(text: str) -> bibtexparser.Library:
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks
    return library


def test_bibtex_is_read_back_by_bibtexparser(odd: Snapshot, library: Library, tmp_path: Path) -> None:
    export(odd, "bibtex", tmp_path / "x.bib")
    decoded = bibtexparser.parse_file(str(tmp_path / "x.bib"), append_middleware=[middlewares.LatexDecodingMiddleware()])
    (entry,) = decoded.entries
    fields = {key: field.value for key, field in entry.fields_dict.items()}
    # The decoder has its own circumflex, and drops braces.
    told = fields["title"].replace("ˆ", "^").replace("{", "").replace("}", "")
    assert entry.entry_type == "article" and told == ODD.replace("{", "").replace("}", "")
    assert fields["author"] == "O'Neill, Zoë and Body of A & B and =cmd()" and fields["month"] == "may" and fields["year"] == "2020"
    (raw,) = parsed_bibtex((tmp_path / "x.bib").read_text("utf-8")).entries
    assert raw["doi"] == "10.1/a_b%7Bc%7D" and raw["url"] == "http://a.test/x_y?z=1&w=%7B2%7D", "fields that TeX reads as they stand"
    assert {"theme: workforce", "study design: case study (guess)"} <= set(fields["keywords"].split(", "))
    export(library.snapshot, "bibtex", tmp_path / "y.bib")
    entries = {entry.key: entry for entry in parsed_bibtex((tmp_path / "y.bib").read_text("utf-8")).entries}
    torbay = entries[f"vanexample2011-{library.id('torbay')[:8]}"]
    assert torbay.entry_type == "techreport" and torbay["institution"] == "Made Trust UK" and torbay["number"] == "MT/7"
    assert torbay["author"] == "van Example, Ann and {The Made Foundation}" and torbay["url"] == "http://made.test/torbay"


def test_csl_json_holds_what_a_citation_needs(odd: Snapshot, tmp_path: Path) -> None:
    export(odd, "csl-json", tmp_path / "x.json")
    (item,) = json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert item["type"] == "article-journal" and item["title"] == ODD and item["issued"] == {"date-parts": [[2020, 5, 4]]}
    assert item["author"][:2] == [{"family": "O'Neill", "given": "Zoë"}, {"literal": "Body of A & B"}] and item["DOI"] == "10.1/a_b{c}"
    assert "isbn" not in {key.lower() for key in item}


def test_a_workbook_is_read_back_by_openpyxl_and_pandas(library: Library, odd: Snapshot, tmp_path: Path) -> None:
    export(library.snapshot, "xlsx", tmp_path / "x.xlsx")
    sheets = pandas.read_excel(tmp_path / "x.xlsx", sheet_name=None)
    assert list(sheets) == ["works", "evidence", "findings", "places", "copies"]
    works = sheets["works"].set_index("id")
    torbay = works.loc[library.id("torbay")]
    assert torbay["year"] == 2011 and torbay["integration_type"] == "financial; service" and torbay["unsure"] == False  # noqa: E712
    assert works.loc[library.id("budgets")]["guesses"] == "study_design: policy"
    quotes = sheets["evidence"].query("label == 'financial'")
    text = {one.id: one.text for one in library.documents.values()}
    assert all(text[row.document][row.span_start : row.span_end] == row.quote for row in quotes.itertuples()) and len(quotes) == 2
    export(odd, "xlsx", tmp_path / "odd.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "odd.xlsx")["works"]
    row = {head.value: cell for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert row["title"].value == ODD and row["authors"].data_type == "s" and row["publisher"].value == "P & Q"


def test_a_full_sheet_is_followed_by_another_and_a_long_cell_cut(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    monkeypatch.setattr(workbook, "LONGEST_CELL", 40)
    export(library.snapshot, "xlsx", tmp_path / "x.xlsx")
    sheets = pandas.read_excel(tmp_path / "x.xlsx", sheet_name=None)
    assert [len(sheets[name]) for name in ("works", "works 2", "works 3")] == [2, 2, 1]
    assert all(text.endswith(" [cut: 64 characters]") and len(text) == 40 for text in sheets["works"]["id"])


def test_every_sheet_is_typed_filtered_and_has_a_head_that_stays(library: Library, tmp_path: Path) -> None:
    export(library.snapshot, "xlsx", tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref and sheet.auto_filter.ref.startswith("A1:")
    works = book["works"]
    row = {head.value: cell for head, cell in zip(works[1], works[2], strict=True)}
    assert row["first_seen"].is_date and row["page_count"].data_type == "n" and row["unsure"].data_type == "b" and row["title"].data_type == "s"


def test_parquet_is_read_back_with_its_lists_and_quotes(library: Library, tmp_path: Path) -> None:
    export(library.snapshot, "parquet", tmp_path / "x.parquet")
    frame = pandas.read_parquet(tmp_path / "x.parquet").set_index("id")
    torbay = frame.loc[library.id("torbay")]
    assert list(torbay["authors"]) == ["Ann van Example", "The Made Foundation"] and torbay["year"] == 2011 and str(torbay["first_seen"].tz) == "UTC"
    text = library.documents["torbay"].text
    assert all(text[one["span_start"] : one["span_end"]] == one["quote"] for one in torbay["evidence"]) and len(torbay["evidence"]) >= 6
    assert torbay["findings_found"][0]["effect_size"] == "24 percent" and list(torbay["places_found"][0]["lies_in"]) == ["GB-ENG", "GB"]


def test_eppi_json_has_a_code_set_a_facet_and_lines_up_with_a_second_export(library: Library, tmp_path: Path) -> None:
    for name in ("a", "b"):
        export(library.snapshot, "eppi-json", tmp_path / f"{name}.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    found = json.loads((tmp_path / "a.json").read_text("utf-8"))
    names = {
        attribute["AttributeId"]: (one["SetName"], attribute["AttributeName"])
        for one in found["CodeSets"]
        for attribute in one["Attributes"]["AttributesList"]
    }
    ids = [one["ItemId"] for one in found["References"]] + list(names)
    assert len(set(ids)) == len(ids) and max(ids) < 2**53
    works = {one["Title"]: one for one in found["References"]}
    torbay = works["Integrated care in Torbay: an evaluation"]
    assert torbay["ShortTitle"] == "van (2011)" or torbay["ShortTitle"].endswith("(2011)")
    assert torbay["Authors"] == "van Example Ann ; The Made Foundation ;" and torbay["TypeName"] == "Report" and torbay["DateCreated"] == "02/01/2024"
    coded = {names[code["AttributeId"]] for code in torbay["Codes"]}
    assert ("integration type", "financial") in coded and ("study design", "case study") in coded
    (detail,) = next(code for code in torbay["Codes"] if names[code["AttributeId"]][1] == "financial")["ItemAttributeFullTextDetails"]
    assert library.documents["torbay"].text[detail["TextFrom"] : detail["TextTo"]] == detail["Text"] == "One budget paid for both kinds of care."
    assert works["Painting bridges"]["ItemStatus"] == "E" and torbay["ItemStatus"] == "I"
    guesses = [code for code in works["Pooled budgets in practice"]["Codes"] if code["AdditionalText"]]
    assert [names[code["AttributeId"]][1] for code in guesses] == ["policy"]


def test_the_evidence_table_tells_each_claim_with_its_page_and_breaks_at_no_odd_letter(library: Library, odd: Snapshot, tmp_path: Path) -> None:
    export(library.snapshot, "evidence-table", tmp_path / "x.md")
    row = next(line for line in (tmp_path / "x.md").read_text("utf-8").splitlines() if "Torbay" in line)
    assert "financial (p. 2), service (p. 1)" in row and "emergency admissions improved: “Integrated teams in Torbay cut" in row
    assert "anecdotal (p. 1): starts at anecdotal: case\\_study" in row
    export(odd, "evidence-table", tmp_path / "odd.md")
    html = MarkdownIt("commonmark").enable("table").render((tmp_path / "odd.md").read_text("utf-8"))
    assert html.count("<td>") == 6 and "<b>" not in html and "50 % of {A} &amp; B_C \\ $5 #1 ~x^2 | &lt;b&gt;*é*&lt;/b&gt; =1+1" in html
    assert "case study (guess)" in html


def test_the_evidence_table_holds_relevant_works_only_unless_all_are_asked_for(library: Library, tmp_path: Path) -> None:
    for everything in (False, True):
        count = export(library.snapshot, "evidence-table", tmp_path / "x.md", everything=everything)
        text = (tmp_path / "x.md").read_text("utf-8")
        assert ("Painting bridges" in text) == everything and "Torbay" in text and len(text.splitlines()) == count + 2


@pytest.mark.parametrize(("design", "told"), [("observational", 23000), ("policy", None), ("opinion", None)])
def test_only_a_study_has_a_sample(made: MadeBase, design: str, told: int | None) -> None:
    document = make_document([prose("a")], title="A")
    tagging = make_tagging(document, design=design)
    assert tagging.appraisal is not None
    made.run([("http://a.test/a.pdf", document)], taggings=[replace(tagging, appraisal=replace(tagging.appraisal, sample_size=23000))])
    made.publish()
    assert made.rows("SELECT sample_size FROM v_works") == [(told,)]


def test_a_citation_key_is_plain_letters(library: Library) -> None:
    work = {"authors": ["Zoë Øster-Ñandú"], "publisher": None, "year": None, "id": "0123456789"}
    assert citation_key(work) == "sternandu-01234567" and citation_key(work | {"authors": [], "year": 2020}) == "anonymous2020-01234567"


def test_ris_is_read_back_by_rispy(library: Library, tmp_path: Path) -> None:
    out = tmp_path / "works.ris"
    assert export(library.snapshot, "ris", out, "torbay OR trial") == 2
    raw = out.read_bytes()
    assert raw.count(b"\r\n") == raw.count(b"\n") and not raw.startswith(b"\xef\xbb\xbf")
    with open(out, encoding="utf-8") as file:
        found = {entry["id"]: entry for entry in rispy.load(file)}
    torbay, trial = found[library.id("torbay")], found[library.id("trial")]
    assert torbay["type_of_reference"] == "RPRT" and trial["type_of_reference"] == "JOUR"
    assert torbay["title"] == "Integrated care in Torbay: an evaluation" and torbay["year"] == "2011" and torbay["date"] == "2011/03//"
    assert torbay["authors"] == ["van Example, Ann", "The Made Foundation"] and trial["authors"] == ["Writer, Nia", "Other, Sam"]
    assert torbay["urls"] == ["http://made.test/torbay"] and torbay["file_attachments1"] == "http://made.test/torbay.pdf"
    assert torbay["doi"] == "10.1234/torbay" and trial["issn"] == "1234-5678"
    assert {"integration type: service", "integration type: financial", "place: Torbay", "study design: case study"} <= set(torbay["keywords"])
    assert (
        "starts at anecdotal" in torbay["notes"][0] and torbay["notes"][1] == "Run: run03" and torbay["abstract"] == "How one town joined its teams."
    )


@pytest.mark.parametrize(
    ("title", "subtitle", "told"),
    [
        ("Joined up", "A review", "Joined up: A review"),
        ("Joined up: a review", "A review", "Joined up: a review"),
        ("Joined up – A  Review.", "a review", "Joined up – A Review."),
        ("A review of care", "A review", "A review of care: A review"),
        (None, "A review", "A review"),
        ("Joined up", None, "Joined up"),
    ],
)
def test_a_subtitle_is_told_once(title: str | None, subtitle: str | None, told: str) -> None:
    assert full_title({"title": title, "subtitle": subtitle}) == told


def test_a_title_with_line_breaks_cannot_break_the_records(made: MadeBase, tmp_path: Path) -> None:
    made.run([("http://a.test/x", make_document([prose("a")], title="One\r\nER  - \r\nTY  - JOUR", summary="x\ny"))])
    made.publish()
    export(require_snapshot(made.base), "ris", tmp_path / "x.ris")
    (entry,) = rispy.loads((tmp_path / "x.ris").read_text("utf-8"))
    assert entry["title"] == "One ER - TY - JOUR"


def test_csv_has_typed_columns_and_joined_labels(library: Library, tmp_path: Path) -> None:
    out = tmp_path / "works.csv"
    export(library.snapshot, "csv", out, filters=Filters(type=("service",)))
    (row,) = csv.DictReader(io.StringIO(out.read_text("utf-8")))
    assert row["year"] == "2011" and row["unsure"] == "false" and row["integration_type"] == "financial; service" and row["theme"] == ""
    assert (
        row["authors"] == "Ann van Example; The Made Foundation"
        and row["place_codes"] == "GB-TOB"
        and row["findings"] == "1"
        and row["page_count"] == "2"
    )


def test_a_title_that_is_a_formula_is_no_formula_in_a_spreadsheet(made: MadeBase, tmp_path: Path) -> None:
    made.run([("http://a.test/x", make_document([prose("a")], title='=HYPERLINK("http://evil.test")'))])
    made.publish()
    export(require_snapshot(made.base), "csv", tmp_path / "x.csv")
    (row,) = csv.DictReader(io.StringIO((tmp_path / "x.csv").read_text("utf-8")))
    assert row["title"].startswith("'=")


def test_json_lines_carry_quotes_with_their_places(library: Library, tmp_path: Path) -> None:
    out = tmp_path / "works.jsonl"
    export(library.snapshot, "jsonl", out, "type:service")
    (work,) = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    tag = next(one for one in work["evidence"] if one["label"] == "financial")
    assert library.documents["torbay"].text[tag["span_start"] : tag["span_end"]] == tag["quote"] and tag["page"] == 2
    assert work["findings"][0]["effect_size"] == "24 percent" and work["run"] == "run03"


def test_works_come_in_the_order_of_the_search(library: Library, tmp_path: Path) -> None:
    out = tmp_path / "works.jsonl"
    export(library.snapshot, "jsonl", out)
    dates = [json.loads(line)["published"] or "" for line in out.read_text("utf-8").splitlines()]
    assert dates == sorted(dates, reverse=True)


def test_an_export_finds_what_the_search_with_the_same_encoder_finds(library: Library, tmp_path: Path) -> None:
    query = "randomised practices planning zeppelin"

    def encode(texts: list[str]) -> np.ndarray:
        near = np.zeros((len(texts), 64), dtype=np.float32)
        near[:, 0] = 1.0
        return letters(["Pooled budgets in practice"]) if texts == [query] else near

    with Searcher(library.snapshot, encode) as searcher:
        found = searcher.search(query).ids
    out = tmp_path / "works.jsonl"
    assert export(library.snapshot, "jsonl", out, query, encode=encode) == len(found)
    assert [json.loads(line)["id"] for line in out.read_text("utf-8").splitlines()] == found
    assert library.id("budgets") in found and export(library.snapshot, "jsonl", out, query) < len(found)


@pytest.mark.parametrize(
    ("format", "out", "query", "message"),
    [
        ("word", "x", "", "unknown export format 'word'"),
        ("ris", "nowhere/x.ris", "", "no such folder"),
        ("ris", ".", "", "is a folder"),
        ("ris", "x.ris", "care AND", "character"),
    ],
)
def test_an_export_that_cannot_be_made_says_why_and_writes_nothing(
    library: Library, tmp_path: Path, format: str, out: str, query: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        export(library.snapshot, format, tmp_path / out, query)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ann Example", "Example, Ann"),
        ("Dr Ann B. Example PhD", "Example, Ann B."),
        ("Jan van der Berg", "van der Berg, Jan"),
        ("Example, Ann", "Example, Ann"),
        ("NHS England", "NHS England"),
        ("The King's Fund", "The King's Fund"),
        ("Department of Health", "Department of Health"),
        ("OECD", "OECD"),
        ("Nuffield Trust", "Nuffield Trust"),
        ("Mary-Jane O'Neill", "O'Neill, Mary-Jane"),
    ],
)
def test_people_are_told_from_bodies(name: str, expected: str) -> None:
    assert author_name(name) == expected


def test_a_work_is_cited_in_words_and_in_the_reference_formats(library: Library) -> None:
    assert cite(library.snapshot, library.id("torbay")) == (
        "van Example, Ann and The Made Foundation (2011) Integrated care in Torbay: an evaluation. Made Trust UK. "
        "Available at: https://doi.org/10.1234/torbay (seen 2 January 2024)."
    )
    assert cite(library.snapshot, library.id("blog")[:10]) == (
        "No author (2020) Why is it hard? Available at: http://other.test/blog (seen 3 January 2024)."
    )
    assert rispy.loads(cite(library.snapshot, library.id("torbay"), "ris"))[0]["id"] == library.id("torbay")
    assert json.loads(cite(library.snapshot, library.id("torbay"), "csl-json"))[0]["publisher"] == "Made Trust UK"
    assert parsed_bibtex(cite(library.snapshot, library.id("torbay_page"), "bibtex")).entries[0]["year"] == "2011"
    with pytest.raises(UsageError, match="unknown style of citation 'apa'"):
        cite(library.snapshot, library.id("torbay"), "apa")

REAL_EXPORT = Path(os.environ.get("INTEGRAND_SHARED", Path(__file__).resolve().parents[2].parent / "shared")) / "inputs/eppi_reviewer_export.json"


def shapes(value: Any, at: str = "") -> dict[str, set[str]]:
    """The keys of every kind of object, by its path; a list's members are one kind, a code below another of the same kind."""
    found: dict[str, set[str]] = {}
    for key, one in value.items():
        found.setdefault(at, set()).add(key)
        for member in one if isinstance(one, list) else [one]:
            if isinstance(member, dict):
                path = f"{at}/{key}".replace("/Attributes/AttributesList/Attributes/AttributesList", "/Attributes/AttributesList")
                for inner, keys in shapes(member, path).items():
                    found.setdefault(inner, set()).update(keys)
    return found


@pytest.mark.skipif(not REAL_EXPORT.is_file(), reason="needs a real export among the shared inputs")
def test_eppi_json_has_the_keys_of_a_real_export(library: Library, tmp_path: Path) -> None:
    export(library.snapshot, "eppi-json", tmp_path / "x.json")
    ours = shapes(json.loads((tmp_path / "x.json").read_text("utf-8")))
    real = shapes(json.loads(REAL_EXPORT.read_text("utf-8-sig")))
    sets = "/CodeSets/Attributes"
    for path in ("", "/CodeSets", "/CodeSets/SetType", sets, f"{sets}/AttributesList", "/References", "/References/Codes"):
        newer = {"AttributeTypeId", "OldestKnownId", "SetTypeId"}
        assert ours[path] - newer == real[path] - newer, path
