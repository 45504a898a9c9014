"""The optional second opinion: a fake endpoint on this machine answers well, badly and not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from classify.tagging import Tagger
from classify.tagging import classifier_version as version_of
from evidence.base import Base
from evidence.errors import UsageError
from evidence.records import Document, Span, Tag, Tagging
from evidence.segments import read_segments, segment_name, write_segment
from evidence.settings import settings
from evidence.taxonomy import load_taxonomy
from extract.reading import EXTRACTOR_VERSION
from pipeline import stages
from pipeline.adjudicator import Adjudicator, adjudicator, second_opinion, version_with_adjudicator
from pipeline.local_pool import Outcome
from pipeline.screening import _chance
from tests.classify.documents import BLOG, HUB

QUOTE = "Nurses and social workers share one assessment and one record"
Reply = Callable[[dict[str, Any]], tuple[int, str]]


def says(**answer: object) -> Reply:
    """A chat completion with this answer."""
    content = f"Here it is:\n{json.dumps(answer)}"
    return lambda asked: (200, json.dumps({"model": asked["model"], "choices": [{"message": {"content": content}}]}))


def says_of(answers: dict[str, dict[str, object]]) -> Reply:
    """Answers a question by the first of these words that stands in it."""
    def reply(asked: dict[str, Any]) -> tuple[int, str]:
        question = asked["messages"][1]["content"].split("<document>")[0]
        return says(**next(answer for word, answer in answers.items() if word in question))(asked)

    return reply


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


class _Doubtful:
    """Tags every document with one theme that it is unsure of."""

    def tag(self, document: Document) -> Tagging:
        tag = Tag("theme", "data_sharing", 0.4, True, "cues", Span(1, 0, 5, document.text[:5]))
        return Tagging(document.id, EXTRACTOR_VERSION, version_of(load_taxonomy()), tags=(tag,))


class _Here:
    """A pool that works in this process."""

    def map(self, work: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Outcome[Any, Any]]:
        for item in items:
            yield Outcome(item, work(item), None, 0.0)


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
    assert (tag.method, tag.unsure, tag.score) == ("adjudicated some-model", False, 0.4)
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


def test_one_question_that_always_fails_leaves_the_other_documents_their_answers(machine: Tagging, capsys: pytest.CaptureFixture[str]) -> None:
    def reply(asked: dict[str, Any]) -> tuple[int, str]:
        return (504, "{}") if "Unlucky" in asked["messages"][1]["content"] else says(holds=True, quote=QUOTE)(asked)

    unlucky = replace(HUB, id="b" * 64, title="Unlucky")
    with endpoint(reply) as (address, requests):
        who = Adjudicator(address, "some-model")
        found = [second_opinion(machine, one, load_taxonomy(), who) for one in (unlucky, HUB, unlucky, unlucky, HUB)]
    methods = [tag.method if (tag := theme(one)) else None for one in found]
    assert methods == ["cues", "adjudicated some-model", "cues", "cues", "adjudicated some-model"]
    assert found[0] == machine, "a document about which nobody answered is not known as one that is owed an answer"
    told = capsys.readouterr().err.strip().splitlines()
    assert len(requests) == 5 and len(told) == 3 and all("Unlucky" in line and "504" in line for line in told)


def test_an_endpoint_that_fails_on_two_documents_in_a_row_is_asked_no_more(machine: Tagging, capsys: pytest.CaptureFixture[str]) -> None:
    with endpoint(lambda _: (503, "{}")) as (address, requests):
        who = Adjudicator(address, "some-model")
        for one in (HUB, replace(HUB, id="b" * 64), HUB):
            assert second_opinion(machine, one, load_taxonomy(), who) == machine
    assert len(requests) == len(capsys.readouterr().err.strip().splitlines()) == 2 and who.silent


def test_another_design_is_graded_anew_and_one_that_was_not_offered_is_refused(machine: Tagging) -> None:
    unsure = replace(machine, tags=tuple(replace(tag, unsure=tag.facet == "study_design", alternatives=()) for tag in machine.tags))
    found, _ = judged(unsure, says(label="randomised_trial", quote=QUOTE))
    labels = {tag.facet: tag.label for tag in found.tags if tag.facet in ("study_design", "evidence_strength")}
    assert labels["study_design"] == "randomised_trial"
    assert found.appraisal is not None and found.appraisal.steps[0].startswith("starts at strong")
    assert judged(unsure, says(label="sorcery", quote=QUOTE))[0].tags == unsure.tags


def relabelled(machine: Tagging, *unsure: str) -> Tagging:
    """The hub's tags with those of these facets unsure and no others."""
    return replace(machine, tags=tuple(replace(tag, unsure=tag.facet in unsure) for tag in machine.tags))


def test_a_document_called_off_topic_keeps_all_that_such_documents_carry_and_nothing_else_is_asked(machine: Tagging) -> None:
    integration = {tag.facet for tag in machine.tags if not load_taxonomy().facet(tag.facet).off_topic}
    assert integration and machine.findings and machine.places, "the hub has nothing that an off-topic document lacks: this test shows nothing"
    asked = {"integration_type", "theme", "relevance"}
    unsure = relabelled(replace(machine, tags=tuple(sorted(machine.tags, key=lambda tag: tag.facet))), *asked)
    found, requests = judged(unsure, says_of({"off_topic": {"label": "off_topic", "quote": QUOTE}, "": {"holds": True, "quote": QUOTE}}))
    assert [(tag.facet, tag.label) for tag in found.tags if tag.facet != "relevance"] == [
        (tag.facet, tag.label) for tag in unsure.tags if tag.facet not in integration | {"relevance"}
    ]
    assert [(tag.label, tag.unsure, tag.span) for tag in found.tags if tag.facet == "relevance"] == [("off_topic", False, None)]
    assert not found.findings and not found.places and found.appraisal == machine.appraisal
    themes = sum(tag.facet == "theme" for tag in unsure.tags)
    assert len(requests) == 1 + themes, "labels were asked about that an off-topic document does not carry"


def test_a_document_called_off_topic_goes_down_in_screening_and_one_confirmed_goes_up(machine: Tagging) -> None:
    for score, label, low, high in ((0.7, "off_topic", 0.0, 0.31), (0.4, "off_topic", 0.0, 0.41), (0.4, "relevant", 0.59, 1.0)):
        tags = tuple(replace(tag, score=score) if tag.facet == "relevance" else tag for tag in relabelled(machine, "relevance").tags)
        found, _ = judged(replace(machine, tags=tags), says(label=label, quote=QUOTE))
        assert low <= _chance(found) <= high, (score, label)


def test_findings_lose_the_integration_types_that_were_taken_away(machine: Tagging) -> None:
    types = sorted({label for one in machine.findings for label in one.integration_types})
    labels = [tag.label for tag in machine.tags if tag.facet == "integration_type" and tag.label in types]
    assert labels, "no finding of the hub has a type that the document has"
    gone = labels[0]
    tags = tuple(replace(tag, unsure=tag.facet == "integration_type" and tag.label == gone) for tag in machine.tags)
    found, _ = judged(replace(machine, tags=tags), says(holds=False, quote=QUOTE))
    assert [set(one.integration_types) for one in found.findings] == [set(one.integration_types) - {gone} for one in machine.findings]
    assert [one.span for one in found.findings] == [one.span for one in machine.findings]


def test_findings_of_a_document_that_turns_out_to_be_a_model_are_hedged(machine: Tagging) -> None:
    unsure = relabelled(machine, "study_design")
    offered = replace(unsure, tags=tuple(replace(tag, alternatives=()) for tag in unsure.tags))
    found, _ = judged(offered, says(label="modelling", quote=QUOTE))
    assert found.findings and all(one.hedged for one in found.findings) and not all(one.hedged for one in machine.findings)


def test_an_endpoint_behind_which_another_model_answers_is_refused_once(machine: Tagging, capsys: pytest.CaptureFixture[str]) -> None:
    def other(asked: dict[str, Any]) -> tuple[int, str]:
        return says(holds=False, quote=QUOTE)(asked | {"model": "other-one"})

    with endpoint(other) as (address, requests):
        who = Adjudicator(address, "some-model")
        for _ in range(2):
            assert second_opinion(machine, HUB, load_taxonomy(), who) == machine
    told = capsys.readouterr().err.strip().splitlines()
    assert len(requests) == len(told) == 1 and "other-one" in told[0] and "some-model" in told[0]


def test_without_a_name_the_first_model_that_answers_is_held_to_its_own(machine: Tagging) -> None:
    names = iter(("first", "first", "second"))
    with endpoint(lambda asked: says(holds=True, quote=QUOTE)(asked | {"model": next(names)})) as (address, _):
        who = Adjudicator(address, "")
        found = [second_opinion(machine, HUB, load_taxonomy(), who) for _ in range(3)]
    assert [tag.method if (tag := theme(one)) else None for one in found] == ["adjudicated first", "adjudicated first", "cues"]


def test_documents_about_which_nobody_answered_are_asked_about_in_the_next_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = Base(tmp_path / "base").create()
    read = [replace(one, extractor_version=EXTRACTOR_VERSION) for one in (HUB, BLOG)]
    write_segment(base.documents(EXTRACTOR_VERSION) / segment_name("made", 0), read, Document)
    monkeypatch.setattr(stages, "_tagger", _Doubtful())
    monkeypatch.setattr(stages, "tagging_pool", lambda: nullcontext(_Here()))
    busy = True

    def reply(asked: dict[str, Any]) -> tuple[int, str]:
        return (503, "{}") if busy else says(holds=True, quote=asked["messages"][1]["content"].split("</document>")[0].strip()[-40:])(asked)

    def kept() -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for one in read_segments(base.tags(stages.classifier_version()), Tagging):
            found.setdefault(one.document, []).append(next(tag.method for tag in one.tags if tag.facet == "theme"))
        return found

    with endpoint(reply) as (address, requests):
        monkeypatch.setenv("INTEGRAND_ADJUDICATOR", address)
        settings.cache_clear()
        try:
            assert stages.classify(base, "run1").done == 2
            assert kept() == {HUB.id: ["cues"], BLOG.id: ["cues"]} and len(requests) == 2
            assert stages.classify(base, "run2").done == 0
            busy = False
            assert stages.classify(base, "run3").done == 2
            assert kept() == {HUB.id: ["adjudicated default"], BLOG.id: ["adjudicated default"]}
            asked = len(requests)
            assert stages.classify(base, "run4").done == 0 and len(requests) == asked, "answered documents were asked about again"
        finally:
            monkeypatch.undo()
            settings.cache_clear()


@contextmanager
def owing(base: Base, documents: int, reply: Reply, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """A base of so many documents, each in a segment of its own and so its tagging, about none of which anybody has answered; the requests."""
    for number in range(documents):
        one = replace(HUB, id=f"{number:064x}", title=f"Report {number}", extractor_version=EXTRACTOR_VERSION)
        write_segment(base.documents(EXTRACTOR_VERSION) / segment_name("made", number + 1), [one], Document)
    with endpoint(reply) as (address, requests):
        monkeypatch.setenv("INTEGRAND_ADJUDICATOR", address)
        settings.cache_clear()
        try:
            for number in range(documents):
                doubtful = _Doubtful().tag(replace(HUB, id=f"{number:064x}"))
                write_segment(base.tags(stages.classifier_version()) / segment_name("made", number + 1), [doubtful], Tagging)
            yield requests
        finally:
            monkeypatch.undo()
            settings.cache_clear()


def reads_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The segments of a folder, in the order in which they are opened from now on."""
    opened: list[str] = []
    open_file = pq.ParquetFile

    def opening(path: Path, **how: Any) -> Any:
        if Path(path).parent == folder:
            opened.append(Path(path).name)
        return open_file(path, **how)

    monkeypatch.setattr(pq, "ParquetFile", opening)
    return opened


def test_what_is_read_to_ask_again_grows_with_the_documents_and_not_with_their_square(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = Base(tmp_path / "base").create()
    with owing(base, 12, says(holds=True, quote=QUOTE), monkeypatch):
        opened = reads_of(base.documents(EXTRACTOR_VERSION), monkeypatch)
        asked = adjudicator()
        assert asked is not None and stages.ask_again(base, "run1", asked) == 12
    assert sorted(opened) == sorted(2 * list(dict.fromkeys(opened))) and len(opened) == 24, "once for the ids and once for the text"


def test_no_text_is_read_for_an_endpoint_that_has_gone_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = Base(tmp_path / "base").create()
    with owing(base, 12, lambda _: (503, "{}"), monkeypatch) as requests:
        opened = reads_of(base.documents(EXTRACTOR_VERSION), monkeypatch)
        asked = adjudicator()
        assert asked is not None and stages.ask_again(base, "run1", asked) == 0
    assert len(requests) == 2 and len(opened) == 12 + 2


def test_no_document_waits_for_ever_behind_two_on_which_the_endpoint_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = Base(tmp_path / "base").create()
    unlucky = ("Report 0\n", "Report 1\n")

    def reply(asked: dict[str, Any]) -> tuple[int, str]:
        fails = any(title in asked["messages"][1]["content"] for title in unlucky)
        return (504, "{}") if fails else says(holds=True, quote=QUOTE)(asked)

    with owing(base, 5, reply, monkeypatch):
        answered = 0
        for run in range(12):
            asked = adjudicator()
            assert asked is not None
            answered += stages.ask_again(base, f"run{run}", asked)
        owed = [one.document for one in read_segments(base.tags(stages.classifier_version()), Tagging) if one.version != stages.classifier_version()]
    assert answered == 3 and sorted(owed) == [f"{number:064x}" for number in range(2)]


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
