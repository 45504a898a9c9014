"""The state of addresses over runs, and what counts as a change."""

from __future__ import annotations

from tests.warehouse.factory import MadeBase, make_document, prose

URL = "http://a.test/x"


def states(made: MadeBase) -> dict[str, str]:
    made.publish()
    return dict(made.rows("SELECT url, state FROM addresses"))


def test_a_new_menu_is_no_change_and_adds_no_document(made: MadeBase) -> None:
    made.run([(URL, make_document([prose("a")], title="A", html=True))])
    made.publish()
    before = made.rows("SELECT * FROM documents"), made.rows("SELECT * FROM works"), made.rows("SELECT * FROM changes")
    made.run([(URL, make_document([prose("a")], title="A", html=True, wrapping="<new menu>"))])
    assert states(made) == {URL: "present"}
    assert (made.rows("SELECT * FROM documents"), made.rows("SELECT * FROM works"), made.rows("SELECT * FROM changes")) == before
    assert len(made.rows("FROM captures")) == 2, "the payload itself was kept"


def test_a_link_to_a_payload_that_only_repeated_a_text_still_leads_to_the_work(made: MadeBase) -> None:
    first, second = (make_document([prose("a")], title="A", html=True, wrapping=menu) for menu in ("", "<new menu>"))
    made.run([(URL, first)])
    made.run([(URL, second)])
    made.publish()
    assert made.rows("SELECT alias, work FROM aliases") == [(second.id, first.id)]


def test_a_new_text_is_a_change_and_a_second_document(made: MadeBase) -> None:
    first, second = make_document([prose("a")], title="A"), make_document([prose("b")], title="A")
    made.run([(URL, first)])
    made.publish()
    name = made.run([(URL, second)])
    publication = made.publish()
    assert made.rows("SELECT state FROM addresses") == [("changed",)]
    assert made.rows(f"SELECT change, document, previous_document FROM changes WHERE run = '{name}'") == [("changed", second.id, first.id)]
    assert publication.changed_works == (first.id,) and publication.new_works == ()


def test_a_run_of_unchanged_answers_adds_no_row_and_counts_the_check(made: MadeBase) -> None:
    made.run([(URL, make_document([prose("a")], title="A"))])
    made.publish()
    tables = ("works", "documents", "captures", "addresses", "copies", "passages", "changes", "aliases")
    before = {table: len(made.rows(f"FROM {table}")) for table in tables}
    made.run([(URL, 304)])
    assert states(made) == {URL: "present"}
    assert {table: len(made.rows(f"FROM {table}")) for table in tables} == before
    made.run([("http://a.test/other.pdf", make_document([prose("b")], title="B"))])  # what is new has the checks published with it
    made.publish()
    seen = made.rows(f"SELECT checks, first_run, last_run, last_seen > first_seen FROM captures WHERE url = '{URL}'")
    assert seen == [(2, "run01", "run02", True)]


def test_missing_at_the_first_404_and_withdrawn_at_the_second_in_another_run(made: MadeBase) -> None:
    made.run([(URL, make_document([prose("a")], title="A"))])
    made.run([(URL, 404)])
    assert states(made) == {URL: "missing"}
    assert made.rows("SELECT availability FROM works") == [("missing",)]
    name = made.run([(URL, 404)])
    publication = made.publish()
    assert made.rows("SELECT state FROM addresses") == [("withdrawn",)]
    assert made.rows("SELECT availability FROM works") == [("withdrawn",)]
    assert len(publication.withdrawn_works) == 1 and made.rows(f"SELECT change FROM v_changes WHERE run = '{name}'") == [("withdrawn",)]


def test_two_404_in_one_run_are_one(made: MadeBase) -> None:
    made.run([(URL, make_document([prose("a")], title="A"))])
    made.run([(URL, 404)], run="run02")
    made.run([(URL, 404)], run="run02")
    assert states(made) == {URL: "missing"}


def test_gone_is_withdrawn_at_once(made: MadeBase) -> None:
    made.run([(URL, make_document([prose("a")], title="A"))])
    made.run([(URL, 410)])
    assert states(made) == {URL: "withdrawn"}


def test_a_server_error_says_nothing_about_the_document(made: MadeBase) -> None:
    made.run([(URL, make_document([prose("a")], title="A"))])
    made.run([(URL, 500)])
    assert states(made) == {URL: "present"}


def test_a_server_error_between_two_404_does_not_save_the_document(made: MadeBase) -> None:
    made.run([(URL, make_document([prose("a")], title="A"))])
    for status in (404, 500, 404):
        made.run([(URL, status)])
    assert states(made) == {URL: "withdrawn"}


def test_a_document_that_returns_is_present_again(made: MadeBase) -> None:
    document = make_document([prose("a")], title="A")
    made.run([(URL, document)])
    made.run([(URL, 404)])
    made.run([(URL, document)])
    made.run([(URL, 404)])
    assert states(made) == {URL: "missing"}
    assert [row[0] for row in made.rows("SELECT change FROM changes ORDER BY run")] == ["new", "missing", "returned", "missing"]


def test_a_work_is_present_while_one_of_its_addresses_is(made: MadeBase) -> None:
    document = make_document([prose("a")], title="A")
    made.run([(URL, document), ("http://mirror.test/x", document)])
    made.run([(URL, 410), ("http://mirror.test/x", 304)])
    made.publish()
    assert made.rows("SELECT availability, url FROM works") == [("present", "http://mirror.test/x")]


def test_an_address_that_never_held_anything_is_no_change_and_no_work(made: MadeBase) -> None:
    made.run([(URL, make_document([prose("a")], title="A")), ("http://a.test/dead", 404)])
    made.publish()
    assert len(made.rows("FROM works")) == 1 and len(made.rows("FROM addresses")) == 2
    assert [row[0] for row in made.rows("SELECT change FROM changes")] == ["new"]


def test_the_newest_answer_counts_also_where_an_older_run_gave_it(made: MadeBase) -> None:
    """A run that was killed is gone on with under its old name after a newer run has finished."""
    first, second, third = (make_document([prose(seed)], title="A") for seed in "abc")
    made.run([(URL, first)], run="run01")
    made.run([(URL, second), ("http://a.test/y", make_document([prose("y")], title="Y"))], run="run02")
    made.run([(URL, third), ("http://a.test/y", 404)], run="run01")
    assert states(made) == {URL: "changed", "http://a.test/y": "missing"}
    assert made.rows(f"SELECT document, last_run FROM addresses WHERE url = '{URL}'") == [(third.id, "run01")]
    assert made.rows("SELECT shown_document FROM works WHERE title = 'A'") == [(third.id,)]
    made.run([("http://a.test/y", 304), (URL, 304)], run="run02")
    assert states(made) == {URL: "present", "http://a.test/y": "present"}
