"""Which documents are one work, which are not, and which copy is shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evidence.records import Decision, Document
from tests.warehouse.factory import FIRST_DAY, Link, MadeBase, make_document, prose
from warehouse.history import History
from warehouse.items import Item, normal_doi, normal_isbn
from warehouse.likeness import same_title, sketch, title_words
from warehouse.planning import plan
from warehouse.works import Work, group

PAGE, FILE = "http://a.test/report", "http://a.test/report.pdf"


def works_of(made: MadeBase) -> list[Work]:
    return plan(made.base, "x1", "c1").works


def roles(made: MadeBase) -> dict[str, tuple[str, str]]:
    """Document id to (work id, role)."""
    return {copy.document: (work.id, copy.role) for work in works_of(made) for copy in work.copies}


def test_a_landing_page_and_its_report_are_one_work_that_shows_the_report(made: MadeBase) -> None:
    page = make_document([prose("p", 4)], title="Care in Torbay | Made Trust", html=True)
    file = make_document([prose("f", 90)], title="Care in Torbay")
    made.run([(PAGE, page), (FILE, file)], via={FILE: (PAGE, "Download")})
    (work,) = works_of(made)
    assert work.shown == work.id == file.id
    assert {copy.document: copy.role for copy in work.copies} == {file.id: "main", page.id: "landing_page"}
    assert "title" in work.copies[1].reason and "Download" in work.copies[1].reason


def test_a_page_that_offers_one_untitled_file_in_so_many_words_is_its_landing_page(made: MadeBase) -> None:
    page = make_document([prose("p", 4)], title="Care in Torbay", html=True, links=(Link(FILE, "Full report (PDF)"),))
    file = make_document([prose("f", 90)])
    made.run([(PAGE, page), (FILE, file)], via={FILE: (PAGE, "Full report (PDF, 1.2 MB)")})
    assert len(works_of(made)) == 1


def test_a_page_whose_link_has_its_own_title_is_the_landing_page_even_if_the_file_calls_itself_otherwise(made: MadeBase) -> None:
    page = make_document([prose("p", 4)], title="Joined wards in Leeds", html=True)
    file = make_document([prose("f", 90)], title="Microsoft Word draft seven")
    made.run([(PAGE, page), (FILE, file)], via={FILE: (PAGE, "Joined wards in Leeds (PDF)")})
    assert len(works_of(made)) == 1


def test_a_page_that_lists_many_reports_is_not_their_landing_page(made: MadeBase) -> None:
    files = [make_document([prose(f"f{n}", 60)], title=f"Report on the {topic} service") for n, topic in enumerate(("ward", "bus", "meal", "debt"))]
    listing = make_document([document.title or "" for document in files], title="All our reports", html=True)
    urls = [f"http://a.test/{n}.pdf" for n in range(4)]
    made.run(
        [(PAGE, listing), *zip(urls, files, strict=True)], via={url: (PAGE, document.title or "") for url, document in zip(urls, files, strict=True)}
    )
    assert len(works_of(made)) == 5


def test_a_blog_that_links_to_somebody_elses_report_is_a_work_of_its_own(made: MadeBase) -> None:
    blog = make_document([prose("p", 30)], title="Five things that struck us this week", html=True)
    file = make_document([prose("f", 90)], title="Hospital discharge in coastal towns")
    made.run([(PAGE, blog), (FILE, file)], via={FILE: (PAGE, "a new report by the council")})
    assert len(works_of(made)) == 2


def test_the_page_of_one_part_does_not_swallow_another_part(made: MadeBase) -> None:
    page = make_document([prose("p", 4)], title="Care in Torbay part 1", html=True)
    first, second = (make_document([prose(f"f{n}", 60)], title=f"Care in Torbay part {n}") for n in (1, 2))
    made.run(
        [(PAGE, page), ("http://a.test/1.pdf", first), ("http://a.test/2.pdf", second)],
        via={"http://a.test/1.pdf": (PAGE, "Part 1"), "http://a.test/2.pdf": (PAGE, "Part 2")},
    )
    found = roles(made)
    assert found[page.id][0] == found[first.id][0] != found[second.id][0]


def test_a_later_text_at_the_same_address_is_a_newer_version_and_is_shown(made: MadeBase) -> None:
    old, new = make_document([prose("one", 40)], title="Plan"), make_document([prose("two", 40)], title="Plan, revised")
    made.run([(FILE, old)])
    made.run([(FILE, new)])
    (work,) = works_of(made)
    assert (work.id, work.shown) == (old.id, new.id)
    assert work.copies[1].role == "version" and "older version" in work.copies[1].reason


def test_the_same_bytes_at_two_addresses_are_one_document_with_two_places(made: MadeBase) -> None:
    file = make_document([prose("one", 40)], title="Plan")
    made.run([(FILE, file), ("http://mirror.test/x.pdf", file)])
    made.publish()
    assert made.rows("SELECT url, role, shown FROM copies ORDER BY shown DESC") == [(FILE, "main", True), ("http://mirror.test/x.pdf", "copy", False)]


def test_the_same_words_in_another_file_are_a_copy(made: MadeBase) -> None:
    made.run(
        [
            (FILE, make_document([prose("one", 40)], title="Plan")),
            ("http://b.test/x.pdf", make_document([prose("one", 40)], title="Other name", wrapping="%")),
        ]
    )
    (work,) = works_of(made)
    assert sorted(copy.role for copy in work.copies) == ["copy", "main"]


@pytest.mark.parametrize(("field", "a", "b"), [("doi", "10.1234/ABC", "https://doi.org/10.1234/abc"), ("isbn", "0-306-40615-2", "978-0306406157")])
def test_the_same_identifier_in_any_spelling_joins(made: MadeBase, field: str, a: str, b: str) -> None:
    made.run(
        [
            (FILE, make_document([prose("one", 40)], title="Plan", **{field: a})),
            ("http://b.test/x.pdf", make_document([prose("two", 5)], title="Plan", **{field: b})),
        ]
    )
    assert len(works_of(made)) == 1


def test_chapters_that_share_a_books_isbn_stay_apart(made: MadeBase) -> None:
    made.run(
        [
            (f"http://a.test/{n}.pdf", make_document([prose(f"c{n}", 60)], title=title, isbn="9780306406157"))
            for n, title in enumerate(("How wards began", "Money and its limits"))
        ]
    )
    assert len(works_of(made)) == 2


def nearly(seed: str, changed: int, sentences: int = 80) -> list[str]:
    """The prose of a seed with its first sentences exchanged."""
    return [prose(f"{seed} changed", changed) + " " + " ".join(prose(seed, sentences).split(". ")[changed:])]


def test_nearly_the_same_text_under_the_same_title_is_a_near_duplicate(made: MadeBase) -> None:
    made.run(
        [
            (FILE, make_document(nearly("n", 0), title="Care in Torbay")),
            ("http://b.test/x.pdf", make_document(nearly("n", 6), title="Care in Torbay")),
        ]
    )
    (work,) = works_of(made)
    assert work.copies[1].role == "near_duplicate" and "% of the text" in work.copies[1].reason


def test_a_summary_contained_in_its_report_is_the_same_work_although_the_texts_are_mostly_different(made: MadeBase) -> None:
    whole = prose("w", 120)
    summary = make_document([whole[: len(whole) * 4 // 10]], title="Care in Torbay", published="2012")
    report = make_document([whole], title="Care in Torbay", published="2012")
    made.run([(FILE, report), ("http://b.test/summary.pdf", summary)])
    (work,) = works_of(made)
    assert work.shown == report.id


@pytest.mark.parametrize(
    ("one", "other"),
    [("Annual report 2018", "Annual report 2019"), ("Profile of Leeds", "Profile of York"), ("Care plan part 1", "Care plan part 2")],
)
def test_a_template_filled_in_twice_is_two_works(made: MadeBase, one: str, other: str) -> None:
    made.run([(FILE, make_document(nearly("n", 0), title=one)), ("http://b.test/x.pdf", make_document(nearly("n", 6), title=other))])
    assert len(works_of(made)) == 2


def test_documents_that_could_not_be_read_are_not_taken_for_copies_of_one_another(made: MadeBase) -> None:
    refused = [make_document([], title=None, status="refused", reason="broken", wrapping=str(n)) for n in range(2)]
    made.run([(f"http://a.test/{n}.pdf", document) for n, document in enumerate(refused)])
    made.publish()
    assert made.rows("SELECT count(*), count(work) FROM documents") == [(2, 0)] and works_of(made) == []


def test_a_newer_version_that_cannot_be_read_leaves_the_readable_one_shown(made: MadeBase) -> None:
    good, bad = make_document([prose("a", 20)], title="A"), make_document([], title=None, status="refused", reason="broken")
    made.run([(FILE, good)])
    made.run([(FILE, bad)])
    (work,) = works_of(made)
    assert work.shown == good.id and {copy.document for copy in work.copies} == {good.id, bad.id}


def test_the_first_document_does_not_depend_on_the_order_in_which_a_run_fetched(tmp_path: object) -> None:
    page = make_document([prose("p", 4)], title="Care in Torbay", html=True)
    file = make_document([prose("f", 90)], title="Care in Torbay")
    ids = set()
    for number, order in enumerate(([(PAGE, page), (FILE, file)], [(FILE, file), (PAGE, page)])):
        made = MadeBase(tmp_path / str(number))  # type: ignore[operator]
        made.run(order, via={FILE: (PAGE, "Download")})
        ids.add(works_of(made)[0].id)
    assert ids == {file.id}


def test_a_report_that_is_found_later_joins_its_page_and_the_pages_id_lasts(made: MadeBase) -> None:
    page = make_document([prose("p", 4)], title="Care in Torbay", html=True)
    file = make_document([prose("f", 90)], title="Care in Torbay")
    made.run([(PAGE, page)])
    made.run([(FILE, file)], via={FILE: (PAGE, "Download")})
    made.publish()
    assert made.rows("SELECT id, shown_document FROM works") == [(page.id, file.id)]
    assert made.rows("SELECT alias, work FROM aliases") == [(file.id, page.id)]


def decide(action: str, target: Document, other: Document) -> Decision:
    return Decision(f"{action}-{target.id[:4]}", "ann", FIRST_DAY, action, target.id, other=other.id)


def test_a_person_merges_and_parts_works_against_all_other_reasons(made: MadeBase) -> None:
    a, b, c = (
        make_document([prose("a", 40)], title="One"),
        make_document([prose("b", 40)], title="Two"),
        make_document([prose("b", 40)], title="Two", wrapping="%"),
    )
    made.run([("http://a.test/a", a), ("http://a.test/b", b), ("http://a.test/c", c)])
    planned = plan(made.base, "x1", "c1")
    items = list(planned.items.values())
    assert len(planned.works) == 2
    assert len(group(items, planned.history, [decide("merge", a, b)])) == 1
    assert len(group(items, planned.history, [decide("split", b, c)])) == 3


def test_grouping_many_pages_of_one_template_compares_each_with_a_bounded_number_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = np.random.default_rng(1)
    shared = dice.integers(0, 2**32, 128, dtype=np.uint32)
    compared = []
    monkeypatch.setattr("warehouse.works.near_duplicate", lambda a, b: compared.append(1))

    def comparisons(count: int) -> int:
        made = []
        for number in range(count):
            minima = shared.copy()
            minima[dice.random(128) < 0.5] = dice.integers(0, 2**32)
            made.append(
                Item(
                    f"{number:064x}",
                    "ok",
                    "application/pdf",
                    f"{number}",
                    f"Profile {number}",
                    None,
                    None,
                    None,
                    (),
                    sketch(tuple(int(one) for one in minima)),
                    title_words(f"Profile {number}"),
                    (),
                    None,
                )
            )
        compared.clear()
        group(made, History({}))
        return len(compared)

    small, large = comparisons(1_000), comparisons(4_000)
    assert 0 < large < 4 * small * 1.5, f"4 times the documents took {large / small:.1f} times the comparisons"


def test_titles_are_compared_by_their_telling_words_and_numbers() -> None:
    same = [
        ("Integrated care in Torbay", "INTEGRATED CARE IN TORBAY | Made Trust"),
        ("The plan", "Plan"),
        ("Care in Torbay: an evaluation", "Care in Torbay - an evaluation"),
    ]
    other = [
        ("Annual report 2018", "Annual report 2019"),
        ("Section 4.5.1 Alcohol", "Section 4.5.2 Alcohol"),
        ("Report", "Report appendix"),
        ("Home", "About us"),
        ("", ""),
    ]
    assert all(same_title(title_words(a), title_words(b)) for a, b in same)
    assert not any(same_title(title_words(a), title_words(b)) for a, b in other)


def test_signatures_estimate_size_and_containment_of_real_texts() -> None:
    whole = prose("w", 400)
    part = whole[: len(whole) // 3]
    large, small = (sketch(make_document([text]).signature) for text in (whole, part))
    words = len(set(zip(*[whole.split()[at:] for at in range(5)], strict=False)))
    assert abs(large.size / words - 1) < 0.3
    assert large.containment(small) > 0.75
    assert large.containment(sketch(make_document([prose("other", 100)]).signature)) < 0.1


def test_identifiers_are_told_from_what_is_none() -> None:
    assert normal_doi("doi:10.1234/X.y.") == "10.1234/x.y"
    assert normal_doi("see below") is None and normal_doi(None) is None
    assert normal_isbn("0-306-40615-2") == "9780306406157"
    assert normal_isbn("12") is None


def test_a_document_without_any_capture_is_still_a_work(made: MadeBase) -> None:
    one = replace(make_document([prose("a", 20)], title="One"))
    works = group(
        [
            Item(
                one.id,
                "ok",
                one.media_type,
                one.content_digest,
                one.title,
                None,
                None,
                None,
                (),
                sketch(one.signature),
                title_words(one.title),
                (),
                None,
            )
        ],
        History({}),
    )
    assert [work.shown for work in works] == [one.id]


def excerpt_and_report(made: MadeBase, page_title: str, report_title: str, own: int = 0, words: int = 14) -> list[Work]:
    """A page with ``words`` sentences of a report of 300, and ``own`` of its own."""
    report = prose("r", 300)
    taken = ". ".join(report.split(". ")[40 : 40 + words])
    page = make_document([taken, *([prose("own", own)] if own else [])], title=page_title, html=True)
    other = make_document([prose("o", 300)], title="Another report")
    made.run([(PAGE, page), ("http://a.test/other", other), (FILE, make_document([report], title=report_title))])
    return works_of(made)


def test_a_page_with_the_reports_title_and_words_out_of_it_is_its_landing_page_without_any_link(made: MadeBase) -> None:
    works = excerpt_and_report(made, "care bundle for stroke", "Care bundle for stroke", own=5)
    assert len(works) == 2
    (landing,) = [copy for work in works for copy in work.copies if copy.role == "landing_page"]
    assert "stands in it" in landing.reason


def test_a_page_that_is_all_taken_from_one_report_is_its_landing_page_whatever_its_title(made: MadeBase) -> None:
    assert len(excerpt_and_report(made, "In this project we", "Care bundle for stroke")) == 2


def test_a_page_that_merely_quotes_a_report_is_a_work_of_its_own(made: MadeBase) -> None:
    assert len(excerpt_and_report(made, "What we read this week", "Care bundle for stroke", own=20)) == 3


def test_a_page_with_the_reports_title_and_no_word_of_it_is_a_work_of_its_own(made: MadeBase) -> None:
    page = make_document([prose("p", 30)], title="Stroke care bundle", html=True)
    made.run([(PAGE, page), (FILE, make_document([prose("f", 90)], title="Stroke care bundle"))])
    assert len(works_of(made)) == 2


def test_the_pages_of_a_report_published_in_sections_are_not_copies_of_the_whole(made: MadeBase) -> None:
    report = prose("r", 300).split(". ")
    sections = [make_document([". ".join(report[at : at + 30])], title=f"Chapter on {topic}", html=True)
                for at, topic in zip(range(0, 120, 30), ("wards", "money", "people", "data"), strict=True)]
    made.run([*((f"http://a.test/{n}", one) for n, one in enumerate(sections)), (FILE, make_document([". ".join(report)], title="The whole"))])
    assert len(works_of(made)) == 5
