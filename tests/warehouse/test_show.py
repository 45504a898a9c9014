"""Showing one work, and counting what the base holds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from evidence.errors import UsageError
from evidence.records import Decision
from tests.warehouse.conftest import Library
from tests.warehouse.factory import FIRST_DAY, MadeBase, make_document
from warehouse.search import Searcher
from warehouse.show import show
from warehouse.snapshot import require_snapshot
from warehouse.status import status


def test_a_work_is_shown_with_all_that_is_said_of_it(library: Library) -> None:
    work = show(library.snapshot, library.id("torbay"))
    assert json.loads(json.dumps(work)) == work, "it is JSON as it stands"
    assert (work["title"], work["title_source"], work["published"], work["doi"]) == (
        "Integrated care in Torbay",
        "first_page",
        "2011-03",
        "10.1234/torbay",
    )
    assert work["study_design"]["label"] == "case_study" and work["relevance"]["label"] == "relevant"
    assert work["evidence_strength"]["steps"] == ["starts at anecdotal: case_study"]
    assert work["evidence_strength"]["aacods"]["authority"]["answer"] == "yes" and work["evidence_strength"]["aacods"]["date"]["quote"] is None
    assert {(tag["facet"], tag["label"], tag["said_by"]) for tag in work["tags"]} == {
        ("integration_type", "service", "person"),
        ("integration_type", "financial", "machine"),
        ("population", "older_people", "machine"),
    }
    assert [tag["label"] for tag in work["rejected"]] == ["service"]
    assert [(copy["role"], copy["shown"]) for copy in work["copies"]] == [("main", True), ("landing_page", False)]
    assert {"field": "title", "value": "torbay_final_v3", "source": "docinfo", "document": library.id("torbay"), "chosen": False} in work[
        "provenance"
    ]
    assert work["decisions"][0]["reviewer"] == "ann" and work["captures"][0]["first_run"] == "run01" and work["places"][0]["code"] == "GB-TOB"
    assert work["findings"][0]["direction"] == "improved" and work["references"][0]["doi"] == "10.1/ward"


def test_every_quote_that_is_shown_is_in_the_text(library: Library) -> None:
    work = show(library.snapshot, library.id("torbay"))
    spans = [
        one["span"] for one in [*work["tags"], *work["findings"], *work["places"], work["study_design"], work["relevance"], work["evidence_strength"]]
    ]
    text = library.documents["torbay"].text
    assert len(spans) == 8 and all(text[one["start"] : one["end"]] == one["quote"] for one in spans)


@pytest.mark.parametrize("name", ["torbay", "torbay_page"])
def test_the_beginning_of_an_id_and_a_copys_id_lead_to_the_work(library: Library, name: str) -> None:
    assert show(library.snapshot, library.id(name)[:10].upper())["id"] == library.id("torbay")


def test_a_document_that_could_not_be_read_is_no_work_and_says_why(library: Library) -> None:
    with pytest.raises(UsageError, match=r"is in no work: it could not be read \(no text could be read\)"):
        show(library.snapshot, library.id("scan"))
    assert library.made.rows("SELECT id, status, reason FROM documents WHERE work IS NULL") == [
        (library.id("scan"), "refused", "no text could be read")]
    with Searcher(library.snapshot) as searcher:
        assert library.id("scan") not in searcher.search("").ids


def test_a_document_that_only_a_person_could_read_is_a_work_with_what_the_person_said(made: MadeBase) -> None:
    scan = make_document([], title=None, status="refused", reason="no text could be read")
    made.run([("http://a.test/scan.pdf", scan)])
    made.publish()
    assert made.rows("FROM works") == []
    made.decide(Decision("d1", "ann", FIRST_DAY, "add", scan.id, facet="study_design", label="policy"))
    made.publish()
    work = show(require_snapshot(made.base), scan.id)
    assert (work["status"], work["study_design"]["label"], work["study_design"]["said_by"]) == ("refused", "policy", "person")


@pytest.mark.parametrize(
    ("id", "message"), [("abc", "too short"), ("zzzzzzzzzz", "no work has the id"), ("'; DROP TABLE works", "no work has the id"), ("", "too short")]
)
def test_an_id_that_leads_nowhere_is_wrong_usage(library: Library, id: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        show(library.snapshot, id)


def test_status_counts_what_the_base_holds(library: Library) -> None:
    found = status(library.made.base)
    assert (found.works, found.documents, found.refused, found.snapshot) == (5, 7, 1, "run03")
    assert found.works_by["relevance"] == {"off_topic": 1, "relevant": 4}
    assert found.works_by["integration_type"] == {"clinical": 1, "financial": 2, "service": 1} and found.works_by["availability"] == {
        "missing": 1,
        "present": 4,
    }
    assert found.unsure == {"study_design": 1}
    assert [(one.source, one.works, str(one.last_capture)[:10]) for one in found.sources] == [("made", 2, "2024-01-02"), ("other", 3, "2024-01-04")]
    assert json.loads(json.dumps(found.as_json()))["open_run"] is None


def test_status_of_a_base_that_was_never_published_tells_of_its_captures_and_open_run(made: MadeBase) -> None:
    made.run([("http://a.test/x", 404)])
    made.base.open_run("harvest")
    found = status(made.base)
    assert found.snapshot is None and [one.source for one in found.sources] == ["made"] and found.open_command == "harvest"


def test_a_run_that_was_left_open_for_a_day_is_told_as_stale(made: MadeBase) -> None:
    made.base.open_run("harvest", now=datetime.now(UTC) - timedelta(hours=25))
    assert status(made.base).open_run_stale
    made.base.open_run("harvest")
    assert status(made.base).open_run and not status(made.base).open_run_stale, "the newest counts"
