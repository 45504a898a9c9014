"""What a reader signs of the facets of the codebook's section 16: ``python -m tests.quality.section_sixteen --facet enabler --sample 100``.

Nobody has labelled these facets, so there is nothing to score against. This prints machine tags of all real documents of the shared folder,
drawn by ``--seed``, each with its quote, the sentences around it and the kind of document, for a person to sign or to turn down:
does the quoted passage do the thing in substance? ``docs/measures.md`` keeps the shares signed; 0.85 is wanted of every facet.
"""

from __future__ import annotations

import argparse
import pickle
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from classify.cases import shared_folder
from classify.prose import Prose
from classify.tagging import Tagger
from evidence.errors import IntegrandError
from evidence.records import Document, Tag, Tagging
from language.encoder import QuantisedEncoder

SUFFIXES = frozenset((".pdf", ".html", ".nxml", ".md", ".txt"))
AROUND = 200
"""Characters before and after the quote that are printed."""


@dataclass(frozen=True)
class Drawn:
    """A tag with where it was found."""

    name: str
    document: Document
    tag: Tag
    design: str

    def __str__(self) -> str:
        text, span = self.document.text, self.tag.span
        assert span is not None
        before, after = text[max(0, span.start - AROUND) : span.start], text[span.end : span.end + AROUND]
        told = (" ".join(part.split()) for part in (before, span.quote, after))
        return "{}:{} ({}, {})\n  … {}\n  >> {}\n  {} …".format(self.tag.facet, self.tag.label, self.design, self.name, *told)


def real_documents(shared: Path) -> Iterator[tuple[str, Document]]:
    """All documents of the shared inputs that can be read, each payload once, with their names."""
    from extract.reading import Hints, read

    seen: set[str] = set()
    for path in sorted((shared / "inputs").rglob("*")):
        if path.suffix not in SUFFIXES or not path.is_file():
            continue
        try:
            document = read(path.read_bytes(), Hints(name=path.name))
        except IntegrandError:
            continue
        if document.id not in seen:
            seen.add(document.id)
            yield path.name, document


def tagged(shared: Path, kept: Path | None) -> list[tuple[str, Document, Tagging]]:
    """Every real document with its tags; those that ``kept`` (a file) holds of this version are not tagged again."""
    tagger = Tagger(encoder=QuantisedEncoder())
    if kept is not None and kept.is_file():
        version, found = pickle.loads(kept.read_bytes())
        if version == tagger.version:
            return list(found)
    found = [(name, document, tagger.tag(document)) for name, document in real_documents(shared)]
    if kept is not None:
        kept.write_bytes(pickle.dumps((tagger.version, found)))
    return found


def tags_of(found: Sequence[tuple[str, Document, Tagging]], facet: str) -> list[Drawn]:
    """All tags of a facet; of documents that say the same, as a page and its report do, one."""
    drawn: dict[tuple[str, str], Drawn] = {}
    for name, document, tagging in found:
        design = next((tag.label for tag in tagging.tags if tag.facet == "study_design"), "")
        for tag in tagging.tags:
            if tag.facet == facet and tag.span is not None:
                drawn.setdefault((tag.label, " ".join(tag.span.quote.split())), Drawn(name, document, tag, design))
    return list(drawn.values())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    tagger = Tagger()
    parser.add_argument("--facet", choices=tagger.untrained, action="append", help="default: all of them")
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="FILE", help="keep what was tagged here, and take it from here next time")
    given = parser.parse_args(arguments)
    found = tagged(shared_folder(), given.keep)
    for facet in given.facet or tagger.untrained:
        everything = tags_of(found, facet)
        drawn = random.Random(given.seed).sample(everything, min(given.sample, len(everything)))
        print(f"== {facet}: {len(drawn)} of {len(everything)} tags")
        for number, one in enumerate(drawn, start=1):
            literal = one.tag.span is not None and Prose(one.document).text[one.tag.span.start : one.tag.span.end] == one.tag.span.quote
            print(f"{number}. {one}" + ("" if literal else "\n  NOT LITERAL"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
