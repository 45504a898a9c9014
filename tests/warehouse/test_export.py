"""Exports: every format of the registry reads back as what the base holds."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import rispy

from evidence.errors import UsageError
from tests.warehouse.conftest import Library
from tests.warehouse.factory import MadeBase, letters, make_document, prose
from warehouse.export import EXPORTERS, export
from warehouse.export.ris import author_name, full_title
from warehouse.filters import Filters
from warehouse.search import Searcher
from warehouse.snapshot import require_snapshot


@pytest.mark.parametrize("name", sorted(EXPORTERS))
def test_every_format_writes_every_work_once_and_leaves_no_other_file(library: Library, tmp_path: Path, name: str) -> None:
    out = tmp_path / f"works{EXPORTERS[name].suffix}"
    assert export(library.snapshot, name, out) == 5
    text = out.read_text("utf-8")
    for (id,) in library.made.rows("SELECT id FROM works"):
        assert text.count(f"ID  - {id}" if name == "ris" else f'{{"id": "{id}"' if name == "jsonl" else f"{id},") == 1
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


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
