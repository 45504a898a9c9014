"""Dates, numbers, names, references and titles, on lines made for it."""

# ruff: noqa: E501 (made documents and lines are kept in one piece)
from __future__ import annotations

from pathlib import Path

import pytest

from extract.boilerplate import BoilerplateRulesError, is_boilerplate, rules
from extract.identifiers import doi_in, isbn_in, issn_in
from extract.metadata.choice import is_junk_title, title_from_name
from extract.metadata.dates import dates_in, normal_date
from extract.metadata.people import bare_name, is_organisation, names_in
from extract.metadata.words import WordListError, words
from extract.reading import Hints, read
from extract.references import parse

BODY = (
    "Staff of both teams said that the change took longer than planned, because the record systems did not speak to each other at first. "
    * 2
)


@pytest.mark.parametrize(
    ("printed", "iso"),
    [
        ("8 February 2023", "2023-02-08"),
        ("February 28, 2020", "2020-02-28"),
        ("7th August 2019", "2019-08-07"),
        ("Sept 2018", "2018-09"),
        ("June 2019", "2019-06"),
        ("2021-05-04", "2021-05-04"),
        ("D:20200412180831+01'00'", "2020-04-12"),
        ("04/05/2021", "2021-05-04"),
        ("2017", "2017"),
        ("31 February 2020", "2020-02"),
        ("no date", None),
    ],
)
def test_dates_are_read_as_printed(printed: str, iso: str | None) -> None:
    assert normal_date(printed) == iso


def test_a_range_of_years_is_no_date() -> None:
    assert dates_in("between 2012-18 and over 2,019 people") == []


def test_identifiers_need_their_check_digit() -> None:
    assert doi_in("see https://doi.org/10.1186/1472-6963-13-132.") == "10.1186/1472-6963-13-132"
    assert isbn_in("ISBN 978-0-306-40615-7") == "9780306406157" and isbn_in("ISBN 978-0-306-40615-8") is None
    assert issn_in("ISSN 0378-5955") == "0378-5955" and issn_in("ISSN 0378-5954") is None


def test_names_come_without_marks_titles_and_roles() -> None:
    assert names_in("Ann B. Example1*, Dr Carl de Sample2,3 and Dora Test-Case1", frozenset()) == [
        "Ann B. Example",
        "Carl de Sample",
        "Dora Test-Case",
    ]
    assert bare_name("Professor Dame Ann Example OBE PhD") == "Ann Example"
    assert names_in("Integrated Care Records, Shared Decision Making", frozenset()) == []


@pytest.mark.parametrize(
    ("line", "body"),
    [
        ("University of Example", True),
        ("NHS England", True),
        ("Valley Community Healthcare NHS Trust", True),
        ("Integrated care in England", False),
        ("Sharing an office", False),
        ("FEBRUARY 28, 2020", False),
        ("If the Trust", False),
        ("Which Hospitals", False),
        ("Dr Ann Example, University of Somewhere", False),
        ("Dr Example Hospital Trust", True),
    ],
)
def test_bodies_are_told_from_titles(line: str, body: bool) -> None:
    assert is_organisation(line) is body


@pytest.mark.parametrize(
    "title",
    [
        "Microsoft Word - report.doc",
        "PowerPoint Presentation",
        "Untitled",
        "MergedFile",
        "final_report_v3.docx",
        "Slide 1",
        "scan0001",
        "Document1",
    ],
)
def test_titles_of_programs_are_junk(title: str) -> None:
    assert is_junk_title(title)


def test_a_file_name_becomes_words() -> None:
    assert title_from_name("https://example.org/files/Section%204.2_sharing-an-office_final_v2.pdf") == "sharing an office"
    assert title_from_name("a1b2.pdf") is None


@pytest.mark.parametrize(
    ("raw", "authors", "year", "title"),
    [
        (
            "1. Example AB, Sample C, et al. Sharing an office. J Ex 2019;3:1-9. doi:10.1000/x1",
            ("Example AB", "Sample C"),
            2019,
            "Sharing an office",
        ),
        (
            "Example, A. B., & Sample, C. (2018). Sharing an office: lessons. Journal of Examples, 3(1), 1-9.",
            ("Example, A. B.", "Sample, C."),
            2018,
            "Sharing an office: lessons",
        ),
        (
            "Example A and Sample C (2017) Sharing an office. London: Example Trust.",
            ("Example A", "Sample C"),
            2017,
            "Sharing an office",
        ),
        (
            "Department of Examples (2012) Caring for our future. London: The Stationery Office",
            ("Department of Examples",),
            2012,
            "Caring for our future",
        ),
        (
            "[12] A Example and C Sample, ‘Sharing an office’, Journal of Examples, 2016.",
            ("A Example", "C Sample"),
            2016,
            "Sharing an office",
        ),
        (
            "Example, J., Sample, J.W.: Broken limits to sharing. Offices 296(5570), 1029 (2002)",
            ("Example, J.", "Sample, J.W."),
            2002,
            "Broken limits to sharing",
        ),
        ("Example B, Sample R. 2012. Training of teams. Offices 21: 3-9.", ("Example B", "Sample R"), 2012, "Training of teams"),
        (
            "Example AB, Sample-Case C-D, et al Sharing an office. J Ex 2019;3:1-9.",
            ("Example AB", "Sample-Case C-D"),
            2019,
            "Sharing an office",
        ),
        (
            "Example A, for the Sharing Study Group. What became of 1990 and 2013. Lancet. 2016;387:1-9.",
            ("Example A", "Sharing Study Group"),
            2016,
            "What became of 1990 and 2013",
        ),
        ("WHO. The office report 2002. Geneva: WHO; 2003.", ("WHO",), 2003, "The office report 2002"),
        (
            "Department of Examples and Human Offices (2012) How many share? Results of a survey made among the teams. London: Office.",
            ("Department of Examples and Human Offices",),
            2012,
            "How many share? Results of a survey made among the teams",
        ),
        ("Example A. Sharing in the UK. Offices. 2011;3:1.", ("Example A",), 2011, "Sharing in the UK"),
    ],
)
def test_references_of_each_style(raw: str, authors: tuple[str, ...], year: int, title: str) -> None:
    found = parse(raw)
    assert (found[0], found[1], found[2]) == (authors, year, title)


@pytest.mark.parametrize(
    "line",
    [
        "Skip to main content",
        "We use cookies to improve your experience.",
        "Your browser is no longer supported",
        "Share this page",
        "Sign up to our newsletter",
        "© 2020 Example Trust. All rights reserved.",
        "Back to top",
        "Tel: 0113 496 0000",
        "Related article: two teams, one office",
        "Related stories from the two valleys this week",
    ],
)
def test_furniture_is_told_from_text(line: str) -> None:
    assert is_boilerplate(line)


@pytest.mark.parametrize(
    "line",
    [
        "Sharing records needs consent.",
        "Patients were asked to share their view of the service.",
        "People at home received visits from both teams.",
        "The programme was supported by a newsletter for carers.",
        "Related party transactions of the two trusts",
        "Related needs are met by one team.",
    ],
)
def test_sentences_are_not_furniture(line: str) -> None:
    assert not is_boilerplate(line)


def test_a_policys_control_table_says_when_it_was_approved() -> None:
    text = f"# Policy on shared offices\n\nGuidance of others (AB12; published 25th October 2023) states:\n\n{BODY}\n\n## Document control\n\n"
    text += "| Process | Details |\n| --- | --- |\n| Ratified by | Example Board |\n| Date ratified: | June 2024 |\n| Review date: | June 2027 |\n"
    assert read(text.encode(), Hints(name="policy.md")).published == "2024-06"


def test_a_short_title_that_a_page_gives_twice_is_believed() -> None:
    head = '<title>Hub | Example Trust</title><meta property="og:title" content="Hub">'
    head += '<script type="application/ld+json">{"@type":"WebPage","headline":"North &amp; East","publisher":{"name":"Example Trust"}}</script>'
    page = "<!doctype html><html><head>%s</head><body><main><h1>%s</h1><p>%s</p></main></body></html>"
    hub = read((page % (head.replace("North &amp; East", "Hub"), "Hub", BODY)).encode(), Hints(name="hub.html"))
    assert hub.title == "Hub"
    plain = '<script type="application/ld+json">{"@type":"WebPage","headline":"North &amp; East"}</script>'
    assert read((page % (plain, "", BODY)).encode(), Hints(name="x.html")).title == "North & East"


def test_a_page_without_a_head_is_not_called_by_the_introduction_to_a_list() -> None:
    page = f"<p>{BODY}</p><p>Our work was meant for many readers, among them:</p><ol><li>Health care providers</li><li>People at home</li></ol>"
    assert read(page.encode(), Hints(name="http://example.org/work/sharing-an-office.html")).title == "sharing an office"


def test_acknowledged_people_are_not_authors() -> None:
    text = f"Sharing an Office\n\nBy Ann Example and Bob Sample\n\nMarch 2020\n\nAcknowledgements\n\nWe thank Carl Thanked, Dora Thanked and Eve Thanked.\n\nIntroduction\n\n{BODY}"
    document = read(text.encode(), Hints(name="a.txt"))
    assert document.authors == ("Ann Example", "Bob Sample") and document.published == "2020-03"


def test_a_suggested_citation_says_who_what_and_when() -> None:
    text = f"Report\n\nSharing an office\n\nSuggested citation: Example A and Sample B (2019) Sharing an office: lessons from two teams. London: Example Trust.\n\nIntroduction\n\n{BODY}"
    document = read(text.encode(), Hints(name="a.txt"))
    assert (document.title, document.published, document.publisher) == (
        "Sharing an office: lessons from two teams",
        "2019",
        "Example Trust",
    )
    assert {"first_page", "colophon"} <= {value.source for value in document.provenance if value.field == "title"}


@pytest.mark.parametrize(("front", "back", "publisher", "title"), [
    ("Valley Trust for Shared Work (VTSW) Joining Desks In Four Towns", "", "Valley Trust for Shared Work (VTSW)", "Joining Desks In Four Towns"),
    ("Joining desks in four towns\n\nValley Academic Health Trust in partnership with Hill Council", "", "Valley Academic Health Trust",
     "Joining desks in four towns"),
    ("Joining desks in four towns\n\nMarch 2020", "Valley\n\nHealth and Wellbeing\n\nBoard", "Valley Health and Wellbeing Board",
     "Joining desks in four towns"),
    ("Joining the Shared NHS\n\nMarch 2020", "", None, "Joining the Shared NHS"),
])
def test_bodies_are_found_where_covers_print_them(front: str, back: str, publisher: str | None, title: str) -> None:
    text = f"{front}\n\nIntroduction\n\n" + "\n\n".join([BODY] * 45) + f"\n\n{back}"
    document = read(text.encode(), Hints(name="a.txt"))
    assert (document.publisher, document.title) == (publisher, title)


@pytest.mark.parametrize(("text", "message"), [("junk_titles = 3\n", "expected a list"), ("odd = ['x']\n", "unknown key")])
def test_a_broken_word_list_is_named_with_its_key(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "words.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WordListError, match=message):
        words(path)


def test_a_broken_rule_is_named_with_its_key(tmp_path: Path) -> None:
    path = tmp_path / "boilerplate.toml"
    path.write_text('[[rule]]\nname = "menu"\nmax_words = 3\npatterns = ["("]\n', encoding="utf-8")
    with pytest.raises(BoilerplateRulesError, match="menu"):
        rules(path)
