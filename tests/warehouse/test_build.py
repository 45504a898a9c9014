"""Publishing: nothing twice, all or nothing, readers undisturbed, equal rows however the base came about."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evidence.errors import IntegrandError, UsageError
from evidence.records import Appraisal, Decision, Document, Span, Tagging
from evidence.segments import as_plain, write_segment
from tests.warehouse.conftest import Library, make_library
from tests.warehouse.factory import CLASSIFIER, EXTRACTOR, FIRST_DAY, MadeBase, letters, made_taxonomy, make_document, make_tagging, prose, span
from warehouse.build import publish
from warehouse.keys import key_problems, keys
from warehouse.loading import create_database, create_views
from warehouse.search import Searcher
from warehouse.snapshot import current_snapshot, require_snapshot, roll_back, snapshots
from warehouse.status import status
from warehouse.verify import verify
from warehouse.version import builder_version

URL = "http://a.test/x.pdf"
CONTENT_TABLES = (
    "works",
    "documents",
    "pages",
    "sections",
    "passages",
    "copies",
    "tags",
    "taggings",
    "findings",
    "places",
    "appraisals",
    "appraisal_answers",
    "refs",
    "work_values",
    "aliases",
    "vectors",
    "labels",
    "crosswalk",
)
"""The tables that hold no time and no run."""


def contents(made: MadeBase, tables: tuple[str, ...] = CONTENT_TABLES) -> dict[str, list[Any]]:
    return {table: made.rows(f"FROM {table}") for table in tables}


def test_publishing_twice_adds_nothing_and_says_so(made: MadeBase) -> None:
    made.run([(URL, make_document([prose("a")], title="A"))])
    first = made.publish()
    again = made.publish("another-run")
    assert first.published and not again.published and "nothing has changed" in again.reason
    assert again.snapshot == first.snapshot and [one.name for one in snapshots(made.base)] == [first.snapshot]
    assert (again.works, again.documents) == (1, 1) and again.new_works == ()


def test_a_run_report_alone_is_no_reason_to_publish(made: MadeBase) -> None:
    made.run([(URL, make_document([prose("a")], title="A"))])
    made.publish()
    made.base.close_run(made.base.open_run("run"))
    assert not made.publish("another-run").published


def test_runs_to_which_nothing_has_changed_publish_nothing_and_a_second_404_does(made: MadeBase) -> None:
    made.run([(URL, make_document([prose("a")], title="A")), ("https://made.example/gone", make_document([prose("b")], title="B"))])
    made.publish()
    made.run([(URL, 304), ("https://made.example/gone", 304)])
    assert not made.publish().published
    published = []
    for _ in range(3):
        made.run([(URL, 304), ("https://made.example/gone", 404)])
        published.append(made.publish().published)
    assert published == [True, True, False]
    assert made.rows("SELECT availability FROM works WHERE title = 'B'") == [("withdrawn",)]


def test_a_build_that_is_killed_leaves_the_old_snapshot_current_and_the_next_one_clears_up(made: MadeBase) -> None:
    made.run([(URL, make_document([prose("a")], title="A"))])
    made.publish()
    made.run([("http://a.test/y.pdf", make_document([prose("b")], title="B"))])
    killed = subprocess.run(
        [
            sys.executable,
            "-c",
            f"""
import os, signal
from evidence.base import Base
from tests.warehouse.factory import made_taxonomy
from warehouse.build import publish
publish(Base({str(made.root)!r}), extractor_version="x1", classifier_version="c1", taxonomy=made_taxonomy(), run="run02",
        encode=lambda texts: os.kill(os.getpid(), signal.SIGKILL))
""",
        ],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert list(made.base.warehouse.glob("*.building")), "it was killed in the middle of a build"
    assert require_snapshot(made.base).name == "run01" and made.rows("SELECT title FROM works") == [("A",)]
    assert made.publish().published
    assert sorted(path.name for path in made.base.warehouse.iterdir()) == ["current", "run01", "run02"]
    assert made.rows("SELECT title FROM works ORDER BY 1") == [("A",), ("B",)]


def test_a_publication_killed_before_the_pointer_moved_is_finished_and_not_built_again(made: MadeBase) -> None:
    made.run([(URL, make_document([prose("a")], title="A"))])
    made.publish()
    (made.base.warehouse / "current").unlink()
    again = made.publish()
    assert again.published and "interrupted" in again.reason and require_snapshot(made.base).name == "run01"


def test_an_error_in_the_middle_of_a_build_publishes_nothing_and_leaves_nothing(made: MadeBase) -> None:
    made.run([(URL, make_document([prose("a")], title="A"))])
    for encode in (lambda texts: np.zeros((1, 3, 3)), lambda texts: np.full((len(texts), 4), np.nan)):
        with pytest.raises(IntegrandError, match="encoder"):
            made.publish(encode=encode)
    assert current_snapshot(made.base) is None and list(made.base.warehouse.iterdir()) == []


def test_a_failed_key_publishes_nothing(made: MadeBase) -> None:
    document = make_document([prose("a")], title="A")
    made.run([(URL, document)])
    made.publish()
    made.run([(URL, 304)], taggings=[make_tagging(document, labels={"integration_type": ["invented_label"]})])
    with pytest.raises(IntegrandError, match=r"not published.*invented_label.*not in labels"):
        made.publish()
    assert require_snapshot(made.base).name == "run01"


def test_a_reader_of_the_old_snapshot_is_undisturbed_by_publishing_and_by_the_removal_of_its_folder(made: MadeBase) -> None:
    made.run([(URL, make_document(["Ward teams. " + prose("a", 3)], title="A"))])
    made.publish()
    with Searcher(require_snapshot(made.base)) as reader:
        for number in range(5):
            made.run([(f"http://a.test/{number}.pdf", make_document(["Ward teams. " + prose(str(number))], title=f"B{number}"))])
            made.publish()
        assert reader.search("ward").total == 1
        assert reader.search("ward").works[0]["passages"]
    with Searcher(require_snapshot(made.base)) as reader:
        assert reader.search("ward").total == 6


def test_the_last_three_snapshots_are_kept_and_no_path_is_used_twice(made: MadeBase) -> None:
    names = []
    for number in range(5):
        made.run([(f"http://a.test/{number}.pdf", make_document([prose(str(number))], title=f"B{number}"))])
        names.append(made.publish("same-run").snapshot)
    assert len(set(names)) == 5
    assert {one.name for one in snapshots(made.base)} == set(names[-3:]) and require_snapshot(made.base).name == names[-1]


def test_a_base_whose_segments_came_in_pieces_has_the_same_rows_as_one_that_was_not_disturbed(tmp_path: Path) -> None:
    whole = make_library(MadeBase(tmp_path / "whole")).made
    pieces = MadeBase(tmp_path / "pieces")
    original = MadeBase.run

    def in_pieces(
        self: MadeBase, fetched: list[Any], *, taggings: list[Any] = (), via: Any = None, source: str = "made", run: str | None = None
    ) -> str:  # type: ignore[assignment]
        name = run or f"run{self.runs + 1:02d}"
        runs = self.runs
        for one in reversed(fetched):
            self.runs = runs
            mine = [tagging for tagging in taggings if not isinstance(one[1], int) and tagging.document == one[1].id]
            original(self, [one], taggings=mine, via=via, source=source, run=name)
        return name

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MadeBase, "run", in_pieces)
        make_library(pieces)
    assert len(list(pieces.base.captures.glob("*.parquet"))) > len(list(whole.base.captures.glob("*.parquet")))
    for table in CONTENT_TABLES:
        key = ", ".join(f'"{column}"' for column in keys().primary[table])
        assert pieces.rows(f"FROM {table} ORDER BY {key}") == whole.rows(f"FROM {table} ORDER BY {key}"), table


def test_nothing_is_encoded_twice_for_the_same_encoder(made: MadeBase) -> None:
    asked: list[str] = []

    def encode(texts: list[str]) -> np.ndarray:
        asked.extend(texts)
        return letters(texts)

    made.run([(URL, make_document([prose("a")], title="A"))])
    made.publish(encode=encode)
    first = len(asked)
    made.run([("http://a.test/y.pdf", make_document([prose("b")], title="B"))])
    made.publish(encode=encode)
    assert first == 2 and len(asked) == 4 and len(set(asked)) == 4
    matrix = np.load(require_snapshot(made.base).vectors)
    texts = [
        row[0]
        for row in made.rows("""SELECT coalesce(p.text[:2000], w.title) FROM vectors v JOIN works w ON w.id = v.work
                                            LEFT JOIN passages p ON p.document = v.document AND p.number = v.passage ORDER BY v.number""")
    ]
    assert np.allclose(matrix, letters(texts), atol=1e-6) and matrix.dtype == np.float32


def test_another_encoder_encodes_all_again(made: MadeBase) -> None:
    from warehouse.build import publish

    made.run([(URL, make_document([prose("a")], title="A"))])
    made.publish(encode=letters)
    asked: list[str] = []

    def narrow(texts: list[str]) -> np.ndarray:
        asked.extend(texts)
        return letters(texts)[:, :8] + 0.1

    publish(made.base, extractor_version="x1", classifier_version="c1", taxonomy=made_taxonomy(), run="r", encode=narrow, encoder="narrow")
    assert len(asked) == 2 and np.load(require_snapshot(made.base).vectors).shape == (2, 8)


def test_metadata_is_the_most_trusted_of_the_copies_and_the_rest_is_kept(library: Library) -> None:
    rows = library.made.rows(
        f"SELECT field, \"value\", value_source, chosen FROM work_values WHERE work = '{library.id('torbay')}' AND field IN ('title', 'publisher')"
    )
    assert ("publisher", "Made Trust UK", "json_ld", True) in rows and ("publisher", "Made Trust", "text", False) in rows
    assert ("title", "torbay_final_v3", "docinfo", False) in rows and ("title", "Integrated care in Torbay", "first_page", True) in rows
    assert library.made.rows(f"SELECT title, publisher FROM works WHERE id = '{library.id('torbay')}'") == [
        ("Integrated care in Torbay", "Made Trust UK")
    ]


def test_the_tags_of_a_work_are_those_of_the_copy_that_was_judged(library: Library) -> None:
    assert library.made.rows(f"SELECT judged_document FROM works WHERE id = '{library.id('torbay')}'") == [(library.id("torbay"),)]


def test_a_crosswalk_shows_what_lies_outside_of_a_typology(library: Library) -> None:
    assert library.made.rows("SELECT label, term_name FROM crosswalk WHERE term IS NULL") == [("financial", "outside this typology")]


@pytest.fixture
def decided(made: MadeBase) -> Callable[..., list[tuple[Any, ...]]]:
    document = make_document(["Teams share one budget.", prose("a", 20)], title="A")
    tagging = make_tagging(document, design="policy", labels={"theme": ["prevention", "workforce"]}, unsure=True)
    made.run([(URL, document)], taggings=[tagging])

    def after(*changes: dict[str, Any]) -> list[tuple[Any, ...]]:
        made.decide(*[Decision(f"d{number}", "ann", FIRST_DAY.replace(hour=number), target=document.id, **one) for number, one in enumerate(changes)])
        made.publish()
        return made.rows("SELECT facet, label, said_by FROM v_work_tags WHERE facet IN ('theme', 'study_design') ORDER BY ALL")

    return after


def test_a_rejected_tag_no_longer_stands_and_is_kept(made: MadeBase, decided: Callable[..., list[Any]]) -> None:
    assert decided({"action": "reject", "facet": "theme", "label": "prevention"}) == [
        ("study_design", "policy", "machine"),
        ("theme", "workforce", "machine"),
    ]
    assert made.rows("SELECT label, decision FROM tags WHERE NOT stands") == [("prevention", "d0")]


def test_a_persons_design_takes_the_machines_place_and_is_no_guess(made: MadeBase, decided: Callable[..., list[Any]]) -> None:
    assert made.publish().published and made.rows("SELECT unsure FROM works") == [(True,)]
    found = decided({"action": "change", "facet": "study_design", "label": "policy", "new_label": "case_study", "quote": "Teams share one budget."})
    assert found[0] == ("study_design", "case_study", "person")
    assert made.rows("SELECT study_design, unsure FROM works") == [("case_study", False)]
    assert made.rows("SELECT page, span_start, span_end FROM tags WHERE said_by = 'person'") == [(1, 0, 23)]


def test_a_persons_design_is_graded_anew_unless_a_person_graded(made: MadeBase) -> None:
    document = make_document([prose("a", 20)], title="A")
    made.run([(URL, document)], taggings=[make_tagging(document, design="systematic_review", strength="strong")])
    made.decide(Decision("d1", "ann", FIRST_DAY, "change", document.id, facet="study_design", label="systematic_review", new_label="policy"))

    def graded(document: Document, design: str) -> tuple[Appraisal, Span | None]:
        return Appraisal("none", (f"{design} starts at none",)), None

    made.publish(regrade=graded)
    assert made.rows("SELECT evidence_strength FROM works") == [("none",)]
    assert made.rows("SELECT steps FROM appraisals") == [(["the design is policy, as ann decided", "policy starts at none"],)]
    assert made.rows("SELECT label, stands, said_by, decision FROM tags WHERE facet = 'evidence_strength' ORDER BY number") == [
        ("strong", False, "machine", "d1"), ("none", True, "machine", "d1"),
    ]
    assert verify(made.base, extractor_version=EXTRACTOR, classifier_version=CLASSIFIER).problems == []
    found = contents(made)
    made.publish(regrade=graded, full=True)
    assert contents(made) == found
    later = FIRST_DAY.replace(hour=1)
    made.decide(Decision("d2", "bea", later, "change", document.id, facet="evidence_strength", label="strong", new_label="limited"))
    made.publish(regrade=graded)
    assert made.rows("SELECT evidence_strength FROM works") == [("limited",)]


def test_a_grade_that_follows_from_a_persons_design_can_be_rejected_and_accepted(made: MadeBase) -> None:
    document = make_document([prose("a", 20)], title="A")
    made.run([(URL, document)], taggings=[make_tagging(document, design="systematic_review", strength="strong")])
    made.decide(Decision("d1", "ann", FIRST_DAY, "change", document.id, facet="study_design", label="systematic_review", new_label="policy"))
    for hour, (action, left) in enumerate((("reject", []), ("accept", [("none", "d-accept")])), start=1):
        when = FIRST_DAY.replace(hour=FIRST_DAY.hour + hour)
        made.decide(Decision(f"d-{action}", "bea", when, action, document.id, facet="evidence_strength", label="none"))
        made.publish(regrade=lambda _, design: (Appraisal("none", (f"{design} starts at none",)), None))
        assert made.rows("SELECT label, decision FROM tags WHERE stands AND facet = 'evidence_strength'") == left
        assert made.rows("SELECT strength FROM appraisals") == [("none",)]


def test_of_a_facet_of_one_label_the_last_accepted_one_stands_alone(decided: Callable[..., list[Any]]) -> None:
    found = decided(
        {"action": "change", "facet": "study_design", "label": "policy", "new_label": "case_study"},
        {"action": "accept", "facet": "study_design", "label": "policy"},
    )
    assert found[0] == ("study_design", "policy", "person") and found[1][0] == "theme"


def test_what_a_person_calls_off_topic_keeps_no_facet_finding_or_place_of_the_machines(made: MadeBase) -> None:
    document = make_document(["Care is joined in Torbay. " + prose("a", 20)], title="A")
    labels = {"integration_type": ["service"], "theme": ["workforce"]}
    finding = {
        "intervention": "joint team", "integration_types": ("service",), "hedged": False, "outcome": "patient_experience", "change": "increase",
        "direction": "improved", "own": True,
    }
    made.run([(URL, document)], taggings=[make_tagging(document, labels=labels, places=[("Torbay", "GB-TOB")], findings=[finding])])
    made.publish()
    assert made.rows("SELECT findings, len(places), len(integration_types) FROM v_works") == [(1, 1, 1)]
    made.decide(Decision("d1", "ann", FIRST_DAY, "change", document.id, facet="relevance", label="relevant", new_label="off_topic"))
    made.publish()
    kept = made.rows("SELECT relevance, findings, len(places), len(integration_types), themes FROM v_works")
    assert kept == [("off_topic", 0, 0, 0, ["workforce"])]
    assert made.rows("SELECT label, decision FROM tags WHERE NOT stands ORDER BY ALL") == [("relevant", "d1"), ("service", "d1")]
    assert verify(made.base, extractor_version=EXTRACTOR, classifier_version=CLASSIFIER).problems == []


def test_who_rejects_relevant_says_off_topic(made: MadeBase) -> None:
    document = make_document([prose("a", 20)], title="A")
    made.run([(URL, document)], taggings=[make_tagging(document, labels={"integration_type": ["service"]})])
    made.publish()
    made.decide(Decision("d1", "ann", FIRST_DAY, "reject", document.id, facet="relevance", label="relevant"))
    made.publish()
    found = contents(made)
    assert made.rows("SELECT relevance, len(integration_types) FROM v_works") == [("off_topic", 0)]
    made.publish(full=True)
    assert contents(made) == found


def test_a_quote_that_is_no_longer_in_the_text_is_shown_as_unanchored(made: MadeBase, decided: Callable[..., list[Any]]) -> None:
    decided({"action": "add", "facet": "theme", "label": "hospital_discharge", "quote": "Words of another reading."})
    assert made.rows("SELECT anchored FROM decisions") == [(False,)]
    assert made.rows("SELECT span_start FROM tags WHERE label = 'hospital_discharge'") == [(None,)]


def test_the_last_word_on_a_label_counts(decided: Callable[..., list[Any]]) -> None:
    found = decided(
        {"action": "reject", "facet": "theme", "label": "prevention"},
        {"action": "add", "facet": "theme", "label": "prevention"},
        {"action": "accept", "facet": "theme", "label": "workforce"},
    )
    assert found[1:] == [("theme", "prevention", "person"), ("theme", "workforce", "person")]


def test_a_redacted_work_is_in_no_table(made: MadeBase) -> None:
    keep, gone = make_document([prose("a")], title="A"), make_document(["A person's name stands here. " + prose("b")], title="B")
    made.run([(URL, keep), ("http://a.test/y.pdf", gone)], taggings=[make_tagging(gone), make_tagging(keep)])
    made.decide(Decision("d1", "ann", FIRST_DAY, "redact", gone.id, reason="asked for"))
    made.publish(encode=letters)
    assert made.rows("SELECT id FROM works") == [(keep.id,)]
    for table in ("documents", "passages", "copies", "changes"):
        assert made.rows(f"SELECT count(*) FROM {table} WHERE {'id' if table == 'documents' else 'document'} = '{gone.id}'") == [(0,)]
    with Searcher(require_snapshot(made.base)) as searcher:
        assert searcher.search('"person s name"').total == 0


def test_a_torn_last_decision_is_left_out_and_other_damage_is_named(made: MadeBase) -> None:
    made.run([(URL, make_document([prose("a")], title="A"))])
    path = made.base.decisions / "ann.jsonl"
    path.write_text('{"id": "d1", "revie')
    assert made.publish().published
    path.write_text('{"id": "d1", "revie\n')
    with pytest.raises(IntegrandError, match=r"ann\.jsonl: line 1"):
        made.publish("next")


def test_tags_of_another_reading_of_the_document_are_not_taken(made: MadeBase) -> None:
    document = make_document([prose("a")], title="A")
    made.run([(URL, document)], taggings=[replace(make_tagging(document), extractor_version="x0")])
    made.publish()
    assert made.rows("FROM tags") == []


def test_a_document_that_was_written_twice_is_loaded_once(made: MadeBase) -> None:
    document = make_document([prose("a")], title="A")
    made.run([(URL, document)], taggings=[make_tagging(document)])
    made.documents.clear()
    made.run([(URL, document)], taggings=[make_tagging(document, design="opinion")])
    made.publish()
    assert made.rows("SELECT count(*), any_value(study_design) FROM works") == [(1, "case_study")]


def test_every_table_view_and_column_says_what_it_holds_and_every_table_has_a_key(library: Library) -> None:
    silent = library.made.rows(
        "SELECT table_name FROM duckdb_tables() WHERE comment IS NULL UNION ALL "
        "SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL UNION ALL "
        "SELECT table_name || '.' || column_name FROM duckdb_columns() WHERE NOT internal AND coalesce(comment, '') = ''"
    )
    assert silent == []
    assert {row[0] for row in library.made.rows("SELECT table_name FROM duckdb_tables()")} == set(keys().primary)


def test_a_finding_is_told_with_its_work_its_page_and_where_to_read_it(library: Library) -> None:
    (row,) = library.made.rows("SELECT work, outcome, direction, own, page, url FROM v_findings WHERE outcome = 'emergency_admissions'")
    assert row == (library.id("torbay"), "emergency_admissions", "improved", True, 1, "http://made.test/torbay.pdf#page=1")


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO works SELECT * FROM works",
        "UPDATE copies SET work = 'nobody'",
        "UPDATE documents SET work = 'nobody'",
        "DELETE FROM labels",
        "DELETE FROM addresses",
        "UPDATE works SET shown_document = 'nobody'",
        "UPDATE aliases SET work = 'nobody'",
        "DELETE FROM sources",
    ],
)
def test_a_broken_key_is_found_and_named(library: Library, tmp_path: Path, sql: str) -> None:
    connection = create_database(tmp_path / "x.duckdb", tmp_path)
    connection.execute(f"ATTACH '{library.snapshot.database}' AS old (READ_ONLY)")
    for table in keys().primary:
        connection.execute(f"INSERT INTO {table} SELECT * FROM old.{table}")
    create_views(connection)
    assert key_problems(connection) == []
    connection.execute(sql)
    assert key_problems(connection)


def test_asking_before_anything_was_published_says_what_to_do(made: MadeBase) -> None:
    with pytest.raises(UsageError, match="nothing published yet"):
        require_snapshot(made.base)


def test_a_span_helper_tells_pages(library: Library) -> None:
    document = library.documents["torbay"]
    assert span(document, "One budget paid for both kinds of care.").page == 2


@pytest.mark.parametrize("damage", ["pointer", "binary pointer", "path in pointer", "manifest", "manifest of another kind", "database"])
def test_a_damaged_snapshot_is_replaced_by_publishing_again(made: MadeBase, damage: str) -> None:
    made.run([(URL, make_document([prose("a")], title="A"))])
    made.publish()
    old = require_snapshot(made.base)
    if damage == "pointer":
        (made.base.warehouse / "current").write_text("nowhere\n")
    elif damage == "binary pointer":
        (made.base.warehouse / "current").write_bytes(b"\xff\x00\xfe")
    elif damage == "path in pointer":
        (made.base.warehouse / "current").write_text("../runs\n")
    elif damage == "manifest":
        (old.path / "manifest.json").write_text("{")
    elif damage == "manifest of another kind":
        (old.path / "manifest.json").write_text("[]")
    else:
        old.database.unlink()
    assert made.publish().published
    assert made.rows("SELECT title FROM works") == [("A",)]


@pytest.mark.parametrize("start", ["head", "middle"])
@pytest.mark.parametrize("full", [False, True])
def test_a_database_that_was_written_over_is_replaced_though_no_file_is_new(made: MadeBase, start: str, full: bool) -> None:
    made.run([(URL, make_document([prose("a")], title="A"))])
    made.publish(encode=letters)
    old = require_snapshot(made.base)
    size = old.database.stat().st_size
    with open(old.database, "rb+") as file:
        file.seek(0 if start == "head" else size // 4)
        file.write(random.Random(1).randbytes(1000 if start == "head" else size // 2))
    publication = made.publish(encode=letters, full=full)
    assert publication.published and publication.path != old.path
    assert made.rows("SELECT title FROM works") == [("A",)]
    assert not made.publish(encode=letters).published


@pytest.mark.parametrize("content", [b"\xff\x00", b"../../etc\n", b"x" * 300 + b"\n", None])
def test_a_damaged_pointer_is_told_in_one_line(made: MadeBase, content: bytes | None) -> None:
    pointer = made.base.warehouse / "current"
    if content is None:
        pointer.mkdir()
    else:
        pointer.write_bytes(content)
    with pytest.raises(IntegrandError, match=r"warehouse/current: .*publish again") as caught:
        require_snapshot(made.base)
    assert "\n" not in str(caught.value)
    if content is None:
        with pytest.raises(IntegrandError, match="remove it"):
            made.publish()


@pytest.mark.parametrize("manifest", ["[]", "null", "{}", '{"run": 3}'])
def test_a_manifest_of_another_kind_is_told_in_one_line(made: MadeBase, manifest: str) -> None:
    made.run([(URL, make_document([prose("a")], title="A"))])
    made.publish()
    path = require_snapshot(made.base).path / "manifest.json"
    path.write_text(manifest)
    for ask in (lambda: require_snapshot(made.base).manifest, lambda: Searcher(require_snapshot(made.base)), lambda: status(made.base)):
        with pytest.raises(IntegrandError, match="not a readable snapshot"):
            ask()


@pytest.mark.parametrize(
    "line",
    [
        b'{"id": "d1", "reviewer": "\xff"}',
        b'{"id": "d1", "reviewer": "ann", "decided_at": "2024-01-01T00:00:00Z", "action": "accept", "target": 3}',
        b'{"id": "d1", "reviewer": "\\ud800", "decided_at": "2024-01-01T00:00:00Z", "action": "accept", "target": "x"}',
        b'{"id": "d1", "reviewer": "ann", "decided_at": "then", "action": "accept", "target": "x"}',
        b"[]",
        b"\x00",
    ],
)
def test_a_line_that_is_no_decision_is_named(made: MadeBase, line: bytes) -> None:
    made.run([(URL, make_document([prose("a")], title="A"))])
    (made.base.decisions / "ann.jsonl").write_bytes(line + b"\n")
    with pytest.raises(IntegrandError, match=r"ann\.jsonl: (line 1|not UTF-8)") as caught:
        made.publish()
    assert "\n" not in str(caught.value)


def test_what_several_runs_fetched_is_new_in_the_publication_that_first_shows_it(made: MadeBase) -> None:
    first = make_document([prose("a")], title="A")
    made.run([(URL, first)])
    publication = made.publish("other-name")
    assert publication.new_works == (first.id,), "a publication need not have the run's name to tell what it brought"
    second, third = make_document([prose("b")], title="B"), make_document([prose("a").upper(), prose("c")], title="A")
    made.run([("http://a.test/y.pdf", second)])
    made.run([(URL, third), ("http://a.test/y.pdf", 410)])
    publication = made.publish("later")
    assert publication.new_works == (second.id,) and publication.changed_works == (first.id,)
    made.run([("http://a.test/z.pdf", 404), (URL, 404)])
    publication = made.publish("even-later")
    assert (publication.new_works, publication.changed_works, publication.missing_works) == ((), (), (first.id,))
    made.run([(URL, 410), ("http://a.test/w.pdf", make_document([prose("w")], title="W"))])
    publication = made.publish("last")
    assert publication.withdrawn_works == (first.id,) and len(publication.new_works) == 1 and publication.missing_works == ()


def test_what_an_interrupted_publication_brought_is_told_when_it_is_finished(made: MadeBase) -> None:
    made.run([(URL, make_document([prose("a")], title="A"))])
    made.publish()
    second = make_document([prose("b")], title="B")
    made.run([("http://a.test/y.pdf", second)])
    made.publish()
    (made.base.warehouse / "current").write_text("run01\n")
    again = made.publish("run03")
    assert "interrupted" in again.reason and again.new_works == (second.id,)


@pytest.mark.parametrize("separator", ["\u2028", "\u0085"])
def test_a_decision_whose_quote_holds_a_unicode_line_separator_is_read(made: MadeBase, separator: str) -> None:
    document = make_document([prose("a")], title="A")
    made.run([(URL, document)], taggings=[make_tagging(document)])
    decision = as_plain(Decision("d1", "ann", FIRST_DAY, "add", document.id, facet="theme", label="workforce", reason=f"see{separator}here"))
    line = json.dumps(decision | {"decided_at": FIRST_DAY.isoformat()}, ensure_ascii=False)
    (made.base.decisions / "ann.jsonl").write_text(line + "\n", "utf-8")
    made.publish()
    assert made.rows("SELECT reason FROM decisions") == [(f"see{separator}here",)]


def test_a_torn_line_is_told_and_a_whole_one_without_line_feed_counts(made: MadeBase) -> None:
    document = make_document([prose("a")], title="A")
    made.run([(URL, document)])
    made.decide(Decision("d1", "ann", FIRST_DAY, "add", document.id, facet="theme", label="workforce"))
    path = made.base.decisions / "ann.jsonl"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert made.publish().warnings == () and made.rows("SELECT count(*) FROM decisions") == [(1,)]
    path.write_bytes(path.read_bytes() + b'\n{"id": "d2", "reason": "caf\xc3')
    publication = made.publish("next")
    assert publication.published and made.rows("SELECT id FROM decisions") == [("d1",)]
    (warning,) = publication.warnings
    assert warning.startswith("decisions/ann.jsonl: the last line is torn")
    assert made.publish("again").warnings == (warning,)


def test_a_run_that_was_gone_on_with_after_another_did_not_bring_what_that_one_brought(made: MadeBase) -> None:
    document = make_document([prose("a")], title="A")
    made.run([(URL, document)], run="20240102T020000Z-bbbbbb")
    made.run([(URL + "2", document)], run="20240101T020000Z-aaaaaa")
    made.publish()
    assert made.rows("SELECT first_run FROM v_works") == [("20240102T020000Z-bbbbbb",)]


def test_a_base_with_many_captures_gives_the_same_snapshot_without_holding_them(made: MadeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    made.run([(URL + str(number), make_document([prose(str(number))], title=f"No. {number}")) for number in range(3)])
    made.publish("held")
    assert not made.publish("same").published
    monkeypatch.setattr("warehouse.build.MOST_CAPTURES_HELD", 2)
    assert not made.publish("same").published
    counts = made.rows("SELECT count(*) FROM captures"), made.rows("SELECT * FROM works ORDER BY id")
    assert made.publish("full", full=True).published
    assert (made.rows("SELECT count(*) FROM captures"), made.rows("SELECT * FROM works ORDER BY id")) == counts


def test_documents_that_only_another_version_has_tagged_are_told_of(made: MadeBase) -> None:
    first, second = (make_document([prose(name)], title=name) for name in ("First one", "Second one"))
    made.run([(URL, first), (URL + "2", second)], taggings=[make_tagging(first)])
    assert made.publish().warnings == (), "nothing is untagged for another program's sake"
    older = made.base.tags("c0")
    write_segment(older / "run01-0001.parquet", [replace(make_tagging(one), version="c0") for one in (first, second)], Tagging)
    for full in (False, True):
        made.decide(Decision(f"d{full}", "ann", FIRST_DAY, "add", first.id, facet="theme", label="workforce"))
        (warning,) = made.publish(f"next{full}", full=full).warnings
        assert warning.startswith("1 documents have no tags by this version of the rules and models (c1), the base has some by c0: run `integrand")
    made.run([], taggings=[make_tagging(second)])
    made.run([(URL + "3", make_document([prose("Third one")], title="Third one"))])
    assert made.publish("all").warnings == (), "no version has tagged what has just come"
    (older / "run02-0001.parquet").write_bytes(b"PAR1")
    made.decide(Decision("d3", "ann", FIRST_DAY, "add", first.id, facet="theme", label="prevention"))
    done = made.publish("damaged")
    assert done.published and "run02-0001.parquet" in done.warnings[0] and "what version c0 has tagged is not known" in done.warnings[0]
    done = publish(made.base, extractor_version="x2", classifier_version="c1", taxonomy=made.taxonomy, run="new", encode=None)
    assert done.documents == 0 and "no document was read by this version of the extractor (x2), only by x1" in done.warnings[-1]


def test_a_decision_on_a_work_holds_for_the_version_that_is_judged_now(made: MadeBase) -> None:
    old, new = make_document([prose("a")], title="A"), make_document([prose("a"), prose("b", 3)], title="A")
    made.run([(URL, old)], taggings=[make_tagging(old)])
    made.run([(URL, new)], taggings=[make_tagging(new)])
    made.decide(Decision("d1", "ann", FIRST_DAY, "change", old.id, facet="study_design", label="case_study", new_label="policy"))
    made.publish()
    assert made.rows("SELECT id, judged_document, study_design FROM works") == [(old.id, new.id, "policy")]
    assert made.rows("SELECT document FROM decisions") == [(new.id,)]


@pytest.mark.parametrize("name", ["code.py", "sub/data.toml", "rows.sql"])
def test_any_code_or_data_of_the_package_changes_its_version(tmp_path: Path, name: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / name).write_text("one")
    before = builder_version(tmp_path)
    (tmp_path / name).write_text("two")
    builder_version.cache_clear()
    assert builder_version(tmp_path) != before


def test_another_version_of_the_package_publishes_anew(made: MadeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    made.run([(URL, make_document([prose("a")], title="A"))])
    made.publish()
    monkeypatch.setattr("warehouse.build.builder_version", lambda: "another")
    assert made.publish("next").published


def grown(made: MadeBase, count: int) -> list[str]:
    names = []
    for number in range(count):
        made.run([(f"http://a.test/{number}", make_document([prose(str(number))], title=f"T{number}"))])
        names.append(made.publish().snapshot)
    return names


def test_a_person_goes_back_to_an_earlier_snapshot_and_stays_there_until_something_is_new(made: MadeBase) -> None:
    names = grown(made, 3)
    assert roll_back(made.base, "previous").name == names[1] and require_snapshot(made.base).name == names[1]
    assert made.rows("SELECT count(*) FROM works") == [(2,)]
    publication = made.publish("again")
    assert not publication.published and "rolled back" in publication.reason and require_snapshot(made.base).name == names[1]
    assert roll_back(made.base, "previous").name == names[0]
    with pytest.raises(UsageError, match="no snapshot before run01 is kept"):
        roll_back(made.base, "previous")
    assert roll_back(made.base, names[2]).name == names[2], "one may also go forward again"
    roll_back(made.base, names[0])
    made.run([("http://a.test/new", make_document([prose("new")], title="New"))])
    assert made.publish("new").published and len(made.rows("FROM works")) == 4
    with pytest.raises(UsageError, match="unknown snapshot 'nowhere'"):
        roll_back(made.base, "nowhere")


def test_what_was_turned_away_from_does_not_come_back_by_going_back_again(made: MadeBase) -> None:
    first, second, _ = grown(made, 3)
    roll_back(made.base, second)
    made.run([("http://a.test/new", make_document([prose("new")], title="New"))])
    fourth = publish(made.base, extractor_version="x1", classifier_version="c1", taxonomy=made.taxonomy, run="r9", encode=None, keep=3).snapshot
    assert [one.name for one in snapshots(made.base)] == [first, second, fourth], "what a person turned away from was kept instead"
    assert roll_back(made.base, "previous").name == second


def test_a_takedown_leaves_no_snapshot_with_the_text_and_no_deleted_rows(made: MadeBase) -> None:
    secret = "Quillfeather"
    gone = make_document([prose("a") + f" {secret} spoke."], title="Gone")
    made.run([(URL, gone), ("http://a.test/other", make_document([prose("b")], title="Other"))])
    made.publish()
    made.run([("http://a.test/third", make_document([prose("c")], title="Third"))])
    made.publish("second")
    made.decide(Decision("d1", "ann", FIRST_DAY, "redact", gone.id, reason="asked for"))
    made.publish("third")
    left = [path for path in made.base.warehouse.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
    assert left == [] and len(snapshots(made.base)) == 1


def test_so_many_snapshots_are_kept_as_is_asked(made: MadeBase) -> None:
    names = grown(made, 3)
    made.run([(URL, make_document([prose("more")], title="More"))])
    publish(made.base, extractor_version="x1", classifier_version="c1", taxonomy=made.taxonomy, run="r9", encode=None, keep=2)
    assert [one.name for one in snapshots(made.base)] == [names[2], "r9"]


@pytest.mark.parametrize("left", [(), ("manifest.json",), ("manifest.json", "warehouse.duckdb")])
def test_a_snapshot_that_was_emptied_is_told_in_one_line_and_replaced_by_publishing(made: MadeBase, left: tuple[str, ...]) -> None:
    document = make_document(["Care at home."], title="Home")
    made.run([("http://made.test/a", document)], taggings=[make_tagging(document)])
    made.publish()
    for path in require_snapshot(made.base).path.iterdir():
        if path.name not in left:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(IntegrandError, match="publish again with `integrand publish`") as told:
        Searcher(require_snapshot(made.base))
    assert "\n" not in str(told.value)
    if len(left) < 2:
        with pytest.raises(IntegrandError, match="not a readable snapshot"):
            require_snapshot(made.base)
        made.publish("again")
        assert Searcher(require_snapshot(made.base)).search("home").total == 1
