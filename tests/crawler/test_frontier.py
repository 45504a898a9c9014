"""Rounds: their order, and that no order of arrival changes what they hold."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from crawler.frontier import FROM_FEED, FROM_PAGE, FROM_SITEMAP, Frontier, Lead
from evidence.records import Capture

LEADS = st.builds(
    Lead, url=st.sampled_from([f"http://x/{name}" for name in "abcdef"]), role=st.sampled_from(["page", "document"]),
    kind=st.sampled_from([FROM_PAGE, FROM_FEED, FROM_SITEMAP]), depth=st.integers(0, 2), via=st.sampled_from([None, "http://x/1", "http://x/2"]),
    link_text=st.sampled_from([None, "one", "two"]), crowd=st.integers(0, 2), modified=st.sampled_from([None, date(2020, 1, 1), date(2024, 1, 1)]))


def rounds(frontier: Frontier) -> list[list[Lead]]:
    found = []
    while batch := frontier.next_round():
        found.append(batch)
    return found


@given(st.lists(LEADS, max_size=12), st.randoms(), st.sampled_from([None, 1, 3]), st.sampled_from([None, date(2022, 1, 1)]))
def test_the_order_in_which_leads_arrive_changes_nothing(leads: list[Lead], chance: random.Random, limit: int | None, since: date | None) -> None:
    # The day is a property of the address in one sitemap; leads that differ in nothing else cannot come of one source.
    leads = list({(*lead.order, lead.url): lead for lead in leads}.values())
    shuffled = leads.copy()
    chance.shuffle(shuffled)
    results = []
    for order in (leads, shuffled):
        frontier = Frontier(limit=limit, since=since)
        for lead in order:
            frontier.offer(lead)
        results.append(rounds(frontier))
    assert results[0] == results[1]
    urls = [lead.url for batch in results[0] for lead in batch]
    assert len(urls) == len(set(urls))


def test_discovery_comes_before_pages_these_by_depth_and_files_last() -> None:
    frontier = Frontier()
    leads = (Lead("http://x/f.pdf", "document"), Lead("http://x/deep", "page", depth=1), Lead("http://x/a", "page"), Lead("http://x/map", "sitemap"))
    for lead in leads:
        frontier.offer(lead)
    assert [[lead.url for lead in batch] for batch in rounds(frontier)] == [["http://x/map"], ["http://x/a"], ["http://x/deep"], ["http://x/f.pdf"]]


def test_a_better_lead_wins_until_the_round_begins() -> None:
    frontier = Frontier()
    frontier.offer(Lead("http://x/f.pdf", "document", FROM_SITEMAP, via="http://x/map"))
    frontier.offer(Lead("http://x/f.pdf", "document", via="http://x/b", crowd=1))
    frontier.offer(Lead("http://x/f.pdf", "document", via="http://x/a", crowd=9))
    (batch,) = rounds(frontier)
    assert batch[0].via == "http://x/b"
    frontier.offer(Lead("http://x/f.pdf", "document", via="http://x/a"))
    assert frontier.next_round() == [], "an address is asked for twice"


def test_known_publications_are_asked_for_last_of_the_pages_unless_named() -> None:
    known = tuple(Capture("s", f"http://x/{name}", "r1", datetime.now(UTC), "fetched", via="http://x/old", depth=1, role="page") for name in "ab")
    frontier = Frontier(known=known)
    frontier.offer(Lead("http://x/a", "page", via="http://x/map", kind=FROM_SITEMAP))
    frontier.offer(Lead("http://x/f.pdf", "document"))
    assert [[(lead.url, lead.via) for lead in batch] for batch in rounds(frontier)] == [
        [("http://x/a", "http://x/map")], [("http://x/b", "http://x/old")], [("http://x/f.pdf", None)]]


def test_most_bounds_everything_and_counts_what_was_left_out() -> None:
    frontier = Frontier(most=2)
    for name in "abcd":
        frontier.offer(Lead(f"http://x/{name}", "page"))
    assert [lead.url for batch in rounds(frontier) for lead in batch] == ["http://x/a", "http://x/b"]
    assert frontier.left_out == 2


def test_limited_harvests_take_the_newest_first() -> None:
    frontier = Frontier(limit=1)
    frontier.offer(Lead("http://x/a", "page", modified=date(2020, 1, 1)))
    frontier.offer(Lead("http://x/b", "page", modified=date(2024, 1, 1)))
    assert [lead.url for lead in frontier.next_round()] == ["http://x/b"]
