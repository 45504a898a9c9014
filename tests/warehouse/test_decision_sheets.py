"""Tags go out as a sheet, a person fills it in, and it comes back as decisions."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from evidence.errors import UsageError
from evidence.records import Decision
from tests.warehouse.conftest import Library
from warehouse.decision_sheets import HeldTags, held_tags, is_windows_text, sheet_decisions
from warehouse.export import export

NOW = datetime(2026, 5, 1, tzinfo=UTC)
Rows = list[dict[str, str]]


@pytest.fixture
def held(library: Library) -> HeldTags:
    with library.snapshot.connect() as connection:
        return held_tags(connection)


def sheet(library: Library, folder: Path) -> Rows:
    export(library.snapshot, "tags-csv", folder / "tags.csv")
    with open(folder / "tags.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def filled(rows: Rows, path: Path) -> Path:
    with open(path, "w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def row_of(rows: Rows, document: str, facet: str) -> dict[str, str]:
    return next(row for row in rows if row["document"] == document and row["facet"] == facet)


def test_what_was_filled_in_comes_back_and_the_rest_decides_nothing(library: Library, held: HeldTags, tmp_path: Path) -> None:
    rows = sheet(library, tmp_path)
    assert sheet_decisions(tmp_path / "tags.csv", "bo", NOW, library.made.taxonomy, held, []) == ([], 0, [])
    torbay, budgets = library.id("torbay"), library.id("budgets")
    row_of(rows, torbay, "population")["decision"] = "reject"
    row_of(rows, torbay, "study_design").update(new_label="Randomised trial", reason="it says so")
    row_of(rows, budgets, "study_design")["decision"] = "Accept"
    rows.append(dict.fromkeys(rows[0], "") | {"work": budgets, "facet": "integration_type", "label": "service", "decision": "add"})
    found, *_ = sheet_decisions(filled(rows, tmp_path / "filled.csv"), "bo", NOW, library.made.taxonomy, held, [])
    told = {(one.target, one.action, one.facet, one.label, one.new_label) for one in found}
    assert told == {
        (torbay, "reject", "population", "older_people", None), (torbay, "change", "study_design", "case_study", "randomised_trial"),
        (budgets, "accept", "study_design", "policy", None), (budgets, "add", "integration_type", "service", None)}
    assert all(one.reviewer == "bo" and NOW <= one.decided_at < NOW + timedelta(seconds=1) and len(one.id) == 32 for one in found)
    text = library.documents["torbay"].text
    assert all(one.quote in text for one in found if one.target == torbay and one.quote)


@pytest.mark.parametrize(("decision", "label", "new_label"), [
    ("add", "service", ""), ("add", "", "Service"), ("add", "financial", "service"), ("add", "no label at all", "service"), ("", "", "service")])
def test_a_label_to_add_is_taken_from_either_column(
    library: Library, held: HeldTags, tmp_path: Path, decision: str, label: str, new_label: str
) -> None:
    row = {"document": library.id("budgets"), "facet": "integration_type", "label": label, "decision": decision, "new_label": new_label}
    (one,), *_ = sheet_decisions(filled([row], tmp_path / "added.csv"), "bo", NOW, library.made.taxonomy, held, [])
    assert (one.action, one.label, one.new_label) == ("add", "service", None)


def test_the_same_sheet_twice_brings_nothing_and_a_change_of_mind_does(library: Library, held: HeldTags, tmp_path: Path) -> None:
    rows, made = sheet(library, tmp_path), list[Decision]()
    row = row_of(rows, library.id("torbay"), "population")

    def bring(decision: str) -> tuple[int, int]:
        row["decision"] = decision
        found, repeated, _ = sheet_decisions(filled(rows, tmp_path / "again.csv"), "bo", NOW, library.made.taxonomy, held, made)
        made.extend(found)
        return len(found), repeated

    assert [bring(one) for one in ("reject", "reject", "accept", "reject")] == [(1, 0), (0, 1), (1, 0), (1, 0)]
    assert len({one.id for one in made}) == 3


def test_a_workbook_that_was_exported_is_read_back(library: Library, held: HeldTags, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    export(library.snapshot, "xlsx", path)
    book = openpyxl.load_workbook(path)
    evidence = book["evidence"]
    column = {cell.value: cell.column for cell in evidence[1]}
    for cells in evidence.iter_rows(min_row=2):
        if cells[column["facet"] - 1].value == "population":
            cells[column["decision"] - 1].value = "reject"
    book.save(path)
    found, *_ = sheet_decisions(path, "bo", NOW, library.made.taxonomy, held, [])
    assert {(one.target, one.action, one.label) for one in found} == {
        (library.id(name), "reject", "older_people") for name in ("torbay", "trial")}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda row: row.update(decision="maybe"), "row 2: decision 'maybe': expected one of accept, reject, change, add, or nothing"),
        (lambda row: row.update(decision="change"), "row 2: decision 'change' needs a new_label"),
        (lambda row: row.update(decision="reject", new_label="service"), "row 2: decision 'reject' has no new_label"),
        (lambda row: row.update(decision="accept", document="nowhere"), "row 2: 'nowhere': expected the id of a document or work"),
        (lambda row: row.update(decision="accept", label="nonsense"), "row 2: 'nonsense': expected a label of"),
        (lambda row: row.update(decision="accept", facet="colour"), "row 2: facet 'colour': expected a facet"),
        (lambda row: row.update(label="made up"), "row 2: the document has no tag .*leave the label as it was"),
    ],
)
def test_a_row_that_cannot_be_is_named(
    library: Library, held: HeldTags, tmp_path: Path, change: Callable[[dict[str, str]], None], message: str
) -> None:
    rows = sheet(library, tmp_path)
    change(rows[0])
    with pytest.raises(UsageError, match=message):
        sheet_decisions(filled(rows, tmp_path / "wrong.csv"), "bo", NOW, library.made.taxonomy, held, [])


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b"PK\x03\x04broken"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_of_another_kind_is_told_in_one_line(library: Library, held: HeldTags, tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / f"odd.{kind}"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"odd\."):
        sheet_decisions(path, "bo", NOW, library.made.taxonomy, held, [])


def test_semicolons_and_a_guarded_formula_are_read(library: Library, held: HeldTags, tmp_path: Path) -> None:
    path = tmp_path / "semi.csv"
    path.write_text(f"document;facet;label;decision;quote\n{library.id('budgets')};study_design;policy;accept;'=1+1\n", "utf-8")
    (one,), *_ = sheet_decisions(path, "bo", NOW, library.made.taxonomy, held, [])
    assert one.quote == "=1+1"


def test_a_sheet_in_windows_text_is_read_and_one_that_is_not_there_is_told(library: Library, held: HeldTags, tmp_path: Path) -> None:
    path = tmp_path / "windows.csv"
    path.write_bytes(f"document,facet,label,decision,reason\r\n{library.id('budgets')},study_design,policy,accept,Zoë’s word\r\n".encode("cp1252"))
    (one,), *_ = sheet_decisions(path, "bo", NOW, library.made.taxonomy, held, [])
    assert one.reason == "Zoë’s word"
    assert [is_windows_text(text) for text in (path.read_bytes(), "Zoë’s".encode(), b"\xff\xfe\x00", b"\x81")] == [True, False, False, False]
    for name in ("none.csv", "none.xlsx"):
        with pytest.raises(UsageError, match=f"{name}: no such file"):
            sheet_decisions(tmp_path / name, "bo", NOW, library.made.taxonomy, held, [])


def test_a_note_written_below_the_table_decides_nothing(library: Library, held: HeldTags, tmp_path: Path) -> None:
    path = filled(sheet(library, tmp_path), tmp_path / "filled.csv")
    path.write_text(path.read_text(encoding="utf-8-sig") + "checked in May\n", encoding="utf-8")
    assert sheet_decisions(path, "bo", NOW, library.made.taxonomy, held, []) == ([], 0, [])


def test_an_undecided_row_whose_tag_is_gone_refuses_nothing_and_is_told(library: Library, held: HeldTags, tmp_path: Path) -> None:
    rows = sheet(library, tmp_path)
    row = row_of(rows, library.id("torbay"), "population")
    row_of(rows, library.id("torbay"), "study_design")["decision"] = "accept"
    fewer = HeldTags(held.ids, held.tags - {(row["document"], row["facet"], row["label"])})
    found, repeated, gone = sheet_decisions(filled(rows, tmp_path / "old.csv"), "bo", NOW, library.made.taxonomy, fewer, [])
    assert [one.facet for one in found] == ["study_design"] and repeated == 0
    (where,) = gone
    assert where.endswith(f"row {rows.index(row) + 2}")


@pytest.mark.parametrize("reviewer", ["bo", "ann", "cy", "dee"])
def test_rows_that_say_the_same_tag_more_than_once_bring_nothing_in_a_second_time(
    library: Library, held: HeldTags, tmp_path: Path, reviewer: str
) -> None:
    rows, made = sheet(library, tmp_path), list[Decision]()
    row = row_of(rows, library.id("torbay"), "population")
    row["decision"] = "accept"
    rows += [dict(row), row | {"quote": "another sentence"}, row | {"decision": "reject"}]
    path = filled(rows, tmp_path / "twice.csv")

    def bring() -> tuple[list[str], int]:
        now = NOW + timedelta(days=len(made))
        found, repeated, _ = sheet_decisions(path, reviewer, now, library.made.taxonomy, held, made)
        made[:] = sorted([*made, *found], key=lambda one: (one.decided_at, one.id))  # as ``read_decisions`` gives them
        return [one.action for one in found], repeated

    assert bring() == (["accept", "accept", "reject"], 1)
    assert bring() == ([], 4)
    assert len({one.id for one in made}) == 3 and [one.action for one in made] == ["accept", "accept", "reject"], "the last row has the last word"
    rows.pop()
    filled(rows, path)
    assert bring() == (["accept", "accept"], 1), "a change of mind back"
