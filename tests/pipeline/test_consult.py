"""What would break: what people read on the terminal when they ask the base."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from evidence.records import Appraisal, Decision
from pipeline.cli import build_app
from tests.warehouse.conftest import Library, make_library
from tests.warehouse.factory import FIRST_DAY, MadeBase, make_document, make_tagging, prose


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return make_library(MadeBase(tmp_path_factory.mktemp("consult") / "base"))


def told(library: Library, *arguments: str) -> Result:
    # Settings are read once a process, so the base is named by the option.
    named = [*arguments, *([] if arguments[0] == "taxonomy" else ["--base", str(library.made.root)])]
    return CliRunner().invoke(build_app(arguments), named, env={"INTEGRAND_SEMANTIC": "0"})


def test_a_guess_is_marked_where_a_work_is_listed(library: Library) -> None:
    lines = told(library, "search", "").output.splitlines()
    (budgets,) = [lines[at + 1] for at, line in enumerate(lines) if "Pooled budgets" in line and line[0].isdigit()]
    assert "policy (guess)" in budgets and "financial" in budgets and "financial (guess)" not in budgets
    assert sum("(guess)" in line for line in lines) == 1


def test_the_other_terms_that_were_looked_for_are_told_and_can_be_left_out(library: Library) -> None:
    assert "joined-up: also looked for " in told(library, "search", "joined-up care").output.lower() or \
        "joined-up care: also looked for " in told(library, "search", "joined-up care").output.lower()
    exact = told(library, "search", "joined-up care", "--exact").output
    assert "also looked for" not in exact
    assert json.loads(told(library, "search", "joined-up care", "--exact", "--json").output)["expanded"] == {}


def test_a_label_of_a_person_is_shown_with_the_persons_name_and_others_with_their_chance(library: Library) -> None:
    lines = told(library, "show", library.id("torbay")).output.splitlines()
    assert "integration_type: service, said by ann" in lines
    assert any(line.startswith("study_design: case_study 0.") and line.endswith(", said by machine") for line in lines)


def test_a_grade_that_follows_from_a_persons_design_is_shown_as_the_machines(tmp_path: Path) -> None:
    made = MadeBase(tmp_path / "base")
    document = make_document([prose("a", 20)], title="A")
    made.run([("http://a.test/x.pdf", document)], taggings=[make_tagging(document)])
    made.decide(Decision("d1", "ann", FIRST_DAY, "change", document.id, facet="study_design", label="case_study", new_label="policy"))
    made.publish(regrade=lambda _, design: (Appraisal("none", (f"{design} starts at none",)), None))
    command = ["show", document.id, "--base", str(made.root)]
    lines = CliRunner().invoke(build_app(command), command, env={"INTEGRAND_SEMANTIC": "0"}).output.splitlines()
    assert "study_design: policy, said by ann" in lines
    assert "evidence_strength: none, said by machine, following what ann decided" in lines


def test_show_tells_where_the_values_of_a_work_came_from(library: Library) -> None:
    shown = told(library, "show", library.id("torbay"))
    values = json.loads(told(library, "show", library.id("torbay"), "--json").output)["provenance"]
    assert shown.exit_code == 0 and any(one["chosen"] for one in values)
    for one in values:
        if one["chosen"]:
            assert any(one["field"] in line.partition(" from ")[0].split(", ") and line.endswith(f" from {one['source']}")
                       for line in shown.output.splitlines()), one


def test_what_a_reader_should_know_of_an_answer_is_told(library: Library) -> None:
    assert "note: no work has the place 'atlantis'" in told(library, "search", "place:Atlantis").output


def test_a_device_is_no_file_to_write_to(library: Library, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for arguments in (["query", "gaps", "--format", "csv", "-o", str(fifo)], ["export", "--format", "ris", "-o", str(fifo)]):
        result = told(library, *arguments)
        assert "is a FIFO, no regular file" in str(result.exception)
    assert fifo.is_fifo()


def test_the_vocabulary_is_shown_and_written(library: Library, tmp_path: Path) -> None:
    assert "integration_type: Integration type. 9 labels" in told(library, "taxonomy", "show").output
    assert "in Fulop" in " ".join(told(library, "taxonomy", "show", "integration_type", "clinical").output.split())
    assert json.loads(told(library, "taxonomy", "show", "integration_type", "clinical", "--json").output)["id"] == "clinical"
    assert "did you mean 'clinical'" in str(told(library, "taxonomy", "show", "integration_type", "clinicl").exception)
    out = tmp_path / "x.ttl"
    assert told(library, "taxonomy", "export", "--format", "skos", "-o", str(out)).exit_code == 0
    assert out.read_text("utf-8") == told(library, "taxonomy", "export", "--format", "skos").output and "skos:closeMatch" in out.read_text("utf-8")


def test_a_work_is_cited(library: Library) -> None:
    assert told(library, "show", library.id("torbay"), "--cite").output.startswith("van Example, Ann and The Made Foundation (2011)")
    assert told(library, "show", library.id("torbay"), "--cite", "--style", "bibtex").output.startswith("@techreport{vanexample2011-")


def test_documents_that_could_not_be_read_are_counted_by_status(library: Library) -> None:
    assert "1 documents could not be read" in told(library, "status").output


def test_a_label_of_any_facet_is_a_filter(library: Library) -> None:
    given = [told(library, "search", "--unnoted", "--json", *labels) for labels in ((), ("--label", "population:older_people"))]
    every, older = (json.loads(one.output)["total"] for one in given)
    assert 0 < older < every
    assert "--label carers: expected facet:label" in str(told(library, "search", "--label", "carers").exception)
    assert "unknown label of population 'carer'" in str(told(library, "search", "--label", "population:carer").exception)


def test_searches_are_saved_listed_made_again_and_reported(tmp_path: Path) -> None:
    library = make_library(MadeBase(tmp_path / "base"))
    assert told(library, "searches", "save", "money", "budget*", "--type", "financial").output.startswith("#1 money: ")
    assert json.loads(told(library, "searches", "run", "--json").output)["new"] == []
    assert [line["number"] for line in json.loads(told(library, "searches", "history", "--json").output)] == [1, 2]
    assert "money" in told(library, "searches", "list").output
    out = tmp_path / "record.md"
    assert told(library, "searches", "export", "-o", str(out)).exit_code == 0 and "## #2 money" in out.read_text("utf-8")
    assert "unknown saved search 'x'" in str(told(library, "searches", "export", "x", "-o", str(out)).exception)


def test_searches_are_numbered_combined_fed_and_tried_against_known_works(tmp_path: Path) -> None:
    library = make_library(MadeBase(tmp_path / "base"))
    assert told(library, "search", "budget*").output.splitlines()[-1].startswith("#1: 2 works")
    assert json.loads(told(library, "search", "trial", "--json").output)["number"] == 2
    both = json.loads(told(library, "search", "#1 OR #2", "--unnoted", "--json").output)
    assert both["total"] == 3 and both["number"] is None
    assert "did you mean: pooled budgets" in told(library, "search", "pooled bugdets").output
    alike = json.loads(told(library, "search", "--like", library.id("torbay"), "--json").output)
    like = [one["id"] for one in alike["works"]]
    assert like and library.id("torbay") not in like and alike["number"] == 4
    assert json.loads(told(library, "search", "--like", library.id("torbay"), "--unnoted", "--json").output)["number"] is None
    assert told(library, "search", "x", "--like", library.id("torbay")).exception.exit_code == 2  # type: ignore[union-attr]
    told(library, "searches", "save", "money", "budget*")
    assert "the newest of 2 works" in told(library, "searches", "feed", "money", "-o", str(tmp_path / "money.atom")).output
    assert b"Pooled budgets in practice" in (tmp_path / "money.atom").read_bytes()
    assert len(json.loads(told(library, "searches", "history", "--json").output)) == 5, "a feed adds no line"
    known = tmp_path / "known.ris"
    known.write_text("TY  - RPRT\nTI  - Pooled budgets in practice\nPY  - 2015\nER  - \n\nTY  - JOUR\nTI  - Something else\nDO  - 10.5555/plan\n"
                     "ER  - \n\nTY  - RPRT\nTI  - Not in any base\nER  - \n", "utf-8")
    answer = json.loads(told(library, "recall", "--known", str(known), "--saved", "money", "--json").output)
    assert [answer[name] for name in ("known", "held", "found")] == [3, 2, 1]
    assert [one["by"] for one in answer["works"]] == ["title", "doi", None]
    told(library, "searches", "save", "all", "")
    assert json.loads(told(library, "recall", "--known", str(known), "--saved", "all", "--json").output)["found"] == 2, "everything is a search, too"
    known.write_text("10.5555/plan\nPooled budgets in practice\n", "utf-8")
    assert "2 of 2 known works are in the base" in told(library, "recall", "--known", str(known)).output
    known.write_text("\n", "utf-8")
    assert "holds no work" in str(told(library, "recall", "--known", str(known)).exception)


def test_a_table_rounds_numbers_and_times_and_a_file_keeps_them(library: Library) -> None:
    statement = ("SELECT 0.17309285714285716::DOUBLE AS a, 12.0::DOUBLE AS b, 0.0000123456::DOUBLE AS c, [0.123456::DOUBLE] AS d, "
                 "TIMESTAMP '2026-05-01 10:11:12.345678' AS e, 0.0::DOUBLE AS f, 123456.5::DOUBLE AS g")
    cells = [cell.strip() for cell in told(library, "sql", statement).output.splitlines()[3].split("│")[1:-1]]
    assert cells == ["0.1731", "12", "1.235e-05", "0.1235", "2026-05-01 10:11:12", "0", "123456.5"]
    assert "0.17309285714285716" in told(library, "sql", statement, "--format", "csv").output


def test_a_saved_search_that_takes_anothers_name_is_told(tmp_path: Path) -> None:
    own = make_library(MadeBase(tmp_path / "base"))
    outputs = [told(own, "searches", "save", "money", query).output for query in ("budget*", "budget*", "pooled")]
    assert ["is replaced" in output for output in outputs] == [False, False, True]
    assert "money is replaced: it was budget* (#2)" in outputs[2]
