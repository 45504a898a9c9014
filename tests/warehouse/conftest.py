"""A small library that several tests read: seven publications at two sources, published once a session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from evidence.records import Decision, Document
from tests.warehouse.factory import FIRST_DAY, MadeBase, Provenance, Reference, letters, make_document, make_tagging, prose
from warehouse.search import Searcher
from warehouse.snapshot import Snapshot, require_snapshot


@dataclass
class Library:
    made: MadeBase
    documents: dict[str, Document]
    snapshot: Snapshot

    def id(self, name: str) -> str:
        return self.documents[name].id


def library_documents() -> dict[str, Document]:
    return {
        "torbay": make_document(
            [
                "Integrated teams in Torbay cut emergency admissions by 24 percent.",
                prose("t1", 6),
                "One budget paid for both kinds of care.",
                prose("t2", 6),
            ],
            title="Integrated care in Torbay",
            subtitle="an evaluation",
            published="2011-03",
            pages=2,
            publisher="Made Trust",
            language="en",
            authors=("Ann van Example", "The Made Foundation"),
            doi="10.1234/torbay",
            report_number="MT/7",
            summary="How one town joined its teams.",
            provenance=(Provenance("title", "Integrated care in Torbay", "first_page"), Provenance("title", "torbay_final_v3", "docinfo")),
            references=(Reference("Example A (2005) Joined up wards. 10.1/ward", ("Example, A",), 2005, "Joined up wards", "10.1/ward"),),
        ),
        "torbay_page": make_document(
            ["How one town joined its teams.", "The full report can be downloaded."],
            title="Integrated care in Torbay | Made Trust",
            html=True,
            publisher="Made Trust UK",
            provenance=(Provenance("publisher", "Made Trust UK", "json_ld"),),
        ),
        "budgets": make_document(
            ["Pooled budgets were co-ordinated by the borough of Trafford.", prose("b", 8)],
            title="Pooled budgets in practice",
            published="2015",
            authors=("Nia Writer",),
            references=(Reference("Example A. Joined-up wards, 2005.", title="Joined up wards", doi="10.1/WARD"),),
        ),
        "trial": make_document(
            ["We randomised 40 practices to shared care planning for older people.", prose("r", 10)],
            title="Shared care planning: a trial",
            published="2019-06-30",
            authors=("Writer, Nia", "Sam Other"),
            issn="1234-5678",
            doi="10.5555/plan",
        ),
        "blog": make_document(
            ["Why joined-up working is hard, said the director.", prose("o", 4)], title="Why is it hard?", html=True, published="2020"
        ),
        "off": make_document(["Bridges are painted every ten years.", prose("x", 5)], title="Painting bridges", published="2018"),
        "scan": make_document([], title=None, status="refused", reason="no text could be read"),
    }


def make_library(root: MadeBase) -> Library:
    d = library_documents()
    found = {
        "outcome": "emergency_admissions",
        "intervention": "integrated teams",
        "integration_types": ("service",),
        "change": "decrease",
        "direction": "improved",
        "own": True,
        "hedged": False,
        "size": "24 percent",
    }
    quotes = {
        "service": "Integrated teams in Torbay cut emergency admissions by 24 percent.",
        "financial": "One budget paid for both kinds of care.",
        "emergency_admissions": "Integrated teams in Torbay cut emergency admissions by 24 percent.",
    }
    root.run(
        [
            ("http://made.test/torbay", d["torbay_page"]),
            ("http://made.test/torbay.pdf", d["torbay"]),
            ("http://made.test/budgets.pdf", d["budgets"]),
            ("http://made.test/scan.pdf", d["scan"]),
        ],
        taggings=[
            make_tagging(
                d["torbay"],
                labels={"integration_type": ["service", "financial"], "population": ["older_people"]},
                quotes=quotes,
                places=[("Torbay", "GB-TOB")],
                findings=[found],
            ),
            make_tagging(d["torbay_page"]),
            make_tagging(
                d["budgets"],
                design="policy",
                strength="none",
                labels={"integration_type": ["financial"], "enabler": ["aligned_finance"], "barrier": ["leadership"], "key_prompt": ["goal_users"]},
                places=[("Trafford", "GB-TRF")],
                unsure=True,
            ),
        ],
        via={"http://made.test/torbay.pdf": ("http://made.test/torbay", "Download the full report (PDF, 2 MB)")},
    )
    root.run(
        [("http://other.test/trial.pdf", d["trial"]), ("http://other.test/blog", d["blog"]), ("http://other.test/off.pdf", d["off"])],
        source="other",
        taggings=[
            make_tagging(
                d["trial"],
                design="randomised_trial",
                strength="strong",
                labels={"integration_type": ["clinical"], "population": ["older_people"], "perspective": ["service_user_carer"]},
                findings=[found | {"outcome": "patient_experience", "integration_types": ("clinical",), "change": "increase", "size": None}],
            ),
            make_tagging(d["blog"], design="opinion", strength="none"),
            make_tagging(d["off"], design="observational", strength="limited", relevance="off_topic"),
        ],
    )
    root.run([("http://other.test/blog", 404)], source="other")
    root.decide(Decision("d1", "ann", FIRST_DAY, "accept", d["torbay"].id, facet="integration_type", label="service", quote=quotes["service"]))
    root.publish(encode=letters)
    return Library(root, d, require_snapshot(root.base))


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return make_library(MadeBase(tmp_path_factory.mktemp("library") / "base"))


@pytest.fixture(scope="session")
def searcher(library: Library) -> Iterator[Searcher]:
    with Searcher(library.snapshot) as one:
        yield one


@pytest.fixture
def made(tmp_path: object) -> MadeBase:
    return MadeBase(tmp_path / "base")  # type: ignore[operator]
