"""What would break: the first command that a newcomer runs, or the promise that a second run does nothing twice."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path
from urllib.parse import quote

import pytest

from evidence.archive import read_captures
from evidence.base import Base
from pipeline.demo_site.catalogue import load_documents
from tests.bench.process_tree import integrand
from tests.bench.real_site import compared, rows
from tests.pipeline.conftest import DemoBase

pytestmark = pytest.mark.slow


def test_the_demonstration_prints_what_it_found_and_three_commands_that_work(demo_base: DemoBase) -> None:
    assert "What was found" in demo_base.printed and "Nothing is new" not in demo_base.printed
    tried = [line.split("integrand ", 1)[1] for line in demo_base.printed.split("Try next:")[1].splitlines() if "integrand " in line]
    assert len(tried) == 3
    for line in tried:
        cost = integrand(*shlex.split(line))
        assert cost.code == 0 and len(cost.out) > 100, (line, cost.err)


def test_every_public_document_is_in_the_warehouse_and_no_disallowed_one(demo_base: DemoBase) -> None:
    listed = json.loads(integrand("sql", "SELECT url FROM captures WHERE document IS NOT NULL", "--json", "--base", str(demo_base.root)).out)
    paths = {"/" + row["url"].split("/", 3)[3] for row in listed}
    for document in load_documents():
        found = quote(document.path) in paths or document.path in paths
        assert found == (document.section != "drafts"), document.path


def test_a_second_run_fetches_reads_and_tags_nothing_and_says_so(demo_base: DemoBase, tmp_path: Path) -> None:
    copy = tmp_path / "base"
    shutil.copytree(demo_base.root, copy)
    before = rows(copy)
    cost = integrand("demo", "--base", str(copy))
    assert cost.code == 0, cost.err
    assert "0 fetched" in cost.out and "Nothing is new" in cost.out
    again = [capture for capture in read_captures(Base(copy)) if capture.outcome == "fetched"]
    assert len({(capture.url, capture.digest) for capture in again}) == len(again)
    assert compared(before, rows(copy), tuple(before)) == []


def test_verify_proves_the_demonstration_and_finds_a_flipped_byte(demo_base: DemoBase, tmp_path: Path) -> None:
    good = integrand("verify", "--base", str(demo_base.root), "--json")
    assert good.code == 0, good.out
    checked = json.loads(good.out)["checked"]
    assert checked["payloads"] > 50 and checked["spans"] > 300
    copy = tmp_path / "base"
    shutil.copytree(demo_base.root, copy)
    archive = next(copy.glob("archive/*/*.warc.gz"))
    payload = bytearray(archive.read_bytes())
    payload[len(payload) // 2] ^= 0xFF
    archive.write_bytes(payload)
    bad = integrand("verify", "--base", str(copy))
    assert bad.code == 1 and "problem" in bad.out
