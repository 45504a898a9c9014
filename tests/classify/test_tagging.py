"""Tagging as a whole: literal spans, determinism, what must not change an answer, what cannot be judged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from classify.study_design import KINDS
from classify.tagging import Tagger
from evidence.records import PAGE_KINDS, Document, Page, Passage, Tagging
from tests.classify.documents import BLOG, HUB, TRIAL, made


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger()


def label(tagging: Tagging, facet: str) -> str:
    return next(tag.label for tag in tagging.tags if tag.facet == facet)


def labels(tagging: Tagging, facet: str) -> set[str]:
    return {tag.label for tag in tagging.tags if tag.facet == facet}


@pytest.mark.parametrize("document", [HUB, TRIAL, BLOG], ids=["hub", "trial", "blog"])
def test_every_span_is_a_literal_quotation_on_its_page(tagger: Tagger, document: Document) -> None:
    tagging = tagger.tag(document)
    spans = [tag.span for tag in tagging.tags if tag.span] + [one.span for one in tagging.findings] + [one.span for one in tagging.places]
    assert spans
    for span in spans:
        assert document.text[span.start : span.end] == span.quote
        assert span.quote.strip() and span.page == 1
    assert all(tag.span for tag in tagging.tags if tag.label not in ("off_topic", "none"))


def test_one_tag_each_of_the_exactly_one_facets(tagger: Tagger) -> None:
    tagging = tagger.tag(HUB)
    for facet in ("relevance", "study_design", "evidence_strength"):
        assert sum(tag.facet == facet for tag in tagging.tags) == 1
    assert all(0.0 <= tag.score <= 1.0 for tag in tagging.tags)


def test_the_same_document_gives_the_same_answer(tagger: Tagger) -> None:
    assert tagger.tag(HUB) == tagger.tag(HUB) == Tagger().tag(HUB)


def test_a_hub_of_council_and_hospital_is_relevant_and_placed(tagger: Tagger) -> None:
    tagging = tagger.tag(HUB)
    assert label(tagging, "relevance") == "relevant"
    assert "service" in labels(tagging, "integration_type")
    assert ("Torbay", "GB-TOB") in {(place.name, place.code) for place in tagging.places}


def test_a_drug_trial_is_off_topic_and_carries_no_integration_facet(tagger: Tagger) -> None:
    tagging = tagger.tag(TRIAL)
    assert label(tagging, "relevance") == "off_topic"
    assert label(tagging, "study_design") == "randomised_trial"
    assert label(tagging, "evidence_strength") == "strong"
    assert not labels(tagging, "integration_type") and not tagging.findings and not tagging.places


def test_a_post_does_not_inherit_the_strength_of_a_trial_it_cites(tagger: Tagger) -> None:
    tagging = tagger.tag(BLOG)
    assert label(tagging, "study_design") == "opinion"
    assert label(tagging, "evidence_strength") == "none"
    assert tagging.appraisal is not None and tagging.appraisal.steps[0].startswith("starts at none")


def test_what_cannot_be_judged_says_why(tagger: Tagger) -> None:
    empty = replace(HUB, pages=(Page(1, " "),), passages=(), sections=())
    assert (tagger.tag(empty).status, tagger.tag(empty).reason) == ("untagged", "it has no text")
    german = replace(HUB, language="de")
    assert tagger.tag(german).status == "untagged" and "de" in (tagger.tag(german).reason or "")
    for kind in PAGE_KINDS:
        assert tagger.tag(replace(HUB, page_kind=kind)).status == "untagged", "a list of reports was judged as one"


def test_a_list_of_references_and_a_line_that_points_elsewhere_are_not_judged(tagger: Tagger) -> None:
    work = "Probert R, Osei M. Shared care plans and integrated teams"
    entries = [f"[{n}] {work} in district {n}. Journal of Made Care, 20{n}; 4(2): 11-19." for n in range(10, 30)]
    listed = tagger.tag(made("Publications", "What our integrated care programme has published:", *entries))
    assert (listed.status, listed.reason) == ("untagged", "it is a list of references")
    pointed = tagger.tag(made("Impact report", "The impact report of our integrated care programme can be read online."))
    assert (pointed.status, pointed.reason) == ("untagged", "it has too little text to be judged")
    cited = tagger.tag(made("Joined-up care", " ".join(HUB.text.split("\n\n")) + " " + " ".join(entries[:2]) + " https://doi.org/10.1/x"))
    assert cited.status == "tagged", "a text that cites was taken for a list of references"


def core(tagging: Tagging) -> dict[str, set[str]]:
    return {facet: labels(tagging, facet) for facet in ("relevance", "study_design", "evidence_strength", "integration_type")}


def test_curly_quotes_and_line_breaks_change_no_answer(tagger: Tagger) -> None:
    text = HUB.text.replace("their story", "their ‘story’").replace(" social care", "\nsocial care")
    other = replace(HUB, pages=(Page(1, text),), passages=(Passage(1, 0, len(text), "body"),))
    plain = replace(HUB, passages=(Passage(1, 0, len(HUB.text), "body"),))
    assert core(tagger.tag(other)) == core(tagger.tag(plain))


def test_an_added_reference_list_or_cookie_notice_changes_no_answer(tagger: Tagger) -> None:
    added = made(
        TRIAL.title or "", *_paragraphs(TRIAL),
        "We use cookies to improve this site. Accept all cookies. Privacy policy.",
        "# References",
        "Smith J, Jones P. Integrated health and social care teams for older people: a systematic review. J Integr Care. 2014;12(3):34-56.",
        "Brown A. Pooled budgets and joint commissioning in Torbay. Health Policy. 2015;9:1-12.",
    )
    assert core(tagger.tag(added)) == core(tagger.tag(TRIAL))
    assert not tagger.tag(added).places


def _paragraphs(document: Document) -> list[str]:
    text = document.text
    return [
        ("# " if passage.kind == "heading" else "") + text[passage.start : passage.end] for passage in document.passages[1:]
    ]


def test_the_most_intense_form_counts_where_several_are_described(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    chances = {"linkage": 0.9, "coordination": 0.8, "full_integration": 0.7}
    model = tagger.models.facets["intensity"]
    monkeypatch.setattr(type(model), "probability", lambda self, label, *_: chances.get(label, 0.0))
    monkeypatch.setattr("classify.tagging.label_span", lambda observation, facet, label: observation.prose.span(observation.prose.sentences[0]))
    observation = tagger.observer.observe(HUB)
    said = tagger.models.substance(observation.signs, observation.reading)
    assert [tag.label for tag in tagger.labels(observation, "intensity", 1.0, [0.0] * len(KINDS), said)] == ["full_integration"]


def test_labels_that_the_models_have_not_learnt_are_left_out_and_the_others_given_as_before(tagger: Tagger) -> None:
    theme = tagger.taxonomy.facet("theme")
    added = (*theme.labels, replace(theme.labels[0], id="gardening"))
    only_new = tuple(replace(one, id=f"new_{one.id}") for one in tagger.taxonomy.facet("level").labels)
    facets = {**tagger.taxonomy.facets, "theme": replace(theme, labels=added)}
    assert tags(Tagger(replace(tagger.taxonomy, facets=facets)), HUB) == tags(tagger, HUB)
    facets["level"] = replace(tagger.taxonomy.facet("level"), labels=only_new)
    assert tags(Tagger(replace(tagger.taxonomy, facets=facets)), HUB) == {one for one in tags(tagger, HUB) if one[0] != "level"}


def tags(tagger: Tagger, document: Document) -> set[tuple[str, str]]:
    return {(tag.facet, tag.label) for tag in tagger.tag(document).tags}
