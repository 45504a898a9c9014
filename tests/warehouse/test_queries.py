"""Every named query: its opening comment, and its answer on the made library (queries/<name>.json)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evidence.errors import UsageError
from tests.warehouse.conftest import Library
from warehouse.named_queries import list_queries, run_query

CASES = Path(__file__).with_name("queries")


def test_every_query_has_a_case_and_every_case_a_query() -> None:
    assert {path.stem for path in CASES.glob("*.json")} == set(list_queries())


@pytest.mark.parametrize("name", sorted(list_queries()))
def test_a_query_answers_as_its_case_says(library: Library, name: str) -> None:
    """A case names works by their title's first word instead of their ids; times are left out."""
    case = json.loads((CASES / f"{name}.json").read_text("utf-8"))
    answer = run_query(library.snapshot, name, case["parameters"])
    assert answer.columns == case["columns"]
    names = {document.id: key for key, document in library.documents.items()}
    rows = [
        [names.get(cell, cell) if isinstance(cell, str) else cell if not hasattr(cell, "isoformat") else "time" for cell in row.values()]
        for row in answer.rows()
    ]
    assert rows == case["rows"]
    assert rows, "a case that finds nothing proves nothing"


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("new_work", {}, "did you mean 'new_works'"),
        ("quotes_for_label", {}, "give the parameter facet"),
        ("new_works", {"since": "soon"}, "expected a date"),
        ("to_be_reviewed", {"limit": "many"}, "expected a integer"),
        ("new_works", {"sicne": "2019-01-01"}, "did you mean 'since'"),
        ("gaps", {"rows": "integration_typ"}, "parameter rows: unknown facet 'integration_typ': did you mean 'integration_type'"),
        ("quotes_for_label", {"facet": "theme", "label": "preventoin"}, "did you mean 'prevention'"),
        ("strongest_evidence", {"type": "clinicl"}, "parameter type: unknown label of integration_type 'clinicl': did you mean 'clinical'"),
        ("findings_on_outcome", {"outcome": "emergency_admission"}, "did you mean 'emergency_admissions'"),
        ("in_typology", {"typology": "nobody"}, "parameter typology: unknown typology 'nobody'"),
    ],
)
def test_wrong_use_of_a_query_is_told_in_words(library: Library, name: str, parameters: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run_query(library.snapshot, name, parameters)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT 1", "question: expected"),
        ("-- question: What?\nSELECT 1", "grain: expected"),
        ("-- question: What?\n-- grain: a row\nSELECT $x", "parameter: expected"),
        ("-- question: What?\n-- grain: a row\n-- nonsense\nSELECT 1", "expected 'question"),
        ("-- question: What?\n-- grain: a row\n-- parameter x (colour): y\nSELECT $x", "parameter: expected"),
    ],
)
def test_a_query_file_that_is_not_well_formed_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "odd.sql").write_text(text)
    with pytest.raises(UsageError, match=rf"odd\.sql: .*{message}"):
        list_queries(tmp_path)


def test_a_label_is_known_however_it_is_written(library: Library) -> None:
    spellings = ("Older People", "older_people")
    first, second = (run_query(library.snapshot, "quotes_for_label", {"facet": "population", "label": one}).rows() for one in spellings)
    assert first == second and first
