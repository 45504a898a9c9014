"""Facets of passages (codebook, section 16): a label is given where a sentence does the thing, not where it touches on it."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from classify.label_evidence import EvidenceReader
from classify.prose import Prose
from classify.shown_passages import is_interleaved, shown
from evidence.taxonomy import load_taxonomy
from tests.classify.documents import made

TAXONOMY = load_taxonomy()
FACETS = ("enabler", "barrier", "key_prompt", "process_stage", "commissioning_cycle", "work_strand", "centredness")
SUBJECT = "Health and social care services in the valley are being joined up, and integrated teams work across both."
READER = EvidenceReader(TAXONOMY, FACETS)
SENTENCES = tomllib.loads((Path(__file__).parent / "shown_passages.toml").read_text(encoding="utf-8"))["sentences"]
FOUND = 0.85
"""Share of a facet's labels that are found in the sentences of ``shown_passages.toml``: fewer would say that a list has lost its words."""


def labels(*sentences: str) -> set[tuple[str, str]]:
    prose = Prose(made("Joining up care in the valley", " ".join((SUBJECT, *sentences))))
    evidence = READER.read(prose)
    return {key for key, one in evidence.items() if shown(prose, one, TAXONOMY.facet(key[0]).label(key[1]))}


@pytest.mark.parametrize(
    ("facet", "label", "does", "touches"),
    [
        ("barrier", "time_and_capacity", "A lack of time was the main barrier to joint working between the two teams.",
         "The steering group of the integrated service asked for more time to read its papers before each meeting."),
        ("barrier", "information_systems", "Progress with the integrated teams was delayed by a lack of access to linked data from practices.",
         "The data sharing group of the partnership holds its meetings on the first Monday of each month."),
        ("enabler", "information_systems", "Shared electronic records have facilitated integration between the practices and the council.",
         "Shared electronic records should one day facilitate integration between the practices and the council."),
        ("process_stage", "care_planning", "A nurse visits the person and develops a care plan with the family and the social worker.",
         "The number of care plans was among the outcomes that the trial compared between its two groups of patients."),
        ("process_stage", "referral_access", "Patients are referred through a single point of access, where a nurse answers every call.",
         "The business case for a single point of access goes to the board of the trust in the autumn."),
        ("commissioning_cycle", "procure_deliver", "The council went out to tender and awarded the contract for integrated home care to an alliance.",
         "The hospital's procurement team won a prize for its customer service in the spring."),
        ("centredness", "person_centred", "Support is tailored to the individual's needs, and staff start from what the person hopes for.",
         "Our vision is of person-centred care in which what matters to people will come first one day."),
        ("key_prompt", "goal_problem", "Care is poorly coordinated between the hospital and social care services.",
         "Whether care is poorly coordinated between hospital and social care is unclear."),
        ("key_prompt", "context_sectors", "The partnership is made up of the council, two trusts, hospices and voluntary sector partners.",
         "The key stakeholders will be told by letter."),
        ("work_strand", "use_of_resources", "The evaluation found that integrated care reduced length of stay by two days.",
         "Integrated care should improve the use of resources and value for money."),
    ],
)
def test_a_sentence_that_does_the_thing_is_told_from_one_that_touches_on_it(facet: str, label: str, does: str, touches: str) -> None:
    assert (facet, label) in labels(does)
    assert (facet, label) not in labels(touches)


def test_a_question_and_a_heading_answer_nothing() -> None:
    told = "Care is poorly coordinated between the hospital and social care services."
    assert ("key_prompt", "goal_problem") in labels(told)
    assert ("key_prompt", "goal_problem") not in labels(told.replace(".", "?"))
    prose = Prose(made("Joining up care in the valley", SUBJECT, f"# {told}", SUBJECT))
    found = EvidenceReader(TAXONOMY, FACETS).read(prose)["key_prompt", "goal_problem"]
    assert not shown(prose, found, TAXONOMY.facet("key_prompt").label("goal_problem"))


def test_the_same_words_far_from_the_subject_show_nothing() -> None:
    alone = "A lack of time was the main barrier to sharing what the bakers had learnt."
    prose = Prose(made("Bread", "Bakers rise early.", "The oven is hot by four.", alone, "Flour is dear this year.", "Yeast is not."))
    assert not shown(prose, EvidenceReader(TAXONOMY, FACETS).read(prose)["barrier", "time_and_capacity"],
                     TAXONOMY.facet("barrier").label("time_and_capacity"))


def test_columns_that_were_read_across_are_found() -> None:
    torn = "The teams of the valley were asked for their In addition the council has said that it wants more of them."
    assert is_interleaved(Prose(made("A report", *[torn] * 3, SUBJECT)))
    assert not is_interleaved(Prose(made("A report", *[SUBJECT] * 6)))


@pytest.mark.parametrize("given", SENTENCES, ids=lambda given: str(given["text"])[:60])
def test_no_sentence_shows_what_a_reader_would_not_sign(given: dict[str, Any]) -> None:
    signed = {*given["shows"], *given.get("also", ())}
    assert {f"{facet}.{label}" for facet, label in labels(given["text"])} <= signed


@pytest.mark.parametrize("facet", FACETS)
def test_what_sentences_show_is_found(facet: str) -> None:
    shows: Counter[bool] = Counter()
    for given in SENTENCES:
        wanted = {name for name in given["shows"] if name.startswith(f"{facet}.")}
        if wanted:
            found = {".".join(key) for key in labels(given["text"])}
            shows.update(name in found for name in wanted)
    assert shows[True] >= FOUND * shows.total()


def test_every_label_of_passages_has_a_sentence() -> None:
    shown_somewhere = {name for given in SENTENCES for name in given["shows"]}
    assert {f"{facet}.{label.id}" for facet in FACETS for label in TAXONOMY.facet(facet).labels} <= shown_somewhere


def test_order_tells_what_helped_from_what_it_helped() -> None:
    helped = "Strong leadership enabled joint training across both organisations."
    assert ("enabler", "leadership") in labels(helped)
    assert ("enabler", "workforce_skills") not in labels(helped)
