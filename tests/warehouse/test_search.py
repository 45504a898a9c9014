"""Search: the query language, filters, ranking, what is quoted, and that no query can break it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
import tantivy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.errors import IntegrandError, UsageError
from tests.warehouse.conftest import Library
from tests.warehouse.factory import MadeBase, letters, make_document, make_tagging, prose
from warehouse.filters import Filters
from warehouse.query_language import parse, shown
from warehouse.search import Searcher
from warehouse.snapshot import require_snapshot


def found(library: Library, searcher: Searcher, query: str, **filters: object) -> set[str]:
    names = {document.id: name for name, document in library.documents.items()}
    return {names[id] for id in searcher.search(query, Filters(**filters)).ids}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("team", {"torbay"}),
        ("teams admission", {"torbay"}),
        ("torbay OR trafford", {"torbay", "budgets"}),
        ("pooled AND trafford", {"budgets"}),
        ("care NOT torbay", {"trial"}),
        ("NOT care AND NOT budgets", {"blog", "off"}),
        ("(torbay OR trafford) AND budgets", {"torbay", "budgets"}),
        ("torbay OR trafford AND borough", {"torbay", "budgets"}),
        ('"emergency admissions"', {"torbay"}),
        ('"admissions emergency"', set()),
        ('"integrated cut"', set()),
        ('"integrated cut"~3', {"torbay"}),
        ('"integrat* teams"', {"torbay"}),
        ('"budget"', {"torbay"}),
        ("budget", {"torbay", "budgets"}),
        ("randomi?ed", {"trial"}),
        ("integrat*", {"torbay"}),
        ("co-ordinated", {"budgets"}),
        ("co-ordinat*", {"budgets"}),
        ("title:care", {"torbay", "trial"}),
        ("title:(care AND trial)", {"trial"}),
        ('title:"pooled budgets"', {"budgets"}),
        ("summary:town", {"torbay"}),
        ("author:writer", {"budgets", "trial"}),
        ('author:"van example"', {"torbay"}),
        ("publisher:trust", {"torbay"}),
        ("reference:wards", {"torbay", "budgets"}),
        ("year:2015", {"budgets"}),
        ("year:2015-2019", {"budgets", "trial", "off"}),
        ("year:..2014", {"torbay"}),
        ("source:other", {"trial", "blog", "off"}),
        ("type:financial", {"torbay", "budgets"}),
        ("type:financial AND population:older_people", {"torbay"}),
        ("strength:limited+", {"trial", "off"}),
        ("design:randomised_trial", {"trial"}),
        ("relevance:off_topic", {"off"}),
        ("place:torbay", {"torbay"}),
        ("place:GB-TRF", {"budgets"}),
        ("doi:10.5555/plan", {"trial"}),
        ("language:en", {"torbay"}),
        ("", {"torbay", "budgets", "trial", "blog", "off"}),
        ("*", {"torbay", "budgets", "trial", "blog", "off"}),
        ("the", {"torbay", "budgets", "trial", "blog", "off"}),
        ("downloaded", {"torbay"}),
    ],
)
def test_a_query_finds_what_it_asks_for_and_nothing_else(library: Library, searcher: Searcher, query: str, expected: set[str]) -> None:
    assert found(library, searcher, query) == expected


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("care AND", "character 9: expected a word"),
        ("(care", "character 1: this parenthesis is never closed"),
        ("care)", "character 5: this parenthesis closes"),
        ('"care', "character 1: this quotation mark"),
        ("titel:care", "character 1: unknown field 'titel': did you mean 'title'"),
        ("OR care", "character 1: expected a word"),
        ("type:clinicl", "character 6: unknown label of integration_type 'clinicl': did you mean 'clinical'"),
        ("year:soon", "character 6"),
        ("ca*", "at least 3 letters"),
        ('"a* team"', "at least 3 letters"),
        ("type:clinical+", "strength only"),
        ("title:(author:x)", "a field within a field"),
        ("!!!", "nothing to search for"),
        ("care *", "cannot be combined"),
        ("??0?0", "a letter before ?"),
        ("a?b?c?d?e?f", "at most 4"),
        ("(" * 60 + "a" + ")" * 60, "nested"),
        ("a " * 4000, "characters"),
        ("care AND ()", "character 11"),
    ],
)
def test_a_query_that_cannot_be_read_points_at_the_character(searcher: Searcher, query: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        searcher.search(query)
    assert message in str(caught.value) and "\n" not in str(caught.value)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(
                [
                    "care",
                    "AND",
                    "OR",
                    "NOT",
                    "(",
                    ")",
                    '"',
                    "*",
                    "integr*",
                    "wom?n",
                    "title:",
                    "year:",
                    "type:",
                    "strength:none+",
                    "~3",
                    ":",
                    "-",
                    "é",
                    "\\",
                    "/",
                    "[a",
                    ".*",
                    "“",
                    "+",
                    "author:(",
                    "year:2010-",
                    "\x00",
                    "\U0001f600",
                    "place:",
                    "?",
                    "a.*b*",
                    "(?i)abc*",
                    "abc)*",
                ]
            ),
            max_size=14,
        ).map(" ".join),
        st.lists(st.sampled_from([*list('abc*?"():~ -'), "AND ", "NOT ", "title:"]), max_size=30).map("".join),
    )
)
def test_no_query_crashes(searcher: Searcher, query: str) -> None:
    try:
        answer = searcher.search(query, limit=3)
    except UsageError as error:
        assert "\n" not in str(error).replace(query, "")
    else:
        assert answer.total == len(answer.ids) and answer.parsed


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.sampled_from(["care", '"joined up"', "integr*", "title:ward", "(team NEAR/3 nurse*)", "title:(team NEAR/1 ward)"]),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda parts: f"({' '.join(parts)})"), inner.map(lambda part: f"NOT {part}")
        ),
        max_leaves=8,
    )
)
def test_what_was_understood_reads_back_as_the_same_query(query: str) -> None:
    assert shown(parse(shown(parse(query, {})), {})) == shown(parse(query, {}))


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"type": ("financial",)}, {"torbay", "budgets"}),
        ({"type": ("financial", "clinical")}, {"torbay", "budgets", "trial"}),
        ({"type": ("financial",), "strength": ("anecdotal+",)}, {"torbay"}),
        ({"strength": ("limited+",)}, {"trial", "off"}),
        ({"strength": ("limited",)}, {"off"}),
        ({"design": ("opinion", "policy")}, {"blog", "budgets"}),
        ({"place": ("Torbay",)}, {"torbay"}),
        ({"place": ("gb-tob",)}, {"torbay"}),
        ({"place": ("GB",)}, {"torbay", "budgets"}),
        ({"source": ("other",)}, {"trial", "blog", "off"}),
        ({"since": "2019-07"}, {"blog"}),
        ({"since": "2015-06-01"}, {"budgets", "trial", "blog", "off"}),
        ({"labels": {"population": ("older_people",)}}, {"torbay", "trial"}),
        ({"theme": ("prevention",)}, set()),
    ],
)
def test_filters_let_through_what_they_name(library: Library, searcher: Searcher, filters: dict[str, object], expected: set[str]) -> None:
    assert found(library, searcher, "", **filters) == expected


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"type": ("clinicall",)}, "did you mean 'clinical'"),
        ({"strength": ("weak",)}, "known are strong, moderate"),
        ({"source": ("othr",)}, "did you mean 'other'"),
        ({"since": "yesterday"}, "is no date"),
        ({"since": "2019-13"}, "is no date"),
        ({"place": ("Torbey",)}, "did you mean 'torbay'"),
        ({"place": ("Atlantis",)}, "no work is about the place 'Atlantis'; most works are about torbay, trafford"),
        ({"labels": {"colour": ("red",)}}, "unknown facet"),
    ],
)
def test_a_filter_that_nobody_knows_is_refused_with_a_suggestion(searcher: Searcher, filters: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        searcher.search("", Filters(**filters))  # type: ignore[arg-type]


def test_hits_are_quoted_with_their_page_and_the_words_that_were_asked_for(library: Library, searcher: Searcher) -> None:
    (work,) = searcher.search('"kinds of care" OR joined', Filters(type=("service",))).works
    document = library.documents["torbay"]
    quoted = [(passage["page"], [passage["text"][start:end] for start, end in passage["highlights"]]) for passage in work["passages"]]
    assert (2, ["kinds of care"]) in quoted
    for passage in work["passages"]:
        source = document if passage["document"] == document.id else library.documents["torbay_page"]
        assert source.text[passage["start"] : passage["end"]] == passage["text"]


def test_without_words_the_passages_that_show_the_filtered_labels_are_quoted(searcher: Searcher) -> None:
    for answer in (searcher.search("*", Filters(type=("service",))), searcher.search("type:service")):
        (passage,) = answer.works[0]["passages"]
        assert [passage["text"][start:end] for start, end in passage["highlights"]] == [
            "Integrated teams in Torbay cut emergency admissions by 24 percent."
        ]


def test_facets_count_all_hits_and_not_only_those_listed(searcher: Searcher) -> None:
    answer = searcher.search("*", limit=1)
    assert answer.total == 5 and len(answer.works) == 1
    assert answer.facets["integration_type"] == {"financial": 2, "clinical": 1, "service": 1}
    assert answer.facets["relevance"] == {"relevant": 4, "off_topic": 1}
    assert answer.facets["source"] == {"made": 2, "other": 3} and answer.facets["year"]["2015"] == 1


def test_a_truncated_word_says_what_it_stood_for(searcher: Searcher) -> None:
    assert searcher.search("integrat* OR budget*").expanded == {"integrat*": ["integrated"], "budget*": ["budgets", "budget"]}


def test_the_answer_is_the_contracts(searcher: Searcher) -> None:
    answer = searcher.search("torbay").as_json()
    assert {"query", "parsed", "expanded", "run", "total", "seconds", "facets", "works"} <= set(answer)
    assert {"id", "title", "authors", "published", "publisher", "url", "study_design", "evidence_strength", "tags", "score", "passages"} <= set(
        answer["works"][0]
    )
    assert set(answer["works"][0]["passages"][0]) == {"document", "page", "start", "end", "text", "highlights"}
    assert answer["works"][0]["tags"]["integration_type"] == ["financial", "service"] and answer["run"] == "run03"


def test_a_title_that_says_it_ranks_above_a_text_that_mentions_it(made: MadeBase) -> None:
    about = make_document([prose("a", 30)], title="Hospital discharge")
    mentions = make_document(["Once the hospital planned a discharge. " + prose("b", 30)], title="Kitchens")
    made.run([("http://a.test/1", mentions), ("http://a.test/2", about)])
    made.publish()
    with Searcher(require_snapshot(made.base)) as searcher:
        assert [work["title"] for work in searcher.search("hospital discharge").works] == ["Hospital discharge", "Kitchens"]


def test_when_no_work_holds_all_words_any_counts_and_the_answer_says_so(library: Library, searcher: Searcher) -> None:
    answer = searcher.search("torbay zeppelin")
    assert answer.relaxed and answer.parsed == "(torbay OR zeppelin)" and answer.ids == [library.id("torbay")]
    assert searcher.search("torbay AND zeppelin").total == 0


def by_theme(texts: list[str]) -> np.ndarray:
    """An encoder that knows two themes."""
    near = np.array(
        [[1.0, 0.0] if any(word in text.lower() for word in ("elderly", "older", "aged")) else [0.0, 1.0] for text in texts], dtype=np.float32
    )
    return near


@pytest.fixture
def themed(made: MadeBase) -> MadeBase:
    older = make_document(["People of old age. Support for older adults."], title="Support for older adults")
    other = make_document([prose("b", 20)], title="Support for bridges")
    made.run([("http://a.test/1", older), ("http://a.test/2", other)], taggings=[make_tagging(older), make_tagging(other, relevance="off_topic")])
    made.publish(encode=by_theme)
    return made


def test_a_question_in_plain_words_finds_works_that_say_it_otherwise(themed: MadeBase) -> None:
    with Searcher(require_snapshot(themed.base), by_theme) as searcher:
        assert [work["title"] for work in searcher.search("helping elderly citizens").works] == ["Support for older adults"]
        assert searcher.search("helping elderly citizens", Filters(labels={"relevance": ("off_topic",)})).total == 0


def test_meaning_adds_nothing_to_a_query_with_operators_and_only_orders_it(themed: MadeBase) -> None:
    with Searcher(require_snapshot(themed.base), by_theme) as searcher:
        assert searcher.search("helping AND elderly AND citizens").total == 0
        assert searcher.search('"elderly citizens"').total == 0
        assert next(work["title"] for work in searcher.search("support AND (older OR support)").works) == "Support for older adults"


def test_a_base_without_works_answers_with_none(made: MadeBase) -> None:
    made.run([])
    made.publish(encode=letters)
    with Searcher(require_snapshot(made.base), letters) as searcher:
        assert searcher.search("care").total == searcher.search("").total == 0


def test_a_base_that_may_only_be_read_can_be_searched(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening a full-text index makes a lock file in its folder; on a read-only disk that fails."""
    folder = library.snapshot.text / "works"
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir() if path.suffix != ".lock"}
    monkeypatch.setattr(os, "access", lambda *_: False)
    with Searcher(library.snapshot) as searcher:
        assert searcher.search("torbay").ids == [library.id("torbay")] and searcher.search("torbay").works[0]["passages"]
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir() if path.suffix != ".lock"} == before


READ_ONLY = """
mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 77
"$2" - "$1" <<'PROGRAM'
import sys
from pathlib import Path
from evidence.base import Base
from evidence.errors import IntegrandError
from warehouse.search import Searcher
from warehouse.snapshot import require_snapshot
from warehouse.sql import run_sql
base = Base(sys.argv[1])
snapshot = require_snapshot(base)
with Searcher(snapshot) as searcher:
    print(searcher.search("torbay").total)
print(run_sql(snapshot, "SELECT count(*) AS n FROM works").rows()[0]["n"])
for write in (base.create, lambda: base.lock().__enter__()):
    try:
        write()
        print("written")
    except IntegrandError as error:
        print(error)
PROGRAM
"""


@pytest.mark.skipif(shutil.which("unshare") is None or os.geteuid() != 0, reason="needs a mount of its own")
def test_a_base_on_a_read_only_disk_can_be_searched_and_says_that_it_cannot_be_written(library: Library) -> None:
    arguments = ["unshare", "-m", "sh", "-c", READ_ONLY, "sh", str(library.made.root), sys.executable]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode == 77:
        pytest.skip("no mount of its own is allowed here")
    found, counted, *said = done.stdout.splitlines()
    assert found == "1" and int(counted) >= 5, done.stderr
    assert said[-1].endswith("cannot be written (Read-only file system); it can be searched and read, not changed"), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("place:torbey", "no work has the place 'torbey'; near to it is torbay"),
        ("source:othr AND care", "no work has the source 'othr'; near to it is other"),
        ("status:gone", "no work has the status 'gone'"),
        ("language:fr", "no work has the language 'fr'"),
    ],
)
def test_a_value_that_no_work_has_is_told_and_is_no_silent_nothing(searcher: Searcher, query: str, note: str) -> None:
    answer = searcher.search(query)
    assert answer.total == 0 and answer.notes == [note]


def test_a_place_code_without_works_is_a_note_and_a_known_value_is_none(searcher: Searcher) -> None:
    assert searcher.search("", Filters(place=("NZ-AUK",))).notes == ["no work has the place 'NZ-AUK'"]
    assert searcher.search("place:torbay NOT source:nowhere", Filters(place=("GB",), source=("other",))).notes == []


@pytest.mark.parametrize(
    ("query", "understood"),
    [
        ("What works for carers?", "(What AND works AND for AND carers)"),
        ("does it help ?", "(does AND it AND help)"),
        ("why? AND budget*?", "(why AND budget*)"),
        ("organi?ation", "organi?ation"),
        ("title:hard?", "title:hard"),
    ],
)
def test_a_question_mark_at_the_end_of_a_word_is_no_wild_card(library: Library, query: str, understood: str) -> None:
    assert shown(parse(query, {})) == understood


def test_a_guess_is_told_from_what_is_sure(library: Library, searcher: Searcher) -> None:
    works = {work["id"]: work for work in searcher.search("").works}
    assert works[library.id("budgets")]["guesses"] == {"study_design": ["policy"]} and works[library.id("torbay")]["guesses"] == {}


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Searcher, dict[str, str]]]:
    texts = {
        "close": "The discharge of patients was delayed.",
        "turned": "A delay before discharge is common.",
        "far": "Discharge was planned for each of the many people who were there, and nobody ever spoke of a delay.",
        "plural": "Delays to discharges.",
        "alone": "Discharge lounge.",
    }
    made = MadeBase(tmp_path_factory.mktemp("near") / "base")
    documents = {name: make_document([text, prose(name, 6)], title=name.title()) for name, text in texts.items()}
    made.run([(f"http://a.test/{name}.pdf", one) for name, one in documents.items()])
    made.publish()
    with Searcher(require_snapshot(made.base)) as searcher:
        yield searcher, {one.id: name for name, one in documents.items()}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("discharge NEAR/4 delay*", {"close", "turned", "plural"}),
        ("delay* NEAR/4 discharge", {"close", "turned", "plural"}),
        ("discharge NEAR/0 before", {"turned"}),
        ("discharge NEAR/3 delayed", {"close", "turned", "plural"}),
        ("discharge NEAR/2 delayed", {"turned", "plural"}),
        ('"discharges delay"~2', set()),
        ("discharge* NEAR/20 delay*", {"close", "turned", "far", "plural"}),
        ("(discharge OR discharges) NEAR/1 (delay OR delays OR before)", {"turned", "plural"}),
        ("discharge NEAR/4 delay* NOT common", {"close", "plural"}),
        ("discharge NEAR/9 patients NEAR/9 delayed", {"close"}),
        ("text:(discharge NEAR/4 delay*)", {"close", "turned", "plural"}),
        ("title:discharge NEAR/4 title:delay", set()),
        ("lounge OR discharge NEAR/1 before", {"alone", "turned"}),
    ],
)
def test_words_near_one_another_are_found_in_either_order(near: tuple[Searcher, dict[str, str]], query: str, expected: set[str]) -> None:
    searcher, names = near
    answer = searcher.search(query)
    assert {names[id] for id in answer.ids} == expected
    assert all(work["passages"] and work["passages"][0]["highlights"] for work in answer.works if "title" not in query)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("NEAR/3 care", "expected a word here"),
        ("care NEAR/3", "expected a word here"),
        ("care NEAR/x team", "NEAR/n needs a number"),
        ("care NEAR/ team", "NEAR/n needs a number"),
        ("care NEAR/100 team", "NEAR/n needs a number of words from 0 to 99"),
        ('"care team" NEAR/3 nurse', "goes between words"),
        ("(a AND b) NEAR/3 c", "goes between words"),
        ("title:care NEAR/3 team", "the same field"),
        (f"({' OR '.join('abcdefghi')}) NEAR/3 ({' OR '.join('abcdefghi')})", "at most 64 pairs"),
    ],
)
def test_wrong_use_of_near_is_told_with_its_place(query: str, message: str) -> None:
    with pytest.raises(UsageError, match=f"query, character .*{message}"):
        parse(query, {})


def test_a_typologys_terms_find_and_count_what_they_stand_for(library: Library, searcher: Searcher) -> None:
    answer = searcher.search("made_typology:joined", lens="made_typology")
    assert set(answer.ids) == {library.id("torbay"), library.id("trial")} and answer.parsed == "made_typology:joined"
    assert answer.facets["made_typology"] == {"Joined": 2, "outside this typology": 1}
    assert all(work["passages"] for work in answer.works), "the sentence that shows the label is quoted"
    assert "made_typology" not in searcher.search("").facets
    assert set(searcher.search("made_typology:joined NOT type:service").ids) == {library.id("trial")}
    for query, lens, message in (("made_typology:apart", None, "unknown label of made_typology"), ("", "nobody", "unknown typology 'nobody'")):
        with pytest.raises(UsageError, match=message):
            searcher.search(query, lens=lens)


def test_an_index_that_an_older_program_made_is_told_in_one_line(made: MadeBase) -> None:
    document = make_document(["Care at home."], title="Home")
    made.run([("http://made.test/a", document)], taggings=[make_tagging(document)])
    made.publish()
    folder = require_snapshot(made.base).text / "passages"
    shutil.rmtree(folder)
    folder.mkdir()
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("body", tokenizer_name="default")
    index = tantivy.Index(schema.build(), path=str(folder))
    index.writer().commit()
    with pytest.raises(IntegrandError, match="another version of this program; publish again"):
        Searcher(require_snapshot(made.base))


def test_a_search_without_people_s_values_does_not_import_pandas(library: Library) -> None:
    program = (
        "import sys; from pathlib import Path; from warehouse.search import Searcher; from warehouse.snapshot import Snapshot; "
        "from warehouse.filters import Filters; "
        "print(Searcher(Snapshot(Path(sys.argv[1]))).search('care', Filters(type=('service',))).total, 'pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(library.snapshot.path)], capture_output=True, text=True, check=True)
    assert done.stdout.split()[1] == "False", "it costs a cold search 0.3 s"


def test_the_facets_in_memory_are_those_of_the_tables(library: Library, searcher: Searcher) -> None:
    with library.snapshot.connect() as database:
        rows = database.execute(
            "SELECT facet, label, count(DISTINCT work) FROM v_work_tags GROUP BY ALL"
            " UNION ALL SELECT 'source', source, count(*) FROM works GROUP BY ALL"
            " UNION ALL SELECT 'year', \"year\"::VARCHAR, count(*) FROM works WHERE \"year\" IS NOT NULL GROUP BY ALL"
            " UNION ALL SELECT 'place', p.name, count(DISTINCT w.id) FROM works w JOIN places p ON p.document = w.judged_document GROUP BY ALL"
        ).fetchall()
    counted = searcher.search("").facets
    assert {(facet, label, count) for facet, some in counted.items() for label, count in some.items()} == set(rows)
    assert all(list(some.values()) == sorted(some.values(), reverse=True) for some in counted.values())


def test_what_a_work_says_is_quoted_before_how_to_cite_it(made: MadeBase) -> None:
    texts = [
        "How to cite: Writer A. Shared reablement. Made Trust.", "© Made Trust, Shared reablement.",
        "Suggested citation: Shared reablement, Made Trust.",
        "In three of the five towns that took part shared reablement was given by teams of nurses and helpers, and it lasted six weeks.",
    ]
    made.run([("http://a.test/a.pdf", make_document([*texts, prose("a")], title="Shared reablement"))])
    made.publish()
    with Searcher(require_snapshot(made.base)) as searcher:
        (work,) = searcher.search("shared reablement").works
    assert work["passages"][0]["text"].startswith("In three of the five towns") and len(work["passages"]) == 3


def test_a_phrase_that_finds_nothing_says_that_it_is_matched_as_written(near: tuple[Searcher, dict[str, str]]) -> None:
    searcher, _ = near
    assert any("as written" in note for note in searcher.search('"discharges lounges"').notes)
    assert not any("as written" in note for query in ('"discharge lounge"', "nowhere", "lounge NEAR/1 no") for note in searcher.search(query).notes)
