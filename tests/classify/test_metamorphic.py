"""Changes that say nothing new about a document must change nothing that is said of it.

The documents are the demonstration's own and some of the trap suite's, all written for this project. Each change is one that
real copies of a publication differ by: a reference list, a menu, a cookie banner, capitals in headings, typographic quotes, other
line breaks.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from classify.tagging import Tagger
from evidence.records import Document, Tagging
from evidence.taxonomy import load_taxonomy
from extract.reading import Hints, read
from language.encoder import QuantisedEncoder
from pipeline.demo_site.catalogue import DOCUMENTS_FOLDER
from tests.quality.traps import load_traps

pytestmark = pytest.mark.slow

DEMONSTRATION = (
    "fife-bridge-home-trial", "shared-records-rapid-review", "hospital-transition-guideline", "lincolnshire-home-first",
    "blog-bridge-home", "sheffield-shared-plans-protocol", "gwynedd-powys-trust-interviews", "milton-keynes-capitation-model",
)
"""One document of each of eight study designs."""
SHORT = ("it-inside", "mdt-one-department", "bath-city", "cost-rose", "pooled-guidance", "merger-of-firms")

REFERENCES = """
## References

1. Aldous P, Bray T. Integrated care and emergency admissions: a cluster randomised trial. Shared Care 2014; 3: 11-20.
2. Corrigan L. Pooled budgets for health and social care: a systematic review. Journal of Joint Work 2016; 8: 101-19.
3. Denholm M, Eyre K. Multidisciplinary teams in Torbay and Trafford. Care Systems 2012; 5: 44-51.
4. Fairley J. Shared care records: cost-effectiveness in three regions. Records 2018; 2: 7-15. doi:10.5555/records.2018.007
"""
MENU = "Home | About us | Integrated care | Shared care records | Better Care Fund | News | Contact\n\n"
COOKIES = "We use cookies to make this site work. Accept all cookies | Reject all | Manage preferences\n\n"


def _with_references(text: str) -> str:
    if "\n## References" in text:
        return text.rstrip() + "\n" + REFERENCES.replace("\n## References\n\n", "")
    return text.rstrip() + "\n" + REFERENCES


def _capital_headings(text: str) -> str:
    return re.sub(r"(?m)^(#+ )(.*)$", lambda found: found[1] + found[2].upper(), text)


def _curly(text: str) -> str:
    text = re.sub(r'(?<!\w)"(?=\S)', "“", text).replace('"', "”")
    return re.sub(r"(?<=\w)'(?=\w)", "’", text)


def _rewrapped(text: str) -> str:
    """Paragraphs folded at 72 characters; headings, tables, lists and anything of several lines left as they are."""
    paragraphs = text.split("\n\n")
    folded = [
        textwrap.fill(one, 72, break_on_hyphens=False, break_long_words=False) if "\n" not in one and one[:1].isalpha() else one
        for one in paragraphs
    ]
    return "\n\n".join(folded)


CHANGES: dict[str, Callable[[str], str]] = {
    "a reference list": _with_references,
    "a menu": lambda text: MENU + text,
    "a menu below": lambda text: text.rstrip() + "\n\n" + MENU,
    "a cookie banner": lambda text: COOKIES + text,
    "headings in capitals": _capital_headings,
    "typographic quotes": _curly,
    "other line ends": lambda text: text.replace("\n", "\r\n"),
    "paragraphs folded": _rewrapped,
}


def _texts() -> dict[str, str]:
    texts = {}
    for id in DEMONSTRATION:
        front, _, body = (DOCUMENTS_FOLDER / f"{id}.md").read_text(encoding="utf-8").removeprefix("+++\n").partition("+++\n")
        title = re.search(r'^title = "(.*)"$', front, re.MULTILINE)
        assert title, id
        texts[id] = f"# {title[1]}\n\n{body.strip()}\n"
    texts |= {trap.id: f"# {trap.text.strip()}\n" for trap in load_traps() if trap.id in SHORT}
    return texts


TEXTS = _texts()


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger(load_taxonomy(), QuantisedEncoder())


@pytest.fixture(scope="module")
def unchanged(tagger: Tagger) -> dict[str, dict[str, object]]:
    return {id: _said(tagger.tag(_document(id, text))) for id, text in TEXTS.items()}


def _document(id: str, text: str) -> Document:
    return read(text.encode("utf-8"), Hints(name=f"{Path(id).name}.md"))


def _said(tagging: Tagging) -> dict[str, object]:
    """What a tagging says, without scores and offsets."""
    return {
        "status": tagging.status,
        "tags": {(tag.facet, tag.label) for tag in tagging.tags},
        "findings": {(one.outcome, one.change, one.direction, one.own, one.hedged) for one in tagging.findings},
        "places": {(one.name.casefold(), one.code) for one in tagging.places},
        "strength": tagging.appraisal.strength if tagging.appraisal else None,
    }


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("id", TEXTS)
def test_a_change_that_says_nothing_changes_no_tag(
    tagger: Tagger, unchanged: dict[str, dict[str, object]], id: str, change: str
) -> None:
    changed = CHANGES[change](TEXTS[id])
    if changed == TEXTS[id]:
        pytest.skip(f"{id} has nothing that {change} could change")
    assert _said(tagger.tag(_document(id, changed))) == unchanged[id]


def test_the_documents_are_tagged_at_all(unchanged: dict[str, dict[str, object]]) -> None:
    for id, said in unchanged.items():
        assert said["status"] == "tagged", id
        assert len(said["tags"]) >= 3, id  # type: ignore[arg-type]
