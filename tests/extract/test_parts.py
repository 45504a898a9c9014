"""By which links a page tells its place in a publication, and which links of a site say nothing of that kind."""

from __future__ import annotations

from extract.reading import Hints, read

TEXT = "<p>" + "The two teams agreed to share one office, one budget and one record of each person whom they support. " * 6 + "</p>"


def told(body: str, url: str = "https://made.test/reports/one-desk/2") -> list[tuple[str, str]]:
    """(relation, the address without the site) of each link that is kept."""
    payload = f"<!doctype html><html lang='en'><head><title>One desk</title></head><body>{body}</body></html>".encode()
    links = read(payload, Hints(name=url, media_type="text/html")).part_links
    return [(link.relation, link.url.removeprefix("https://made.test")) for link in links]


def test_next_and_previous_are_told_by_rel_and_by_words() -> None:
    body = f"<main>{TEXT}<a rel='prev' href='1'>Introduction</a><a href='3#top'>Next chapter: Costs</a></main>"
    assert told(body) == [("previous", "/reports/one-desk/1"), ("next", "/reports/one-desk/3")]


def test_the_way_to_the_next_post_story_or_item_is_none_to_a_part() -> None:
    body = (
        f"<main>{TEXT}<a href='3'>Next post</a><a href='4'>Read next story</a><a href='5'>Next article: Costs</a>"
        "<nav class='post-navigation'><div><a rel='next' href='6'>Costs</a></div></nav></main>"
    )
    assert told(body) == []


def test_a_menu_of_numbered_parts_is_kept_in_its_order_with_the_page_itself() -> None:
    menu = "<ul><li><a href='1'>1. Who</a></li><li><strong class='current'>2. Where</strong></li><li><a href='3'>3. Costs</a></li></ul>"
    assert told(f"<main>{menu}{TEXT}</main>") == [("part", f"/reports/one-desk/{number}") for number in (1, 2, 3)]


def test_a_menu_that_calls_itself_one_of_a_report_needs_no_numbers() -> None:
    menu = "<ul><li><a href='who'>Who came</a></li><li><a href='2'>Where they sat</a></li><li><a href='costs'>What it cost</a></li></ul>"
    assert [relation for relation, _ in told(f"<main><h2>In this report</h2>{menu}{TEXT}</main>")] == ["part"] * 3
    assert told(f"<main><h2>In this section</h2>{menu}{TEXT}</main>") == []
    assert told(f"<main><h2>Related reports</h2>{menu}{TEXT}</main>") == []


def test_numbers_that_do_not_count_up_are_no_chapters() -> None:
    menu = "<ul><li><a href='a'>15 odd desks</a></li><li><a href='b'>11 things about chairs</a></li><li><a href='c'>27 lamps</a></li></ul>"
    assert told(f"<main>{TEXT}{menu}</main>") == []


def test_a_table_of_contents_within_the_page_and_files_are_no_parts() -> None:
    menu = "<h2>Contents</h2><ol><li><a href='#a'>1. Who</a></li><li><a href='#b'>2. Where</a></li><li><a href='all.pdf'>3. All</a></li></ol>"
    assert told(f"<main>{menu}{TEXT}</main>") == []


def test_pages_of_other_folders_are_no_parts_whatever_their_numbers() -> None:
    menu = "".join(f"<li><a href='/{room}/{at}'>{at}. {room}</a></li>" for at, room in enumerate(("news", "shop", "jobs"), start=1))
    assert told(f"<main><h2>Chapters</h2><ul>{menu}</ul>{TEXT}</main>") == []


def test_page_numbers_are_kept_for_a_text_and_not_for_a_list_of_teasers() -> None:
    links = "<p><a href='?page=1'>1</a> <a href='?page=3'>3</a></p>"
    url = "https://made.test/essays/desk?page=2"
    assert told(f"<main>{TEXT}{links}</main>", url) == [("page", "/essays/desk?page=1"), ("page", "/essays/desk?page=3")]
    teasers = "".join(f"<div><h3><a href='/essays/{one}'>Essay {one}</a></h3><p>Some words about it.</p></div>" for one in range(4))
    assert told(f"<main>{TEXT}{teasers}{links}</main>", url) == []


def test_the_way_back_to_the_contents_is_kept() -> None:
    assert told(f"<main><a href='/reports/one-desk'>« Back to contents</a>{TEXT}</main>") == [("contents", "/reports/one-desk")]
