"""Which web pages carry no text of their own: lists of links and a site's own pages are told from articles among many links."""

from __future__ import annotations

import pytest

from extract.reading import Hints, read

TEASER = "What two neighbouring districts learnt when their nurses and social workers moved into one office."
PARAGRAPH = (
    "The two teams agreed to share one office, one budget and one record of each person they support. Staff said that the change took "
    "longer than planned, because the information systems did not speak to each other and nobody had asked the people who use them."
)

OTHER = (
    "A year later most people had one person to call. Referrals took two days instead of nine, and the number of visits by two "
    "professionals on the same day fell by a third, although the interviews suggest that the quieter half of the staff still felt alone."
)


def kind(body: str, title: str = "Sharing an office", head: str = "") -> str | None:
    page = f"<!doctype html><html lang='en'><head><title>{title} | Example Trust</title>{head}</head><body>{body}</body></html>"
    return read(page.encode(), Hints(name="page.html", media_type="text/html")).page_kind


def index(entries: int, teaser: str = TEASER) -> str:
    return "".join(f"<div><h3><a href='/reports/{n}'>Report number {n} on shared offices</a></h3><p>{teaser}</p><span>4 May 2021</span></div>"
                   for n in range(entries))


def test_an_index_of_reports_is_a_listing() -> None:
    assert kind(f"<main><h1>Reports</h1><p>All our reports on shared offices, the newest first.</p>{index(12)}</main>", "Reports") == "listing"


def test_a_plain_list_of_links_is_a_listing() -> None:
    links = "".join(f"<li><a href='/areas/{n}.html'>Shared offices in area {n} of the county</a></li>" for n in range(9))
    assert kind(f"<main><h1>Areas</h1><p>Choose one of the areas below to read about its teams.</p><ul>{links}</ul></main>", "Areas") == "listing"


def test_a_page_that_only_introduces_a_few_links_is_a_listing() -> None:
    links = "".join(f"<li><a href='/appendix/{name}.html'>{name}</a></li>" for name in ("Glossary", "Publications", "Code and other resources"))
    said = "<p>Further material on shared offices includes the code of the project, a list of what was published and a glossary of terms.</p>"
    assert kind(f"<main><h1>Appendix</h1><nav><ul>{links}</ul></nav>{said}</main>", "Appendix") == "listing"
    assert kind(f"<main><h1>Appendix</h1><nav><ul>{links}</ul></nav>{said}<p>{PARAGRAPH}</p></main>", "Appendix") is None


def test_a_short_text_among_many_links_is_no_listing() -> None:
    assert kind(f"<main><h1>Sharing an office</h1><p>{PARAGRAPH}</p><p>{OTHER}</p>{index(30)}</main>") is None


def test_a_sections_front_page_with_a_text_below_its_menu_is_no_listing() -> None:
    menu = "".join(f"<li><a href='/work/{n}.html'>Part {n} of the work</a></li>" for n in range(7))
    assert kind(f"<main><ul role='navigation'>{menu}</ul><h1>Our work</h1><p>{OTHER}</p><p>{TEASER}</p></main>", "Our work") is None


def test_a_page_that_calls_itself_an_article_is_no_listing() -> None:
    head = "<meta property='og:type' content='article'>"
    assert kind(f"<main><h1>Sharing an office</h1><p>{TEASER}</p>{index(12)}</main>", head=head) is None


def test_a_report_s_landing_page_with_its_files_is_no_listing() -> None:
    files = "".join(f"<p><a href='/files/office-{n}.pdf'>Sharing an office: part {n}</a></p>" for n in range(8))
    assert kind(f"<main><h1>Sharing an office</h1><p>{TEASER}</p>{files}</main>") is None


def test_a_text_with_a_list_of_contents_is_no_listing() -> None:
    contents = "".join(f"<li><a href='#part-{n}'>Part {n} of what was learnt</a></li>" for n in range(9))
    assert kind(f"<main><h1>Sharing an office</h1><ul>{contents}</ul><p>{TEASER}</p></main>") is None


@pytest.mark.parametrize("title", ["Privacy policy", "Cookies", "Terms and conditions", "Accessibility statement", "Contact us", "Page not found"])
def test_a_page_that_a_site_carries_for_its_own_sake_is_told_by_its_title(title: str) -> None:
    assert kind(f"<main><h1>{title}</h1><p>{PARAGRAPH}</p><p>{OTHER}</p></main>", title) == "site_page"


@pytest.mark.parametrize(
    "title", ["Privacy policy and shared records: what patients expect", "Contact with services before admission", "Help at home"]
)
def test_a_report_about_such_things_is_none(title: str) -> None:
    assert kind(f"<main><h1>{title}</h1><p>{PARAGRAPH}</p><p>{OTHER}</p></main>", title) is None


def test_what_is_no_web_page_has_no_page_kind() -> None:
    assert read(PARAGRAPH.encode(), Hints(name="note.txt")).page_kind is None


def test_main_within_main_counts_no_line_twice() -> None:
    links = "".join(f"<p><a href='/reports/{n}'>Report {n} on offices</a></p>" for n in range(3))
    body = f"<h1>Sharing an office</h1><p>{PARAGRAPH}</p>{links}"
    assert kind(f"<main><div role='main'>{body}</div></main>") == kind(f"<main>{body}</main>") is None


@pytest.mark.parametrize("title", [
    "Accessibility for people with learning disabilities", "Data protection for integrated care systems",
    "Privacy for older people in care homes", "Search for the perfect integrated care model", "Sign up to Safety: lessons from the campaign"])
def test_a_report_whose_title_begins_like_a_pages_of_the_site_is_none(title: str) -> None:
    assert kind(f"<main><h1>{title}</h1><p>{PARAGRAPH}</p><p>{OTHER}</p></main>", title) is None
