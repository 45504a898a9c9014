"""Places: a country and a nation find what lies in them, in the filter and in the query alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.errors import UsageError
from tests.warehouse.factory import MadeBase, make_document, make_tagging, prose
from warehouse.country_names import place_value
from warehouse.filters import Filters
from warehouse.search import Searcher
from warehouse.snapshot import require_snapshot
from warehouse.subdivisions import lies_in, parents


@pytest.fixture
def placed(made: MadeBase) -> MadeBase:
    glasgow = make_document(["Teams in Glasgow. " + prose("g")], title="G")
    torbay = make_document(["Teams in Torbay. " + prose("t")], title="T")
    ontario = make_document(["Teams in Ontario. " + prose("o")], title="O")
    nowhere = make_document([prose("n")], title="N")
    made.run(
        [(f"http://a.test/{number}.pdf", one) for number, one in enumerate((glasgow, torbay, ontario, nowhere))],
        taggings=[
            make_tagging(glasgow, places=[("Glasgow", "GB-GLG")]),
            make_tagging(torbay, places=[("Torbay", "GB-TOB")]),
            make_tagging(ontario, places=[("Ontario", "CA-ON")], country="CA"),
            make_tagging(nowhere),
        ],
    )
    made.publish()
    return made


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("GB", "GT"), ("gb", "GT"), ("GB-SCT", "G"), ("GB-ENG", "T"), ("GB-GLG", "G"), ("Glasgow", "G"), ("CA", "O"), ("CA-ON", "O"),
     ("Scotland", "G"), ("ENGLAND", "T"), ("United Kingdom", "GT"), ("UK", "GT"), ("Canada", "O"), ("Ontario", "O")],
)
def test_filter_and_field_find_the_places_that_lie_in_what_is_asked_for(placed: MadeBase, asked: str, expected: str) -> None:
    with Searcher(require_snapshot(placed.base)) as searcher:
        by_filter = searcher.search("", Filters(place=(asked,)))
        by_field = searcher.search(f'place:"{asked}"')
        assert ["".join(sorted(work["title"] for work in answer.works)) for answer in (by_filter, by_field)] == [expected, expected]


def test_a_nation_without_works_is_no_slip_of_a_place_that_has_some(placed: MadeBase) -> None:
    with Searcher(require_snapshot(placed.base)) as searcher:
        assert searcher.search("", Filters(place=("GB-WLS",))).total == searcher.search("place:GB-WLS").total == 0


def test_a_country_or_nation_without_works_is_known_by_name_too(placed: MadeBase) -> None:
    with Searcher(require_snapshot(placed.base)) as searcher:
        for name in ("Wales", "Northern Ireland", "Spain"):
            assert searcher.search("", Filters(place=(name,))).total == searcher.search(f'place:"{name}"').total == 0


def test_a_name_that_a_country_shares_with_a_part_of_another_stays_a_name() -> None:
    assert place_value("Georgia") == "georgia" and place_value(" wales ") == "gb-wls" and place_value("Glasgow") == "glasgow"
    assert place_value("Republic of Ireland") == place_value("Ireland") == "ie" and place_value("Korea") == "korea"


def test_a_place_lies_in_its_nation_and_its_country_but_not_in_itself() -> None:
    assert lies_in("GB-GLG", "GB") == ["GB-SCT", "GB"] and lies_in("GB-SCT", "GB") == ["GB"] and lies_in("CA-ON", None) == ["CA"]
    assert lies_in("GB", "GB") == [] and lies_in(None, "GB") == ["GB"] and lies_in(None, None) == []


def test_every_nation_of_the_united_kingdom_has_areas_as_many_as_the_standard_lists() -> None:
    counts: dict[str, int] = {}
    for code, parent in parents().items():
        assert code.startswith("GB-")
        counts[parent] = counts.get(parent, 0) + 1
    assert counts == {"GB-ENG": 152, "GB-SCT": 32, "GB-WLS": 22, "GB-NIR": 11}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[inside", "expected TOML"),
        ('[[inside]]\nparent = "Scotland"\nareas = []', r"inside\[1\].parent: expected an ISO 3166-2 code"),
        ('[[inside]]\nparent = "GB-SCT"\nareas = "GLG"', r"inside\[1\].areas: expected codes"),
        ('[[inside]]\nparent = "GB-SCT"\nareas = ["GLG", "GLG"]', "expected each code once, found GB-GLG"),
    ],
)
def test_a_wrong_table_of_subdivisions_is_refused_with_its_place(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "subdivisions.toml"
    path.write_text(content)
    with pytest.raises(UsageError, match=message):
        parents(path)
