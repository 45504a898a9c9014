"""Every named query: its opening comment, and its answer on the made library (queries/<name>.json)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.errors import UsageError
from tests.warehouse.conftest import Library
from tests.warehouse.factory import MadeBase, Reference, make_document, make_tagging, prose
from warehouse.named_queries import list_queries, run_query
from warehouse.snapshot import require_snapshot

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
        ("new_by_type", {"month": "2024-13"}, "expected a month"),
        ("to_be_reviewed", {"limit": "many"}, "expected an integer"),
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


def test_what_the_base_holds_is_not_told_as_missing_from_it(made: MadeBase) -> None:
    held = Reference("Held. 10.1/HELD", doi="10.1/HELD"), Reference("By its title", title="Joined up at last: an evaluation.")
    other = Reference("Not held. 10.1/other", doi="10.1/other")
    documents = [make_document([prose(f"a{n}", 9)], title=f"Cites {'abc'[n]}", references=(*held, other)) for n in range(2)]
    documents += [make_document([prose("h", 9)], title="Held", doi="10.1/held")]
    documents += [make_document([prose("t", 9)], title="Joined up at last", subtitle="an evaluation")]
    made.run([(f"http://a.test/{n}.pdf", one) for n, one in enumerate(documents)], taggings=[make_tagging(one) for one in documents])
    made.publish()
    rows = run_query(require_snapshot(made.base), "cited_not_held").rows()
    assert [(row["doi"], row["works"]) for row in rows] == [("10.1/other", 2)]


def test_a_guess_fills_no_gap(made: MadeBase) -> None:
    finding = {
        "outcome": "emergency_admissions", "intervention": "teams", "integration_types": ("service",), "change": "decrease",
        "direction": "improved", "own": True, "hedged": False,
    }  # fmt: skip
    document = make_document([prose("a", 9)], title="A")
    sure = make_tagging(document, strength="strong", findings=[finding])
    guess = replace(sure, tags=tuple(replace(tag, unsure=tag.facet == "evidence_strength") for tag in sure.tags))
    for number, (tagging, gap) in enumerate(((sure, False), (guess, True))):
        base = MadeBase(made.root.with_name(f"base{number}"))
        base.run([("http://a.test/x", document)], taggings=[tagging])
        base.publish()
        rows = run_query(require_snapshot(base.base), "evidence_gaps").rows()
        assert any((row["integration_type"], row["outcome"]) == ("service", "emergency_admissions") for row in rows) is gap


def test_places_are_limited_by_name_as_by_code(library: Library) -> None:
    by_name, by_code = (run_query(library.snapshot, "types_by_place", {"within": within}).rows() for within in ("Torbay", "gb-tob"))
    assert by_name == by_code and {row["name"] for row in by_name} == {"Torbay"}
