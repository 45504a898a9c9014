"""The taxonomy: every file complete, every cue well formed, the loader's errors usable, strength rules and crosswalks whole."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import UsageError
from evidence.taxonomy import CARDINALITIES, FOLDER, Cue, Facet, Label, StrengthStart, cue_regex, load_taxonomy, parse_cue

TAXONOMY = load_taxonomy()
FACETS = list(TAXONOMY.facets.values())
LABELS = [label for facet in FACETS for label in facet.labels]
WITHOUT_EXAMPLES = {"change", "direction"}
"""Their labels are verbs' senses: cues alone decide."""

MANY_EXAMPLES = {"integration_type", "study_design"}
SHORTEST, LONGEST = 9, 35
"""Words of an example: shorter ones make poor prototypes, longer ones are no sentences of grey literature."""


def named(label: Label) -> str:
    return f"{label.facet}.{label.id}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "taxonomy"
    copy.mkdir()
    for path in FOLDER.glob("*.toml"):
        shutil.copy(path, copy)
    return copy


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refusal(folder: Path) -> str:
    with pytest.raises(UsageError) as caught:
        load_taxonomy(folder)
    message = str(caught.value)
    assert "\n" not in message
    return message


class TestRegistry:
    @pytest.mark.parametrize("label", LABELS, ids=named)
    def test_every_label_says_what_it_is_where_it_comes_from_and_where_it_ends(self, label: Label) -> None:
        assert len(label.definition.split()) >= 3
        assert label.source
        assert label.includes
        assert label.excludes

    @pytest.mark.parametrize("label", LABELS, ids=named)
    def test_every_label_has_cues_for_and_against(self, label: Label) -> None:
        kinds = Counter("against" if cue.negative else cue.weight for cue in label.cues)
        assert kinds["strong"] >= 5
        assert kinds["weak"] >= 2
        assert kinds["against"] >= 1

    @pytest.mark.parametrize("label", [one for one in LABELS if one.facet not in WITHOUT_EXAMPLES], ids=named)
    def test_every_label_has_its_minimum_of_examples(self, label: Label) -> None:
        positive, negative = (12, 8) if label.facet in MANY_EXAMPLES else (4, 2)
        assert len(label.positives) >= positive
        assert len(label.hard_negatives) >= negative

    @pytest.mark.parametrize("label", LABELS, ids=named)
    def test_examples_are_sentences_of_usual_length(self, label: Label) -> None:
        odd = [example.text for example in label.examples if not SHORTEST <= len(example.text.split()) <= LONGEST]
        assert odd == []

    def test_no_example_serves_two_labels(self) -> None:
        counts = Counter(" ".join(example.text.lower().split()) for label in LABELS for example in label.examples)
        assert [text for text, n in counts.items() if n > 1] == []

    def test_examples_are_not_all_of_one_turn(self) -> None:
        """Prototypes of sentences that begin alike learn the beginning: no label opens half of its examples with one word but 'the'."""
        for label in LABELS:
            openings = Counter(text.split()[0].lower() for text in label.positives)
            assert all(n <= max(2, len(label.positives) // 2) for word, n in openings.items() if word != "the"), named(label)

    @pytest.mark.parametrize("facet", FACETS, ids=lambda facet: facet.id)
    def test_every_facet_says_how_many_labels_and_why(self, facet: Facet) -> None:
        assert facet.cardinality in CARDINALITIES
        assert facet.definition
        assert facet.source
        assert facet.grain in ("document", "finding")

    def test_the_codebook_is_whole(self) -> None:
        expected = {
            "integration_type": 9, "breadth": 2, "boundary": 9, "intensity": 3, "reality": 2, "level": 4, "theme": 22, "population": 12,
            "perspective": 8, "study_design": 16, "evidence_strength": 5, "evaluation_method": 10, "outcome_domain": 20, "change": 5,
            "direction": 5, "relevance": 2, "key_prompt": 14, "centredness": 5, "commissioning_cycle": 5, "work_strand": 4, "process_stage": 6,
            "enabler": 11, "barrier": 11,
        }  # fmt: skip
        assert {facet.id: len(facet.labels) for facet in FACETS} == expected

    def test_off_topic_documents_keep_only_the_facets_that_do_not_speak_of_integration(self) -> None:
        kept = {facet.id for facet in FACETS if facet.off_topic}
        assert kept == {"study_design", "evidence_strength", "theme", "population", "relevance"}

    def test_exactly_one_and_at_most_one_are_where_the_codebook_puts_them(self) -> None:
        one = {facet.id for facet in FACETS if facet.cardinality == "exactly_one" and facet.grain == "document"}
        assert one == {"study_design", "evidence_strength", "relevance"}
        assert {facet.id for facet in FACETS if facet.cardinality == "at_most_one"} == {"intensity", "reality"}

    def test_enablers_and_barriers_are_the_same_factors(self) -> None:
        assert TAXONOMY.facet("enabler").label_ids == TAXONOMY.facet("barrier").label_ids


class TestCues:
    @pytest.mark.parametrize(
        ("pattern", "text"),
        [
            ("joint commissioning", "Joint\ncommissioning began"),
            ("integrat* care", "the integration-care"),
            ("randomi?ed", "were randomized"),
            ("pool* ~3 budget*", "pooling of their own budgets"),
            ("pool* ~3 budget*", "pooled budgets"),
            ("pool* ~3 budget*", "pooled, or just aligned, budgets"),
            ("has reduced ~8 per cent", "has reduced stays by 3.5 days or 9 per cent"),
            ("pooled|aligned budget", "an aligned budget"),
            ("co-ordinat*", "Co ordinated"),
            ("co-ordinat*", "coordination"),
            ("co-ordinat*", "co\u2011ordination"),
            ("per 100-000", "per 100,000 people"),
            ("health, social care", "health, social care"),
            ("health, social care", "health social care"),
            ("health and care", "Health & Care"),
            ("ICS", "the ICS's plan"),
            ("carer's assessment", "carer’s assessment"),
            ("citizens' jur*", "Citizens’ juries"),
        ],
    )
    def test_a_cue_matches_what_its_grammar_says(self, pattern: str, text: str) -> None:
        assert Cue(pattern).compiled().search(text)

    @pytest.mark.parametrize(
        ("pattern", "text"),
        [
            ("joint commissioning", "disjoint commissioning"),
            ("joint commissioning", "joint, commissioning"),
            ("joint commissioning", "joint. Commissioning"),
            ("randomi?ed", "randomied"),
            ("pool* ~3 budget*", "pooled one two three four budgets"),
            ("pool* ~3 budget*", "The pool closed. Budgets fell"),
            ("ICS", "picnics and the ics file"),
            ("integrated care", "integrated careers"),
            ("health, social care", "health and social care"),
        ],
    )
    def test_a_cue_matches_nothing_more(self, pattern: str, text: str) -> None:
        assert not Cue(pattern).compiled().search(text)

    @pytest.mark.parametrize(
        "pattern",
        ["", " a", "two  spaces", "ab*", "Mixed Case", "~2 care", "care ~2", "care ~0 home", "care ~12 home", "a, b.", "(care)", "care ~2 ~3 home"],
    )
    def test_a_pattern_outside_the_grammar_is_refused_with_the_pattern(self, pattern: str) -> None:
        with pytest.raises(ValueError, match="cue"):
            parse_cue(pattern)

    @given(st.text(max_size=30))
    def test_any_text_is_either_refused_or_compiles(self, pattern: str) -> None:
        try:
            expression = cue_regex(pattern)
        except ValueError:
            return
        assert re.compile(expression, re.IGNORECASE)

    def test_every_cue_compiles_and_has_an_anchor_that_narrows(self) -> None:
        for label in LABELS:
            for cue in label.cues:
                assert cue.compiled(), cue.pattern
                assert all(len(anchor) >= 2 for anchor in cue.anchors), cue.pattern

    @given(st.sampled_from([cue for label in LABELS for cue in label.cues if "?" not in cue.pattern]))
    def test_whatever_a_cue_matches_holds_one_of_its_anchors(self, cue: Cue) -> None:
        words = [slot.alternatives[-1].removesuffix("*") for slot in cue.slots]
        text = " ".join(words)
        assert cue.compiled().search(text), text
        assert any(anchor in text.lower() for anchor in cue.anchors)

    @pytest.mark.parametrize("label", LABELS, ids=named)
    def test_no_cue_is_another_but_for_a_hyphen(self, label: Label) -> None:
        """A hyphen also matches a space, so the second would count the same words twice, or once for and once against."""
        counts = Counter(cue.pattern.replace("-", " ") for cue in label.cues)
        assert [pattern for pattern, n in counts.items() if n > 1] == []

    def test_a_gap_takes_no_time_to_fail(self) -> None:
        """A pattern that backtracks without bound would hang the reading of a whole report."""
        text = "pool " + "word, (word) " * 3000
        assert not Cue("pool* ~9 budget* ~9 zebra").compiled().search(text)

    @pytest.mark.parametrize("facet", ["integration_type", "study_design", "theme", "population", "boundary", "relevance", "level"])
    def test_cues_tell_examples_from_hard_negatives(self, facet: str) -> None:
        """A cue list speaks for a sentence by a strong cue with none against it."""

        def share(texts: list[tuple[Label, str]]) -> float:
            spoken = 0
            for label, text in texts:
                hits = [cue for cue in label.cues if cue.compiled().search(text)]
                spoken += any(cue.weight == "strong" for cue in hits) and not any(cue.negative for cue in hits)
            return spoken / len(texts)

        labels = TAXONOMY.facet(facet).labels
        for_them = share([(label, text) for label in labels for text in label.positives])
        against = share([(label, text) for label in labels for text in label.hard_negatives])
        # Examples of relevance stand for subjects of which no cue knows, so that embeddings learn what cues do not say.
        assert for_them > against + (0.1 if facet == "relevance" else 0.25)
        assert against < 0.2


class TestLookup:
    def test_an_unknown_label_is_named_with_the_nearest_and_all_known(self) -> None:
        with pytest.raises(UsageError, match=r"label of theme 'personalization': did you mean 'personalisation'\?.*market_shaping"):
            TAXONOMY.label("theme", "personalization")

    def test_an_unknown_facet_is_named_with_all_known(self) -> None:
        with pytest.raises(UsageError, match=r"facet 'colour'.*integration_type"):
            TAXONOMY.facet("colour")

    def test_a_label_written_as_people_write_it_is_suggested(self) -> None:
        with pytest.raises(UsageError, match="did you mean 'systematic_review'"):
            TAXONOMY.label("study_design", "Systematic review")

    def test_facets_come_in_the_codebooks_order(self) -> None:
        sections = [int(facet.section) for facet in FACETS]
        assert sections == sorted(sections)

    def test_the_version_follows_the_content(self, folder: Path) -> None:
        assert load_taxonomy(folder).version == TAXONOMY.version
        edit(folder / "theme.toml", '"coaching"', '"coached"')
        load_taxonomy.cache_clear()
        assert load_taxonomy(folder).version != TAXONOMY.version


class TestLoaderErrors:
    def test_a_misspelt_key_is_named_with_file_and_label(self, folder: Path) -> None:
        edit(folder / "breadth.toml", 'includes = ["general practice', 'inclusions = ["general practice')
        assert re.search(r"breadth\.toml: labels\[vertical\]\.inclusions: ", refusal(folder))

    def test_a_missing_definition_is_named(self, folder: Path) -> None:
        edit(folder / "reality.toml", 'definition = "Bodies, assets', 'note = "Bodies, assets')
        assert "reality.toml: labels[real].definition: Field required" in refusal(folder)

    def test_a_bad_cue_is_quoted_with_file_label_and_list(self, folder: Path) -> None:
        edit(folder / "level.toml", '"macro-level"', '"Macro (level)"')
        assert re.search(r"level\.toml: labels\[macro\]\.cues\.strong: cue 'Macro \(level\)'", refusal(folder))

    def test_toml_that_does_not_parse_is_named(self, folder: Path) -> None:
        edit(folder / "level.toml", "[[labels]]", "[[labels]")
        assert refusal(folder).startswith("level.toml: expected TOML")

    def test_a_label_given_twice_is_named(self, folder: Path) -> None:
        edit(folder / "breadth.toml", 'id = "horizontal"', 'id = "vertical"')
        assert "breadth.toml: labels.id: expected each once, found twice: 'vertical'" in refusal(folder)

    def test_a_file_that_bears_another_name_than_its_facet_is_named(self, folder: Path) -> None:
        (folder / "level.toml").rename(folder / "tier.toml")
        assert "tier.toml: id: expected 'tier'" in refusal(folder)

    def test_a_list_that_no_file_has_is_named(self, folder: Path) -> None:
        edit(folder / "barrier.toml", 'followed = ["hinders"]', 'followed = ["hides"]')
        assert "barrier.toml: labels[leadership]: expected a list of [company], found 'hides'" in refusal(folder)

    def test_a_list_of_a_facet_does_not_hide_a_shared_one(self, folder: Path) -> None:
        edit(folder / "barrier.toml", "[company]", '[company]\npointing = ["see also"]')
        assert "barrier.toml: company: expected each once, found twice: 'pointing'" in refusal(folder)

    def test_a_shared_list_is_checked_like_any_other(self, folder: Path) -> None:
        edit(folder / "company.toml", '"see chapter', '"See Chapter')
        assert refusal(folder).startswith("company.toml: company: cue 'See Chapter")

    def test_a_crosswalk_to_a_term_that_does_not_exist_is_named(self, folder: Path) -> None:
        edit(folder / "crosswalk_rosen.toml", 'theirs = "financial"', 'theirs = "monetary"')
        assert "term of rosen 'monetary'" in refusal(folder)

    def test_a_crosswalk_that_forgets_a_label_is_named(self, folder: Path) -> None:
        edit(folder / "crosswalk_rosen.toml", '  { ours = "systemic", theirs = "outside" },\n', "")
        assert "crosswalk_rosen.toml" in refusal(folder)

    def test_a_study_design_without_a_starting_grade_is_named(self, folder: Path) -> None:
        edit(folder / "evidence_strength.toml", 'design = "opinion"', 'design = "policy"')
        assert "evidence_strength.toml: rules.starts: expected one for every study design, missing ['opinion']" in refusal(folder)

    def test_a_condition_that_does_not_exist_is_named(self, folder: Path) -> None:
        edit(folder / "evidence_strength.toml", '["n_large", "adjusted_for_confounding"]', '["n_huge", "adjusted_for_confounding"]')
        assert "strength condition 'n_huge'" in refusal(folder)


class TestStrengthRules:
    @pytest.mark.parametrize(
        ("grade", "designs"),
        [
            ("strong", {"systematic_review", "randomised_trial"}),
            ("moderate", {"quasi_experiment"}),
            ("limited", {"observational", "economic_evaluation", "mixed_methods", "qualitative", "narrative_review", "modelling"}),
            ("anecdotal", {"case_study"}),
            ("none", {"guidance", "protocol", "policy", "statistics", "record", "opinion"}),
        ],
    )
    def test_each_design_starts_where_the_codebook_says(self, grade: str, designs: set[str]) -> None:
        assert {start.design for start in TAXONOMY.strength.starts if start.grade == grade} == designs

    def test_the_grade_is_raised_only_where_the_codebook_says(self) -> None:
        raised = {start.design: start.raised_to for start in TAXONOMY.strength.starts if start.raised_to}
        assert raised == {
            "quasi_experiment": "strong", "observational": "moderate", "economic_evaluation": "moderate", "mixed_methods": "moderate",
            "guidance": "moderate", "policy": "anecdotal", "statistics": "anecdotal", "record": "anecdotal", "opinion": "anecdotal",
        }  # fmt: skip

    @pytest.mark.parametrize("start", TAXONOMY.strength.starts, ids=lambda start: start.design)
    def test_a_raise_has_conditions_and_goes_up(self, start: StrengthStart) -> None:
        ladder = TAXONOMY.strength.ladder
        assert bool(start.raised_to) == bool(start.raised_when)
        if start.raised_to:
            assert ladder.index(start.raised_to) > ladder.index(start.grade)
        assert start.says

    def test_a_missing_comparator_costs_nothing_where_the_design_says_so(self) -> None:
        assert set(TAXONOMY.strength.step("no_comparator").not_for) == {"observational", "mixed_methods", "qualitative", "modelling", "case_study"}

    def test_small_samples_are_those_below_fifty(self) -> None:
        assert TAXONOMY.strength.step("small_sample").maximum_n == 49
        assert TAXONOMY.strength.condition("n_large").minimum_n == 1000

    def test_moving_never_leaves_the_ladder(self) -> None:
        rules = TAXONOMY.strength
        assert rules.move("strong", 1) == "strong"
        assert rules.move("none", -1) == "none"
        assert rules.move("limited", 1) == "moderate"

    def test_every_grade_of_the_ladder_is_a_label(self) -> None:
        assert set(TAXONOMY.strength.ladder) == set(TAXONOMY.facet("evidence_strength").label_ids)

    @pytest.mark.parametrize(
        ("text", "holds"),
        [
            ("These results should be interpreted with caution.", True),
            ("This was a feasibility study with no control arm.", True),
            ("The quality of the included studies was generally poor.", True),
            ("The pilot sites were chosen by the ministry.", False),
            ("Patients waited for the results of their scan.", False),
        ],
    )
    def test_doubt_about_its_own_evidence_is_told_from_an_intervention_named_a_pilot(self, text: str, holds: bool) -> None:
        cues = TAXONOMY.strength.step("own_doubt").cues
        assert any(cue.compiled().search(text) for cue in cues) == holds


class TestDirection:
    @pytest.mark.parametrize(
        ("outcome", "change", "text", "direction"),
        [
            ("emergency_admissions", "decrease", "", "improved"),
            ("emergency_admissions", "increase", "readmissions within thirty days rose", "worsened"),
            ("emergency_admissions", "increase", "the number of admissions avoided rose", "improved"),
            ("workforce_supply", "increase", "turnover rose", "worsened"),
            ("workforce_supply", "decrease", "vacancies fell", "improved"),
            ("workforce_supply", "increase", "retention rose", "improved"),
            ("cost", "decrease", "costs fell", "improved"),
            ("cost", "increase", "savings rose", "improved"),
            ("staff_experience", "increase", "burnout rose", "worsened"),
            ("patient_experience", "decrease", "complaints fell", "improved"),
            ("clinical_outcome", "decrease", "HbA1c fell", "improved"),
            ("clinical_outcome", "increase", "more patients were in remission", "improved"),
            ("clinical_outcome", "decrease", "blood pressure control declined", "worsened"),
            ("quality_of_life", "increase", "caregiver burden rose", "worsened"),
            ("equity", "decrease", "the gap narrowed", "improved"),
            ("access_waiting", "decrease", "waiting times fell", "improved"),
            ("elective_use", "increase", "", "unclear"),
            ("mortality", "decrease", "fewer deaths", "improved"),
            ("care_home_admission", "increase", "more people were still at home after 91 days", "improved"),
            ("length_of_stay", "no_change", "", "no_change"),
            ("cost", "mixed", "", "mixed"),
        ],
    )
    def test_polarity_follows_the_measure(self, outcome: str, change: str, text: str, direction: str) -> None:
        assert TAXONOMY.direction(outcome, change, text) == direction

    def test_every_outcome_has_a_polarity_and_measures(self) -> None:
        for label in TAXONOMY.facet("outcome_domain").labels:
            assert label.good in ("increase", "decrease", "unclear")
            assert label.measures

    def test_an_unknown_change_is_named(self) -> None:
        with pytest.raises(UsageError, match="unknown change 'up'"):
            TAXONOMY.direction("cost", "up")


class TestCrosswalks:
    @pytest.mark.parametrize(
        ("typology", "expected"),
        [
            ("shaw", "systemic organisational administrative clinical clinical clinical normative administrative administrative"),
            ("fulop", "systemic organisational functional service clinical clinical normative functional functional"),
            ("rosen", "- organisational administrative clinical clinical clinical normative informational financial"),
            ("rainbow", "system organisational functional organisational clinical professional normative functional functional"),
        ],
    )
    def test_each_integration_type_lies_where_the_codebook_puts_it(self, typology: str, expected: str) -> None:
        crosswalk = TAXONOMY.crosswalk(typology)
        found = [crosswalk.theirs(label) or "-" for label in TAXONOMY.facet("integration_type").label_ids]
        assert " ".join(found) == expected

    def test_pooled_budgets_are_organisational_in_the_five_processes(self) -> None:
        assert TAXONOMY.crosswalk("shaw").theirs("financial", "They pooled their budgets in 2014.") == "organisational"

    def test_a_label_without_a_place_is_shown_as_outside(self) -> None:
        assert TAXONOMY.crosswalk("rosen").outside == ("systemic",)
        assert TAXONOMY.crosswalk("shaw").outside == ()

    def test_a_term_gives_back_our_labels(self) -> None:
        assert TAXONOMY.crosswalk("shaw").ours("clinical") == ("service", "clinical", "professional")

    def test_no_term_of_an_integration_typology_is_left_without_a_label(self) -> None:
        for crosswalk in TAXONOMY.crosswalks.values():
            reached = {link.theirs for link in crosswalk.links}
            assert {term.id for term in crosswalk.terms} <= reached, crosswalk.id

    def test_a_restricted_link_comes_before_the_default(self) -> None:
        """`theirs` takes the first that holds; a default in front of a condition would still be right, but not readable."""
        for crosswalk in TAXONOMY.crosswalks.values():
            settled: set[str] = set()
            for link in crosswalk.links:
                assert link.ours not in settled, (crosswalk.id, link.ours)
                if not link.when:
                    settled.add(link.ours)

    @pytest.mark.parametrize(
        ("typology", "design", "conditions", "level"),
        [
            ("maryland", "randomised_trial", (), "level_5"),
            ("maryland", "quasi_experiment", (), "level_3"),
            ("maryland", "quasi_experiment", ("matched_controls",), "level_4"),
            ("maryland", "observational", ("before_and_after",), "level_2"),
            ("maryland", "opinion", (), None),
            ("nesta", "randomised_trial", (), "level_3"),
            ("nesta", "randomised_trial", ("independent_replication",), "level_4"),
            ("nesta", "randomised_trial", ("independent_replication", "whole_manual"), "level_5"),
            ("nesta", "case_study", (), "level_1"),
        ],
    )
    def test_designs_translate_into_levels(self, typology: str, design: str, conditions: tuple[str, ...], level: str | None) -> None:
        assert TAXONOMY.crosswalk(typology).theirs(design, conditions=conditions) == level

    def test_time_series_are_told_apart_in_epoc(self) -> None:
        epoc = TAXONOMY.crosswalk("epoc")
        assert epoc.theirs("quasi_experiment", "an interrupted time series of 48 months") == "interrupted_time_series"
        assert epoc.theirs("quasi_experiment") == "controlled_before_after"
