"""Which pages and files are parts of one publication, in which order, and which only look so: read from HTML and grouped, as in a real base."""

from __future__ import annotations

import gzip
import os
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evidence.errors import Refused
from evidence.records import Decision, Document, Tagging
from extract.reading import Hints, read
from tests.warehouse.factory import _PAYLOADS, EXTRACTOR, FIRST_DAY, MadeBase, make_document, make_tagging, prose
from warehouse.decisions import SINGLE_FACETS
from warehouse.file_parts import _PART
from warehouse.history import History
from warehouse.items import item
from warehouse.loading import VIEWS
from warehouse.parts import Parts
from warehouse.planning import plan
from warehouse.search import Searcher
from warehouse.show import show
from warehouse.snapshot import require_snapshot
from warehouse.works import Work, _pieces

SITE = "https://made.test"
SHARED = Path(os.environ.get("INTEGRAND_SHARED", Path(__file__).parents[3] / "shared"))


def page(url: str, body: str, title: str, head: str = "", heading: str | None = None) -> tuple[str, Document]:
    """A page of a site with its menu, read as it would be in a run; ``heading`` is its h1 where that is not the title."""
    menu = "".join(f"<li><a href='/{room}/'>{room.capitalize()}</a></li>" for room in ("about", "reports", "news", "events", "contact"))
    payload = (
        f"<!doctype html><html lang='en'><head><title>{title} | Made Trust</title>{head}</head><body><header><nav><ul>{menu}</ul></nav></header>"
        f"<main><h1>{heading or title}</h1>{body}</main><footer><ul><li><a href='/privacy'>Privacy</a></li></ul></footer></body></html>"
    ).encode()
    document = replace(read(payload, Hints(name=SITE + url, media_type="text/html")), extractor_version=EXTRACTOR)
    _PAYLOADS[document.id] = payload
    return SITE + url, document


def text(seed: str) -> str:
    return f"<p>{prose(seed, 12)}</p><p>{prose(seed + 'b', 12)}</p>"


def works_of(made: MadeBase) -> list[Work]:
    return plan(made.base, "x1", "c1").works


def titles(made: MadeBase, documents: dict[str, str]) -> list[list[str]]:
    """The parts of each work that has some, by the addresses they were fetched from."""
    return [[documents[part] for part in work.parts] for work in works_of(made) if work.parts]


def fetched(made: MadeBase, pages: list[tuple[str, Document]]) -> dict[str, str]:
    made.run(list(pages))
    return {document.id: url.removeprefix(SITE) for url, document in pages}


CHAPTERS = ("Introduction", "Methods", "What we found", "Conclusions")


def chain(name: str = "Sharing one ward", folder: str = "/reports/sharing-one-ward", head: str = "") -> list[tuple[str, Document]]:
    """Chapters that only lead to the next and the previous one."""
    urls = [f"{folder}/chapter-{number}" for number in range(1, len(CHAPTERS) + 1)]
    pages = []
    for at, (url, chapter) in enumerate(zip(urls, CHAPTERS, strict=True)):
        steps = f"<a rel='prev' href='{urls[at - 1]}'>Previous: {CHAPTERS[at - 1]}</a>" if at else ""
        steps += f"<a rel='next' href='{urls[at + 1]}'>Next: {CHAPTERS[at + 1]}</a>" if at + 1 < len(urls) else ""
        pages.append(page(url, f"{text(url)}<div>{steps}</div>", f"{chapter} | {name}", head, heading=chapter))
    return pages


def guide(folder: str = "/guidance/joint-visits") -> list[tuple[str, Document]]:
    """A guide whose pages carry one menu; the page itself is no link in it, and all have one heading."""
    urls = [folder, *(f"{folder}/{slug}" for slug in ("who-goes", "what-to-write", "afterwards"))]
    names = ["Before the visit", "Who goes", "What to write", "Afterwards"]
    pages = []
    for at, url in enumerate(urls):
        entries = "".join(
            f"<li>{name}</li>" if at == number else f"<li><a href='{urls[number]}'>{name}</a></li>" for number, name in enumerate(names))
        menu = f"<nav role='navigation' aria-label='Pages in this guide'><h2>Contents</h2><ol>{entries}</ol></nav>"
        pages.append(page(url, f"{menu}<h2>{names[at]}</h2>{text(url)}", "Visiting people together"))
    return pages


def with_contents(folder: str = "/reports/one-budget") -> list[tuple[str, Document]]:
    """A contents page with numbered chapters, each of which leads back to it and to nothing else."""
    slugs = [f"{folder}/{number}" for number in range(1, 4)]
    numbered = enumerate(zip(slugs, CHAPTERS, strict=False), start=1)
    listed = "".join(f"<li><a href='{slug}'>{number}. {name}</a></li>" for number, (slug, name) in numbered)
    top = page(folder, f"<p>{prose('top', 4)}</p><ul>{listed}</ul>", "One budget for two services")
    back = f"<p><a href='{folder}'>Back to contents</a></p>"
    return [*(page(slug, back + text(slug), name) for slug, name in zip(slugs, CHAPTERS, strict=False)), top]


def test_chapters_that_lead_to_each_other_are_one_work_under_the_report_s_title(made: MadeBase) -> None:
    pages = chain()
    names = fetched(made, [pages[2], pages[0], pages[3], pages[1]])
    (work,) = works_of(made)
    assert [names[part] for part in work.parts] == [f"/reports/sharing-one-ward/chapter-{number}" for number in (1, 2, 3, 4)]
    assert work.shown == pages[0][1].id and work.title == "Sharing one ward"
    assert {copy.role for copy in work.copies} == {"main", "part"} and "next or previous" in work.copies[1].reason


def test_the_pages_of_a_guide_with_one_menu_are_one_work_in_its_order(made: MadeBase) -> None:
    pages = guide()
    names = fetched(made, pages[::-1])
    assert titles(made, names) == [[url.removeprefix(SITE) for url, _ in pages]]
    assert "Pages in this guide" in works_of(made)[0].copies[1].reason


def test_a_contents_page_and_the_chapters_that_lead_back_to_it_are_one_work(made: MadeBase) -> None:
    names = fetched(made, with_contents())
    assert titles(made, names) == [["/reports/one-budget", *(f"/reports/one-budget/{number}" for number in (1, 2, 3))]]
    made.publish()
    assert made.rows("SELECT title, parts FROM works") == [("One budget for two services", 4)]


def test_a_text_cut_into_numbered_pages_of_one_address_is_one_work(made: MadeBase) -> None:
    pages = []
    for number in (1, 2, 3):
        links = "".join(f"<a href='/essays/two-desks?page={other}'>{other}</a> " for other in (1, 2, 3) if other != number)
        pages.append(page(f"/essays/two-desks?page={number}", f"{text(f'desk{number}')}<p>{links}</p>", "Two desks in one room"))
    names = fetched(made, pages[::-1])
    assert titles(made, names) == [[f"/essays/two-desks?page={number}" for number in (1, 2, 3)]]


def test_numbered_pages_are_in_the_order_of_their_page_whatever_else_the_address_numbers(made: MadeBase) -> None:
    urls = ["/essays/one-desk?page=1&id=70", "/essays/one-desk?page=2&id=70", "/essays/one-desk?page=10&id=70", "/essays/one-desk?page=11&id=70"]
    pages = []
    for at, url in enumerate(urls):
        links = "".join(f"<a href='{other.replace('&', '&amp;')}'>{other.split('page=')[1].split('&')[0]}</a> " for other in urls if other != url)
        pages.append(page(url, f"{text(f'only{at}')}<p>{links}</p>", "One desk in two rooms"))
    names = fetched(made, pages[::-1])
    assert titles(made, names) == [urls]


def test_the_files_that_a_page_offers_as_parts_of_its_report_are_one_work(made: MadeBase) -> None:
    url, landing = page("/reports/night-care", f"<p>{prose('n', 6)}</p>", "Night care in three towns")
    offered = [("a", "Annex A: tables (PDF, 1 MB)"), ("2", "Part 2: what it cost"), ("1", "Part 1: what was done"), ("s", "Executive summary (PDF)")]
    files = [(f"{SITE}/files/{name}.pdf", make_document([prose(f"nc{name}", 60)], title=None)) for name, _ in offered]
    made.run([(url, landing), *files], via={file: (url, words) for (file, _), (_, words) in zip(files, offered, strict=True)})
    (work,) = works_of(made)
    by_id = {document.id: file[-5] for file, document in files}
    assert "".join(by_id[part] for part in work.parts) == "s12a"
    assert {copy.document: copy.role for copy in work.copies}[landing.id] == "landing_page"


def test_a_file_of_the_whole_report_is_shown_and_is_none_of_its_parts(made: MadeBase) -> None:
    url, landing = page("/reports/day-care", f"<p>{prose('d', 6)}</p>", "Day care in three towns")
    offered = [("1", "Part 1: what was done"), ("2", "Part 2: what it cost"), ("w", "Full report (PDF, 4 MB)")]
    files = [(f"{SITE}/files/{name}.pdf", make_document([prose(f"dc{name}", 40 if name == "w" else 60)], title=None)) for name, _ in offered]
    made.run([(url, landing), *files], via={file: (url, words) for (file, _), (_, words) in zip(files, offered, strict=True)})
    (work,) = works_of(made)
    one, two, whole = (document.id for _, document in files)
    assert work.parts == (one, two) and work.shown == whole
    assert {copy.document: copy.role for copy in work.copies} == {one: "part", two: "part", whole: "main", landing.id: "landing_page"}


@pytest.mark.parametrize("offered", [
    {"Executive summary": 30, "Main report (PDF, 4 MB)": 60, "Technical annex (PDF)": 200},
    {"Main report (PDF, 4 MB)": 60, "Technical annex (PDF)": 200},
])
def test_a_main_report_is_judged_and_shown_though_its_annex_is_longer(made: MadeBase, offered: dict[str, int]) -> None:
    url, landing = page("/reports/home-care", f"<p>{prose('h', 6)}</p>", "Home care in three towns")
    files = {words: (f"{SITE}/files/hc{size}.pdf", make_document([prose(f"hc{size}", size)], title=None)) for words, size in offered.items()}
    made.run([(url, landing), *files.values()], via={file: (url, words) for words, (file, _) in files.items()},
             taggings=[make_tagging(document) for _, document in files.values()])
    planned = plan(made.base, "x1", "c1")
    (work,) = planned.works
    main = files["Main report (PDF, 4 MB)"][1].id
    assert work.shown == main and planned.judged == {work.id: (main,)} and main not in work.parts
    assert work.copies[0].reason == "the whole text rather than a part of it"
    assert {copy.role for copy in work.copies[1:]} == {"part", "landing_page"}


def test_a_whole_report_that_cannot_be_read_does_not_stand_before_its_parts(made: MadeBase) -> None:
    url, landing = page("/reports/home-care", f"<p>{prose('h', 6)}</p>", "Home care in three towns")
    parts = [(f"{SITE}/files/{number}.pdf", make_document([prose(f"hp{number}", 60)], title=None)) for number in (1, 2)]
    whole = (f"{SITE}/files/whole.pdf", make_document([], status="refused"))
    words = {parts[0][0]: "Part 1", parts[1][0]: "Part 2", whole[0]: "Full report"}
    made.run([(url, landing), *parts, whole], via={file: (url, said) for file, said in words.items()})
    (work,) = [work for work in works_of(made) if work.parts]
    assert work.shown == parts[0][1].id


@pytest.mark.parametrize(("words", "part"), [
    ("Book a place", False), ("Book one of our rooms", False), ("Section a nurse can sign", False), ("Book 2", True), ("Book IV: costs", True),
    ("Annex a: tables", True), ("Part A, what was done", True), ("part two", True),
])
def test_words_that_only_sound_like_a_part_name_none(words: str, part: bool) -> None:
    assert (_PART.search(words) is not None) is part


def test_a_report_that_came_as_chapters_and_as_a_file_shows_the_file(made: MadeBase) -> None:
    pages = with_contents()
    file = (f"{SITE}/files/one-budget.pdf", make_document([prose("whole", 90)], title="One budget for two services"))
    made.run([*pages, file], via={file[0]: (pages[-1][0], "Download the full report")})
    (work,) = works_of(made)
    roles = {copy.document: copy.role for copy in work.copies}
    assert work.shown == file[1].id and roles[pages[-1][1].id] == "landing_page"
    assert [roles[document.id] for _, document in pages[:-1]] == ["part"] * 3


def test_the_parts_of_two_reports_on_one_page_are_not_mixed(made: MadeBase) -> None:
    url, landing = page("/reports", f"<p>{prose('n', 6)}</p>", "What we have printed")
    offered = ["Night care, part 1", "Night care, part 2", "Day care, part 1", "Day care, part 2"]
    files = [(f"{SITE}/files/{at}.pdf", make_document([prose(f"two{at}", 60)], title=words)) for at, words in enumerate(offered)]
    made.run([(url, landing), *files], via={file: (url, words) for (file, _), words in zip(files, offered, strict=True)})
    assert len(works_of(made)) == 5


def blog(days: bool, article: bool = True) -> list[tuple[str, Document]]:
    """Posts that lead to the one before and after, as blogging programs write them."""
    names = ["Why nurses share a desk", "A morning with two teams", "What budgets cannot do", "Three years on in the valley"]
    urls = [f"/blog/{name.lower().replace(' ', '-')}" for name in names]
    pages = []
    for at, (url, name) in enumerate(zip(urls, names, strict=True)):
        head = "<meta property='og:type' content='article'>" * article
        head += f"<meta property='article:published_time' content='2021-03-0{2 * at + 1}'>" * days
        steps = f"<a rel='prev' href='{urls[at - 1]}'>{names[at - 1]}</a>" if at else ""
        steps += f"<a rel='next' href='{urls[at + 1]}'>{names[at + 1]}</a>" if at + 1 < len(urls) else ""
        recent = "".join(f"<li><a href='{other}'>{label}</a></li>" for other, label in zip(urls, names, strict=True))
        pages.append(page(url, f"{text(url)}<nav>{steps}</nav><h3>Recent posts</h3><ul>{recent}</ul>", name, head))
    return pages


@pytest.mark.parametrize(("days", "article"), [(True, True), (False, True), (False, False)])
def test_a_blog_s_posts_are_works_of_their_own(made: MadeBase, days: bool, article: bool) -> None:
    fetched(made, blog(days, article))
    assert len(works_of(made)) == 4


def test_a_series_of_posts_that_came_out_weeks_apart_is_no_report(made: MadeBase) -> None:
    urls = [f"/blog/joined-up-part-{number}" for number in (1, 2, 3)]
    pages = []
    for at, url in enumerate(urls):
        menu = "".join(f"<li><a href='{other}'>Part {number}: joined up</a></li>" for number, other in enumerate(urls, start=1))
        head = f"<meta property='article:published_time' content='2020-0{at + 1}-14'>"
        pages.append(page(url, f"<h2>In this series</h2><ul>{menu}</ul>{text(url)}", f"Joined up, part {at + 1}", head))
    fetched(made, pages)
    assert len(works_of(made)) == 3


def test_the_rooms_of_a_site_are_no_report(made: MadeBase) -> None:
    rooms = ["Our history", "Our people", "Our funders", "How we work"]
    urls = [f"/about/{room.lower().replace(' ', '-')}" for room in rooms]
    menu = "".join(f"<li><a href='{url}'>{room}</a></li>" for url, room in zip(urls, rooms, strict=True))
    trail = "<nav aria-label='Breadcrumb'><ol><li><a href='/'>Home</a></li><li><a href='/about'>About</a></li></ol></nav>"
    fetched(made, [
        page("/about", f"<ul>{menu}</ul>{text('about')}", "About the trust"),
        *(page(url, f"{trail}<h2>In this section</h2><ul>{menu}</ul>{text(url)}", room) for url, room in zip(urls, rooms, strict=True)),
    ])  # fmt: skip
    assert len(works_of(made)) == 5


def test_the_pages_of_a_list_are_no_report(made: MadeBase) -> None:
    pages = []
    for number in (1, 2, 3):
        teasers = "".join(
            f"<div><h3><a href='/news/{number}-{one}'>Piece {one} of page {number}</a></h3><p>{prose(f'{number}{one}', 3)}</p></div>"
            for one in range(6))
        links = "".join(f"<a href='/news?page={other}'>{other}</a> " for other in (1, 2, 3) if other != number)
        links += f"<a rel='next' href='/news?page={number + 1}'>Next</a><a rel='prev' href='/news?page={number - 1}'>Previous</a>"
        pages.append(page(f"/news?page={number}", f"{teasers}<p>{links}</p>", "News of the trust"))
    fetched(made, pages)
    assert len(works_of(made)) == 3


def test_a_page_that_lists_reports_is_not_their_contents(made: MadeBase) -> None:
    names = ["Wards without walls", "The long way home", "Paying for two"]
    urls = [f"/reports/{name.lower().replace(' ', '-')}" for name in names]
    listed = "".join(f"<li><a href='{url}'>{number}. {name}</a></li>" for number, (url, name) in enumerate(zip(urls, names, strict=True), start=1))
    trail = "<nav aria-label='Breadcrumb'><a href='/'>Home</a> <a href='/reports'>Reports</a></nav>"
    fetched(made, [
        page("/reports", f"<p>{prose('r', 6)}</p><ol>{listed}</ol>", "Reports of the trust"),
        *(page(url, trail + text(url), name) for url, name in zip(urls, names, strict=True)),
    ])  # fmt: skip
    assert len(works_of(made)) == 4


def test_two_reports_in_one_place_stay_two(made: MadeBase) -> None:
    names = fetched(made, [*chain(), *chain("Caring by night", "/reports/caring-by-night")])
    assert sorted(len(parts) for parts in titles(made, names)) == [4, 4]
    assert {work.title for work in works_of(made)} == {"Sharing one ward", "Caring by night"}


def test_what_a_person_parts_is_no_part_and_the_others_stay_together(made: MadeBase) -> None:
    pages = chain()
    names = fetched(made, pages)
    made.decide(Decision("d1", "ann", FIRST_DAY, "split", pages[0][1].id, other=pages[1][1].id))
    assert titles(made, names) == [[f"/reports/sharing-one-ward/chapter-{number}" for number in (1, 3, 4)]]
    made.decide(Decision("d2", "ann", FIRST_DAY, "merge", pages[0][1].id, other=pages[1][1].id))
    assert len(titles(made, names)[0]) == 4


def tagged(document: Document, design: str, strength: str, **labels: list[str]) -> Tagging:
    return make_tagging(document, design=design, strength=strength, labels=labels)


def test_a_work_in_parts_is_found_shown_and_judged_as_one(made: MadeBase) -> None:
    pages = chain()
    documents = [document for _, document in pages]
    taggings = [
        tagged(documents[0], "opinion", "none", theme=["prevention"]), tagged(documents[1], "quasi_experiment", "moderate"),
        tagged(documents[2], "case_study", "anecdotal", theme=["workforce"], integration_type=["service"]),
    ]
    made.run(list(pages), taggings=taggings)
    made.publish()
    snapshot = require_snapshot(made.base)
    (id,) = (work.id for work in works_of(made))
    words = prose(pages[2][0].removeprefix(SITE), 12).split(".")[3].strip()
    with Searcher(snapshot) as searcher:
        (hit,) = searcher.search(f'"{words}"').works
        assert hit["id"] == id and hit["title"] == "Sharing one ward" and hit["passages"][0]["document"] == documents[2].id
        assert [len(searcher.search(query).ids) for query in ("type:service", "theme:prevention AND theme:workforce", "design:opinion")] == [1, 1, 0]
        assert hit["part_count"] == 4 and "parts" not in hit, "in `show`, parts are the parts"
    told = show(snapshot, documents[3].id)
    assert told["title"] == "Sharing one ward" and [part["part"] for part in told["parts"]] == [1, 2, 3, 4]
    assert [part["document"] for part in told["parts"]] == [document.id for document in documents]
    assert told["study_design"]["label"] == "quasi_experiment" and told["evidence_strength"]["label"] == "moderate"
    assert {(tag["label"], tag["span"]["document"]) for tag in told["tags"]} == {
        ("prevention", documents[0].id), ("workforce", documents[2].id), ("service", documents[2].id)}
    assert told["word_count"] == sum(part["word_count"] for part in told["parts"]) > 1000
    assert told["url"] == pages[0][0]


def test_a_work_that_a_person_calls_off_topic_loses_the_labels_of_every_part(made: MadeBase) -> None:
    pages = chain()
    made.run(list(pages), taggings=[tagged(one, "case_study", "anecdotal", integration_type=["service"]) for _, one in pages])
    made.publish()
    work = works_of(made)[0].id
    assert made.rows("SELECT integration_types FROM v_works") == [(["service"],)]
    made.decide(Decision("d1", "ann", FIRST_DAY, "change", work, facet="relevance", label="relevant", new_label="off_topic"))
    made.publish()
    assert made.rows("SELECT relevance, integration_types FROM v_works") == [("off_topic", [])]


def test_a_label_that_a_person_rejects_goes_from_every_part_and_no_other(made: MadeBase) -> None:
    pages = chain()
    documents = [document for _, document in pages]
    made.run(list(pages), taggings=[tagged(one, "case_study", "anecdotal", theme=["workforce", "prevention"]) for one in documents])
    made.publish()
    work = works_of(made)[0].id
    made.decide(Decision("d1", "ann", FIRST_DAY, "reject", work, facet="theme", label="workforce"))
    made.publish()
    assert made.rows("SELECT DISTINCT label FROM v_work_tags WHERE facet = 'theme'") == [("prevention",)]


def test_a_label_that_a_person_changes_goes_from_every_part_and_the_new_one_is_given_once(made: MadeBase) -> None:
    pages = chain()
    documents = [document for _, document in pages]
    made.run(list(pages), taggings=[tagged(one, "case_study", "anecdotal", theme=["workforce"]) for one in documents])
    made.publish()
    (document,) = made.rows("SELECT document FROM judged_documents WHERE part = 3")[0]
    made.decide(Decision("d1", "ann", FIRST_DAY, "change", document, facet="theme", label="workforce", new_label="prevention"))
    for full in (False, True):
        made.publish(f"p{full}", full=full)
        assert made.rows("SELECT document, label FROM v_work_tags WHERE facet = 'theme'") == [(document, "prevention")]
        assert made.rows("SELECT document FROM decisions WHERE id = 'd1'") == [(document,)]
        assert len(made.rows("SELECT * FROM tags WHERE decision = 'd1' AND NOT stands")) == 4
    made.decide(Decision("d2", "ann", FIRST_DAY + timedelta(1), "add", document, facet="reality", label="real"))
    planned = plan(made.base, "x1", "c1")
    (judged,) = planned.judged.values()
    assert planned.decided_on["d2"] == judged[:1] != (document,), "a facet of one label a work is judged where the work is"


def test_facets_of_one_label_a_work_are_the_same_in_the_view_as_for_decisions() -> None:
    listed = re.search(r"t\.facet NOT IN \(([^)]*)\)", VIEWS.read_text("utf-8"))
    assert listed is not None and tuple(re.findall(r"'(\w+)'", listed[1])) == SINGLE_FACETS


def test_works_like_one_in_parts_share_words_with_any_of_its_parts(made: MadeBase) -> None:
    pages = chain()
    last = prose(pages[3][0].removeprefix(SITE), 12)
    other = make_document([last[: len(last) // 2], prose("other", 3)], title="On its own")
    made.run([*pages, (f"{SITE}/own.pdf", other), *((f"{SITE}/{n}.pdf", make_document([prose(f"x{n}", 5)], title=f"No. {n}")) for n in range(6))])
    made.publish()
    with Searcher(require_snapshot(made.base)) as searcher:
        assert searcher.like(pages[0][1].id).ids[0] == other.id


def test_of_two_sets_of_pieces_the_one_with_the_shown_document_is_told() -> None:
    few, many = Parts(("f1", "f2"), "files"), Parts(("p1", "p2", "p3"), "pages")
    in_pieces = {id: one for one in (few, many) for id in one.documents}
    plain = item(make_document(["Care."]), History({}))
    members = [replace(plain, id=id) for id in (*in_pieces, "whole")]
    assert [_pieces(members, in_pieces, shown) for shown in ("f2", "p1", "whole")] == [few, many, many]
    assert _pieces(members[1:], in_pieces, "f2") == many, "a single file left is no set"


def test_a_part_that_comes_later_joins_its_work_in_a_new_snapshot_as_in_a_full_one(made: MadeBase) -> None:
    pages = chain()
    others = [(f"{SITE}/x/{n}", make_document([prose(f"x{n}", 30)], title=f"Another thing number {n}")) for n in range(30)]
    made.run([*pages[:3], *others])
    made.publish()
    made.run([pages[3]])
    assert made.publish().published
    rows = "SELECT w.id, w.title, w.parts, w.word_count, c.document, c.part FROM works w JOIN copies c ON c.work = w.id ORDER BY ALL"
    grown = made.rows(rows)
    made.publish(full=True)
    assert grown == made.rows(rows) and max(row[2] for row in grown) == 4


def test_an_older_version_of_a_part_is_a_version_and_no_part(made: MadeBase) -> None:
    pages = chain()
    made.run(list(pages))
    url, newer = page(pages[1][0].removeprefix(SITE), text("rewritten") + "<a rel='prev' href='chapter-1'>Previous: Introduction</a>"
                      "<a rel='next' href='chapter-3'>Next: What we found</a>", "Methods | Sharing one ward", heading="Methods")
    made.run([(url, newer)])
    (work,) = works_of(made)
    roles = {copy.document: copy.role for copy in work.copies}
    assert newer.id in work.parts and pages[1][1].id not in work.parts and roles[pages[1][1].id] == "version" and len(work.parts) == 4


def real_pages() -> list[tuple[str, Document]]:
    """A real programme site's pages, and the articles of a benchmark at the addresses that they give themselves."""
    site, articles = SHARED / "inputs" / "sites" / "connected-health-cities", SHARED / "bench" / "articles" / "html"
    pages = [(f"http://chc.localhost/{path.relative_to(site)}", path.read_bytes()) for path in sorted(site.rglob("*.html"))]
    for path in sorted(articles.glob("*.html.gz")):
        payload = gzip.decompress(path.read_bytes())
        own = re.search(rb"<link[^>]+rel=[\"']canonical[\"'][^>]+href=[\"'](https?://[^\"']+)", payload)
        pages.append((own[1].decode("utf-8", "replace") if own else f"http://articles.test/{path.name}", payload))
    found = {}
    for url, payload in pages:
        try:
            document = replace(read(payload, Hints(name=url, media_type="text/html")), extractor_version=EXTRACTOR)
        except Refused:
            continue
        _PAYLOADS[document.id] = payload
        found[url] = document
    return list(found.items())


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "bench" / "articles").is_dir(), reason="the shared inputs are not there")
def test_no_page_of_a_real_site_and_no_article_is_taken_for_a_part(made: MadeBase) -> None:
    pages = real_pages()
    made.run(pages)
    assert len(pages) > 200 and not [work for work in works_of(made) if work.parts]
    menus = [url for url, document in pages if any(link.relation == "part" for link in document.part_links)]
    assert menus == []
