"""What would break: exit codes and one-line errors that scripts and people rely on; a bad file would cost the batch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from evidence.base import Base
from pipeline.local_site import LocalSite
from tests.bench.process_tree import ROOT, integrand
from tests.pipeline.conftest import DemoBase

LETTER = (
    "Joining up care in Anytown\n\nThe health board and the council have pooled their budgets for older people under a formal agreement. "
    "A multidisciplinary team of nurses, social workers and therapists now meets every week in one building and keeps one shared care plan "
    "for each person. The partners describe here what they did and what they learned from the first year of working together.\n") * 3


@pytest.mark.parametrize(("arguments", "code", "said"), [
    (["frobnicate"], 2, "No such command 'frobnicate'"),
    (["search", "--bogus"], 2, "No such option: --bogus"),
    (["show"], 2, "Missing argument"),
    (["status", "--base", "/nonexistent/base"], 2, "no evidence base here"),
    (["harvest", "nufield-trust"], 2, "did you mean nuffield-trust?"),
    (["harvest", "nuffield-trust", "--since", "yesterday"], 2, "--since yesterday: not a date"),
    (["run", "--origin", "http://127.0.0.1:1"], 2, "--origin: goes with exactly one source"),
    (["search", "--place", os.fsdecode(b"\xff")], 2, "is not UTF-8 text"),
    (["search", os.fsdecode(b"caf\xe9")], 2, "is not UTF-8 text"),
    (["sql", os.fsdecode(b"SELECT '\xe9'")], 2, "is not UTF-8 text"),
    (["query", "gaps", "-p", os.fsdecode(b"rows=\xe9")], 2, "is not UTF-8 text"),
    (["status", "--base", "x" * 300], 1, "File name too long"),
])
def test_wrong_usage_is_one_line_and_exit_2(tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    base = tmp_path / "base"
    cost = integrand(*arguments, *([] if "--base" in arguments or arguments[0] == "frobnicate" else ["--base", str(base)]))
    assert cost.code == code and said in cost.err and cost.err.count("\n") == 1, cost.err
    assert cost.out == "" and not base.exists()


def test_the_program_alone_prints_its_help_and_no_empty_message() -> None:
    cost = integrand()
    assert cost.code == 2 and "search" in cost.out + cost.err and "integrand: ;" not in cost.err


def test_paths_without_a_file_make_no_base_and_are_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name, reason in (("absent.pdf", "no such file"), ("empty", "no files in this folder")):
        cost = integrand("ingest", str(tmp_path / name), "--base", str(tmp_path / "base"))
        assert (cost.code, cost.out, cost.err.count("\n")) == (1, "", 1) and f"{name}: {reason}" in cost.err
        assert not (tmp_path / "base").exists()
    cost = integrand("read", str(tmp_path / "empty"))
    assert (cost.code, cost.out, cost.err.count("\n")) == (1, "", 1) and "empty: no files in this folder" in cost.err


def test_a_setting_that_does_not_fit_is_named(tmp_path: Path) -> None:
    cost = integrand("read", "x.pdf", env={"INTEGRAND_WORKERS": "many"})
    assert cost.code == 2 and "INTEGRAND_WORKERS" in cost.err and cost.err.count("\n") == 1


def bad_files(folder: Path) -> None:
    (folder / "good.txt").write_text(LETTER, "utf-8")
    (folder / "empty.pdf").touch()
    (folder / "not-a-pdf.pdf").write_bytes(b"%PDF-1.7\nthis is no PDF at all")
    (folder / "noise.docx").write_bytes(os.urandom(4000))
    (folder / "truncated.docx").write_bytes(b"PK\x03\x04" + bytes(500))


def test_read_gives_a_line_for_every_file_and_exit_1_for_refused_ones(tmp_path: Path) -> None:
    bad_files(tmp_path)
    cost = integrand("read", str(tmp_path), str(tmp_path / "absent.pdf"), "--json")
    answers = {Path(one["path"]).name: one for one in map(json.loads, cost.out.splitlines())}
    assert cost.code == 1 and len(answers) == 6
    assert answers["good.txt"]["status"] == "ok" and answers["good.txt"]["title"] == "Joining up care in Anytown"
    for name in ("empty.pdf", "not-a-pdf.pdf", "noise.docx", "truncated.docx", "absent.pdf"):
        assert answers[name]["status"] == "refused" and len(answers[name]["reason"]) > 5, name
        assert "Traceback" not in answers[name]["reason"] and "\n" not in answers[name]["reason"]


@pytest.mark.slow
def test_tag_gives_spans_that_are_literal(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(LETTER, "utf-8")
    text = json.loads(integrand("read", str(tmp_path / "good.txt"), "--json").out)["pages"][0]["text"]
    cost = integrand("tag", str(tmp_path / "good.txt"), "--json")
    answer = json.loads(cost.out)
    assert cost.code == 0 and answer["relevance"]["label"] == "relevant"
    spans = [one["span"] for one in [*answer["tags"], *answer["places"], *answer["findings"], answer["relevance"], answer["study_design"]]]
    assert spans and all(text[span["start"]:span["end"]] == span["quote"] for span in spans if span)
    assert {one["label"] for one in answer["tags"] if one["facet"] == "integration_type"} >= {"financial", "service"}


@pytest.mark.slow
def test_ingest_keeps_what_can_be_read_and_records_each_refusal(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    bad_files(tmp_path / "in")
    base = tmp_path / "base"
    cost = integrand("ingest", str(tmp_path / "in"), "--base", str(base), "--json")
    assert cost.code == 1, cost.err
    found = json.loads(integrand("search", "pooled budgets", "--base", str(base), "--json").out)
    assert [work["title"] for work in found["works"]] == ["Joining up care in Anytown"]
    [report] = Base(base).run_reports()
    recorded = {Path(what).name: reason for stage in report.stages for what, reason in stage.refusals}
    assert set(recorded) == {"empty.pdf", "not-a-pdf.pdf", "noise.docx", "truncated.docx"} and all(recorded.values())
    again = integrand("ingest", str(tmp_path / "in"), "--base", str(base), "--json")
    assert json.loads(again.out)["sources"][0]["fetched"] == 0


@pytest.mark.slow
def test_a_second_writer_gets_exit_4_and_readers_go_on(demo_base: DemoBase) -> None:
    code = f"from evidence.base import Base\nimport sys\nwith Base({str(demo_base.root)!r}).lock():\n print('held', flush=True)\n sys.stdin.read()"
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert holder.stdout is not None and holder.stdin is not None
    holder.stdout.readline()
    try:
        busy = integrand("publish", "--base", str(demo_base.root))
        assert busy.code == 4 and "holds this base" in busy.err and busy.err.count("\n") == 1
        assert integrand("search", "care", "--base", str(demo_base.root)).code == 0
    finally:
        holder.stdin.close()
        holder.wait()


@pytest.mark.slow
def test_a_source_that_gives_less_than_expected_is_exit_3_and_what_came_is_kept(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text(f"<html><body><main><h1>Only page</h1><p>{LETTER}</p></main></body></html>", "utf-8")
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "thin.toml").write_text(
        'name = "Thin"\npublisher = "Thin"\norigin = "https://thin.example"\n'
        '[discovery]\npages = ["/index.html"]\n[expect]\npages_min = 5\n', "utf-8")
    env = {"INTEGRAND_SOURCES": str(tmp_path / "sources")}
    with LocalSite(tmp_path / "site") as site:
        cost = integrand("run", "thin", "--origin", site.origin, "--base", str(tmp_path / "base"), env=env)
    assert cost.code == 3 and "broken: thin" in cost.err, cost.err
    assert json.loads(integrand("search", "", "--base", str(tmp_path / "base"), "--json").out)["total"] == 1


@pytest.mark.slow
def test_answers_for_programs_hold_nothing_but_json(demo_base: DemoBase) -> None:
    base = ["--base", str(demo_base.root)]
    for arguments in (["search", "shared care record"], ["status"], ["doctor"], ["query", "--list"], ["sql", "SELECT 1 AS one"],
                      ["query", "strongest_evidence"]):
        cost = integrand(*arguments, "--json", *base)
        assert cost.code == 0 and json.loads(cost.out) is not None, (arguments, cost.err)


@pytest.mark.slow
def test_search_show_and_export_agree(demo_base: DemoBase, tmp_path: Path) -> None:
    base = ["--base", str(demo_base.root)]
    found = json.loads(integrand("search", "", "--type", "financial", "--limit", "100", "--json", *base).out)
    assert found["total"] >= 3
    work = json.loads(integrand("show", found["works"][0]["id"][:12], "--json", *base).out)
    assert work["id"] == found["works"][0]["id"] and "financial" in {tag["label"] for tag in work["tags"]}
    out = tmp_path / "out.csv"
    cost = integrand("export", "--format", "csv", "-o", str(out), "--type", "financial", *base)
    assert cost.code == 0 and len(out.read_text("utf-8").strip().splitlines()) >= found["total"]
    assert integrand("export", "--format", "docx", "-o", str(out), *base).code == 2
