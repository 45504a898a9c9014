"""References of journal articles: parts that touch in the mark-up, several under one number, some that are mere text."""

from __future__ import annotations

import pytest
from lxml import etree

from evidence.records import Reference
from extract.marked_references import marked_references

NAME = "<name><surname>{}</surname><given-names>{}</given-names></name>"
GLUED = (
    NAME.format("Example", "AB") + NAME.format("Sample", "C")
    + "<article-title>Who shares an office?</article-title><source>J Ex</source><year>2019</year><volume>3</volume>"
    "<fpage>1</fpage><lpage>9</lpage><pub-id pub-id-type='doi'>10.1000/ABC</pub-id><pub-id pub-id-type='pmid'>123</pub-id>"
)
READABLE = "Example AB, Sample C. Who shares an office? J Ex. 2019;3:1-9. doi:10.1000/ABC"


def entries(inner: str) -> list[Reference]:
    return marked_references(etree.fromstring(f"<ref>{inner}</ref>"))


@pytest.mark.parametrize("tag", ["mixed-citation", "element-citation", "nlm-citation"])
def test_parts_without_punctuation_are_printed_readably(tag: str) -> None:
    one = entries(f"<label>1</label><{tag}>{GLUED}</{tag}>")[0]
    assert one.raw == f"1 {READABLE}"
    assert (one.authors, one.year, one.title, one.doi) == (("Example AB", "Sample C"), 2019, "Who shares an office?", "10.1000/abc")


def test_a_printed_entry_keeps_its_own_punctuation_and_gets_the_space_between_surname_and_initials() -> None:
    names = "<string-name><surname>Example</surname><given-names>A</given-names></string-name>"
    one = entries(f"<mixed-citation>{names}. <article-title><italic>E.</italic>x. offices</article-title>. <year>2019</year>;3.</mixed-citation>")[0]
    assert (one.raw, one.authors, one.title) == ("Example A. E.x. offices. 2019;3.", ("Example A",), "E.x. offices")


def test_an_entry_that_is_mere_text_is_read_by_the_rules() -> None:
    one = entries("<mixed-citation>Example AB, Sample C. Sharing an office. J Ex. 2019;3:1-9.</mixed-citation>")[0]
    assert (one.authors, one.year, one.title) == (("Example AB", "Sample C"), 2019, "Sharing an office")


def test_several_entries_under_one_number_stay_apart() -> None:
    both = entries("".join(f"<mixed-citation>Example A. Sharing {what}. J Ex. 2019;3:1.</mixed-citation>" for what in ("offices", "budgets")))
    assert [one.title for one in both] == ["Sharing offices", "Sharing budgets"]


def test_editors_are_no_authors_where_there_are_authors() -> None:
    groups = "".join(
        f"<person-group person-group-type='{kind}'>{NAME.format(surname, 'A')}</person-group>"
        for kind, surname in (("editor", "Edited"), ("author", "Written")))
    assert entries(f"<element-citation>{groups}<source>Offices</source><year>2019</year></element-citation>")[0].authors == ("Written A",)


def test_the_same_citation_given_twice_is_one_entry() -> None:
    twice = f"<citation-alternatives><element-citation>{GLUED}</element-citation><mixed-citation>{READABLE}</mixed-citation></citation-alternatives>"
    assert [(one.raw, one.year) for one in entries(twice)] == [(READABLE, 2019)]
