"""The trap suite itself: whole, well-formed, in true pairs, and scored by rules that can tell right from wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evidence.errors import UsageError
from evidence.records import Finding, Place, Span, Tag, Tagging
from tests.quality import traps

FEWEST_DOCUMENTS = 150
KINDS = {
    "own_or_cited_trial", "opinion_about_trial", "protocol_or_result", "board_paper", "guidance_or_policy", "annual_report",
    "statistics_bulletin", "modelled_or_measured", "pilot_by_name_or_pilot_study", "small_n", "matched_controls_and_replication",
    "economic_evaluation", "patchy_literature", "no_evidence_that", "expectation_or_result", "hedged_or_planned", "negative_or_null",
    "association_or_intervention", "table_only", "other_integration", "furniture", "case_management", "inside_or_shared_records",
    "linked_data", "merger", "drug_policy", "united_states_terms", "canadian_terms", "australian_terms", "denied_integration",
    "service_itself_or_joined", "ambiguous_place", "publishers_address", "people_and_things_named_as_places",
}
DOCUMENT = '''
[[documents]]
id = "{id}"
pair = "p"
kind = "k"
text = "{text}"
[documents.expect]
{expect}
'''
SPAN = Span(1, 0, 4, "text")
FINDING = Finding("a team", ("service",), "cost", "decrease", "improved", own=True, hedged=False, span=SPAN)


@pytest.fixture(scope="module")
def suite() -> tuple[traps.Trap, ...]:
    return traps.load_traps()


def test_the_suite_has_every_kind_and_enough_documents(suite: tuple[traps.Trap, ...]) -> None:
    assert len(suite) >= FEWEST_DOCUMENTS
    assert {trap.kind for trap in suite} == KINDS


def test_every_document_is_read_whole_and_as_english(suite: tuple[traps.Trap, ...]) -> None:
    for trap in suite:
        document = traps.document(trap)
        assert document.status == "ok", trap.id
        assert document.language == "en", trap.id
        kept = len(document.text.split()) / len(trap.text.split())
        assert kept >= (0.85 if trap.kind == "table_only" else 0.95), trap.id


def test_no_document_stands_in_the_suite_twice(suite: tuple[traps.Trap, ...]) -> None:
    assert len({" ".join(trap.text.split()) for trap in suite}) == len(suite)


def test_names_of_places_and_findings_asked_for_are_in_the_text(suite: tuple[traps.Trap, ...]) -> None:
    for trap in suite:
        for side in ("has", "lacks"):
            for item in trap.expect.get("places", {}).get(side, []):
                name = item if isinstance(item, str) else item["name"]
                assert name.casefold() in trap.text.casefold(), (trap.id, name)


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ('relevance = "perhaps"', "expect.relevance: expected a label of relevance, found 'perhaps'"),
        ('colour = "red"', "expect.colour: expected relevance"),
        ('integration_type = { has = ["spiritual"] }', "expect.integration_type.has: expected a label of integration_type"),
        ('findings = { has = [{ outcome = "joy" }] }', "expect.findings.has.outcome: expected a label of outcome_domain"),
        ('findings = { has = [{ direction = "up" }] }', "expect.findings.has.direction: expected one of improved"),
        ('findings = { has = [{ own = "yes" }] }', "expect.findings.has: expected some of outcome"),
        ("findings = { none = false }", "expect.findings.none: expected true"),
        ('findings = "none"', "expect.findings: expected a table"),
        ('relevance = "off_topic"\nfindings = { has = [{ own = true }] }', "an off-topic document has neither"),
    ],
)
def test_a_wrong_expectation_is_refused_with_file_document_and_key(tmp_path: Path, expect: str, message: str) -> None:
    (tmp_path / "bad.toml").write_text(DOCUMENT.format(id="one", text="word " * 100, expect=expect), encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        traps.load_traps(tmp_path)
    assert str(refused.value).startswith("bad.toml: one: ")
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (("one", "relevant"), "expected each id once"),
        (("two", "off_topic"), "expected the members to differ"),
        (None, "expected a pair to have two members"),
    ],
)
def test_a_pair_that_is_no_pair_is_refused(tmp_path: Path, second: tuple[str, str] | None, message: str) -> None:
    rows = [("one", "off_topic")] + ([second] if second else [])
    text = "".join(DOCUMENT.format(id=id, text="word " * 100, expect=f'relevance = "{label}"') for id, label in rows)
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        traps.load_traps(tmp_path)


def _trap(**expect: object) -> traps.Trap:
    return traps.Trap("one", "p", "k", "text", expect, "bad.toml")


def _tagging(*tags: tuple[str, str], findings: tuple[Finding, ...] = (), places: tuple[Place, ...] = ()) -> Tagging:
    made = tuple(Tag(facet, label, 0.9, False, "cues", SPAN) for facet, label in tags)
    return Tagging("document", "1", "1", tags=made, findings=findings, places=places)


def _held(expect: dict[str, object], tagging: Tagging) -> list[bool]:
    return [check.held for check in traps.checks(_trap(**expect), tagging)]


def test_a_missing_or_second_label_of_a_single_facet_is_wrong() -> None:
    expect: dict[str, object] = {"relevance": "relevant"}
    assert _held(expect, _tagging(("relevance", "relevant"))) == [True]
    assert _held(expect, _tagging()) == [False]
    assert _held(expect, _tagging(("relevance", "relevant"), ("relevance", "off_topic"))) == [False]


def test_types_that_must_and_must_not_be_there_are_a_check_each() -> None:
    expect: dict[str, object] = {"integration_type": {"has": ["clinical"], "lacks": ["financial"]}}
    assert _held(expect, _tagging(("integration_type", "clinical"))) == [True, True]
    assert _held(expect, _tagging(("integration_type", "financial"))) == [False, False]


def test_a_finding_must_fit_in_all_that_is_asked() -> None:
    expect: dict[str, object] = {"findings": {"has": [{"outcome": "cost", "direction": "improved", "own": True}]}}
    assert _held(expect, _tagging(findings=(FINDING,))) == [True]
    assert _held(expect, _tagging(findings=(replace(FINDING, own=False),))) == [False]
    assert _held(expect, _tagging()) == [False]


def test_a_finding_that_must_not_be_there_is_wrong_only_where_it_fits() -> None:
    expect: dict[str, object] = {"findings": {"lacks": [{"hedged": False}]}}
    assert _held(expect, _tagging(findings=(replace(FINDING, hedged=True),))) == [True]
    assert _held(expect, _tagging(findings=(FINDING,))) == [False]
    assert _held({"findings": {"none": True}}, _tagging(findings=(FINDING,))) == [False]


def test_a_place_is_compared_by_name_and_by_code_where_one_is_asked_for() -> None:
    leeds = Place("Leeds", "GB-LDS", "GB", 0.9, False, SPAN)
    assert _held({"places": {"has": [{"name": "leeds", "code": "GB-LDS"}], "lacks": ["Bath"]}}, _tagging(places=(leeds,))) == [True, True]
    assert _held({"places": {"has": [{"name": "Leeds", "code": "GB-BRD"}]}}, _tagging(places=(leeds,))) == [False]


def test_a_document_with_one_failed_check_is_not_right_and_is_named_in_the_report() -> None:
    trap = _trap(relevance="relevant", study_design="policy")
    outcome = traps.Outcome(trap, traps.checks(trap, _tagging(("relevance", "relevant"), ("study_design", "record"))))
    assert not outcome.right
    assert traps.share_right([outcome]) == 0.0
    assert "one: study_design: expected policy; found record" in traps.report((outcome,))
