"""The optional second opinion: a fake endpoint on this machine answers well, badly and not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from classify.tagging import Tagger
from evidence.errors import UsageError
from evidence.records import Document, Tag, Tagging
from evidence.settings import settings
from evidence.taxonomy import load_taxonomy
from pipeline.adjudicator import Adjudicator, adjudicator, second_opinion, version_with_adjudicator
from tests.classify.documents import HUB

QUOTE = "Nurses and social workers share one assessment and one record"
Reply = Callable[[dict[str, Any]], tuple[int, str]]


def says(**answer: object) -> Reply:
    """A chat completion with this answer."""
    content = f"Here it is:\n{json.dumps(answer)}"
    return lambda _: (200, json.dumps({"model": "small-one", "choices": [{"message": {"content": content}}]}))


@contextmanager
def endpoint(reply: Reply) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The address of a server that replies so, and the requests it has had."""
    requests: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            requests.append(asked | {"path": self.path})
            status, text = reply(asked)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", requests
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def machine() -> Tagging:
    """The hub's tags, of which a theme is unsure and nothing else."""
    tagging = Tagger().tag(HUB)
    tags = [replace(tag, unsure=False) for tag in tagging.tags if tag.facet != "theme"]
    return replace(tagging, tags=(*tags, Tag("theme", "data_sharing", 0.4, True, "cues", tags[0].span)))


def judged(machine: Tagging, reply: Reply, document: Document = HUB) -> tuple[Tagging, list[dict[str, Any]]]:
    with endpoint(reply) as (address, requests):
        return second_opinion(machine, document, load_taxonomy(), Adjudicator(address, "some-model")), requests


def theme(tagging: Tagging) -> Tag | None:
    return next((tag for tag in tagging.tags if tag.facet == "theme"), None)


def test_only_the_unsure_label_is_asked_about_and_the_answer_is_recorded_with_its_model_and_words(machine: Tagging) -> None:
    found, requests = judged(machine, says(holds=True, quote=QUOTE))
    assert len(requests) == 1
    request = requests[0]
    assert request["path"] == "/v1/chat/completions" and request["temperature"] == 0 and request["model"] == "some-model"
    assert "data_sharing" in request["messages"][1]["content"] and "Torbay" in request["messages"][1]["content"]
    tag = theme(found)
    assert tag is not None and tag.span is not None
    assert (tag.method, tag.unsure, tag.score) == ("adjudicated small-one", False, 0.4)
    assert HUB.text[tag.span.start : tag.span.end] == tag.span.quote == QUOTE and tag.span.page == 1
    assert [one for one in found.tags if one.facet != "theme"] == [one for one in machine.tags if one.facet != "theme"]


def test_a_label_that_does_not_hold_is_taken_away(machine: Tagging) -> None:
    assert theme(judged(machine, says(holds=False, quote=QUOTE))[0]) is None


@pytest.mark.parametrize(
    "reply",
    [
        says(holds=True, quote="The moon is made of integrated cheese."), says(holds=True, quote=""), says(holds=True),
        says(holds="yes", quote=QUOTE),
        lambda _: (200, "not JSON"), lambda _: (200, '{"choices": []}'), lambda _: (500, "{}"), lambda _: (302, "{}"),
        lambda _: (200, "x" * (1 << 21)),
    ],
    ids=["invented", "empty", "no quote", "no verdict", "not JSON", "no choice", "failing", "redirecting", "endless"],
)
def test_an_answer_that_is_no_literal_quotation_or_no_answer_changes_nothing_and_is_one_line(
    machine: Tagging, reply: Reply, capsys: pytest.CaptureFixture[str]
) -> None:
    found, _ = judged(machine, reply)
    assert found.tags == machine.tags and found.findings == machine.findings
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1 and "warning" in told[0]


def test_an_endpoint_that_is_not_there_is_tried_once(machine: Tagging, capsys: pytest.CaptureFixture[str]) -> None:
    with endpoint(says()) as (address, _):
        pass
    gone = Adjudicator(address, "")
    for _ in range(2):
        assert second_opinion(machine, HUB, load_taxonomy(), gone).tags == machine.tags
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_another_design_is_graded_anew_and_one_that_was_not_offered_is_refused(machine: Tagging) -> None:
    unsure = replace(machine, tags=tuple(replace(tag, unsure=tag.facet == "study_design", alternatives=()) for tag in machine.tags))
    found, _ = judged(unsure, says(label="randomised_trial", quote=QUOTE))
    labels = {tag.facet: tag.label for tag in found.tags if tag.facet in ("study_design", "evidence_strength")}
    assert labels["study_design"] == "randomised_trial"
    assert found.appraisal is not None and found.appraisal.steps[0].startswith("starts at strong")
    assert judged(unsure, says(label="sorcery", quote=QUOTE))[0].tags == unsure.tags


def test_a_document_called_off_topic_keeps_only_what_such_documents_carry(machine: Tagging) -> None:
    unsure = replace(machine, tags=tuple(replace(tag, unsure=tag.facet == "relevance") for tag in machine.tags))
    found, _ = judged(unsure, says(label="off_topic", quote=QUOTE))
    assert {tag.facet for tag in found.tags} <= {"relevance", "study_design", "evidence_strength", "theme", "population"}
    assert not found.findings and not found.places


@pytest.mark.parametrize("address", ["http://example.org:80/v1", "http://10.0.0.1:8080/v1", "https://127.0.0.1:1/v1", "http://127.0.0.1/v1", "x"])
def test_an_address_beyond_this_machine_is_refused_in_one_line(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTEGRAND_ADJUDICATOR", address)
    settings.cache_clear()
    try:
        with pytest.raises(UsageError, match=r"INTEGRAND_ADJUDICATOR: .*address of this machine"):
            settings()
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_nobody_is_asked_unless_set_and_tags_of_another_model_are_of_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    settings.cache_clear()
    assert adjudicator() is None and version_with_adjudicator("v") == "v"
    versions = set()
    try:
        for model in ("a", "b"):
            monkeypatch.setenv("INTEGRAND_ADJUDICATOR", "http://127.0.0.1:9/v1")
            monkeypatch.setenv("INTEGRAND_ADJUDICATOR_MODEL", model)
            settings.cache_clear()
            versions.add(version_with_adjudicator("v"))
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert len(versions) == 2 and "v" not in versions
