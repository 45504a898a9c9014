"""The vocabulary for other programs: taxonomy, published typologies and thesaurus as SKOS (Turtle), JSON or CSV.

SKOS (W3C Recommendation, 18 August 2009): a concept scheme a facet, a typology and the thesaurus; a concept a label, term and concept.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from evidence.taxonomy import Taxonomy
from language.thesaurus import Thesaurus

ROOT = "urn:integrand:"
"""Names and no addresses: they last wherever the vocabulary is published."""
_PREFIXES = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
"""


def as_skos(taxonomy: Taxonomy, thesaurus: Thesaurus) -> str:
    """Turtle. Alternative names of labels are the thesaurus' terms for them; a link that holds under a condition only is a related match."""
    blocks = [_PREFIXES, *_facets(taxonomy, thesaurus), *_typologies(taxonomy), *_thesaurus(thesaurus)]
    return "\n".join(blocks)


def _facets(taxonomy: Taxonomy, thesaurus: Thesaurus) -> Iterator[str]:
    matches: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for crosswalk in taxonomy.crosswalks.values():
        for link in crosswalk.links:
            if link.theirs is not None:
                match = "skos:relatedMatch" if link.when or link.conditions else "skos:closeMatch"
                matches.setdefault((crosswalk.facet, link.ours), []).append((match, _name(crosswalk.id, link.theirs)))
    for facet in taxonomy.facets.values():
        yield _block(_name(facet.id), "skos:ConceptScheme", [
            ("skos:prefLabel", _text(facet.name)), ("skos:definition", _text(facet.definition)), ("dct:source", _text(facet.source)),
            ("owl:versionInfo", _text(taxonomy.version))])
        for label in facet.labels:
            others = dict.fromkeys(term for term in thesaurus.label_terms(facet.id, label.id) if term.casefold() != label.name.casefold())
            yield _block(_name(facet.id, label.id), "skos:Concept", [
                ("skos:inScheme", _name(facet.id)), ("skos:topConceptOf", _name(facet.id)), ("skos:notation", _quoted(label.id)),
                ("skos:prefLabel", _text(label.name)), *(("skos:altLabel", _text(term)) for term in others),
                ("skos:definition", _text(label.definition)), ("dct:source", _text(label.source)),
                *(("skos:scopeNote", _text(f"Includes {one}")) for one in label.includes),
                *(("skos:scopeNote", _text(f"Excludes {one}")) for one in label.excludes),
                *(("skos:example", _text(one)) for one in label.positives[:3]),
                *dict.fromkeys(matches.get((facet.id, label.id), ()))])


def _typologies(taxonomy: Taxonomy) -> Iterator[str]:
    for crosswalk in taxonomy.crosswalks.values():
        yield _block(_name(crosswalk.id), "skos:ConceptScheme", [
            ("skos:prefLabel", _text(crosswalk.name)), ("skos:definition", _text(crosswalk.definition)), ("dct:source", _text(crosswalk.source))])
        for term in crosswalk.terms:
            yield _block(_name(crosswalk.id, term.id), "skos:Concept", [
                ("skos:inScheme", _name(crosswalk.id)), ("skos:topConceptOf", _name(crosswalk.id)), ("skos:notation", _quoted(term.id)),
                ("skos:prefLabel", _text(term.name)), ("skos:definition", _text(term.definition))])


def _thesaurus(thesaurus: Thesaurus) -> Iterator[str]:
    scheme = _name("thesaurus")
    yield _block(scheme, "skos:ConceptScheme", [("skos:prefLabel", _text("Terms of health and care that mean the same"))])
    for concept in thesaurus.concepts.values():
        others = [term for term in dict.fromkeys((*concept.alternates, *concept.abbreviations)) if term.casefold() != concept.preferred.casefold()]
        broader = thesaurus.broader(concept.id)
        kin = {*broader, *concept.narrower}
        labels = [_name(*label.split(".", 1)) for label in concept.labels]
        yield _block(_name("thesaurus", concept.id), "skos:Concept", [
            ("skos:inScheme", scheme), *([] if broader else [("skos:topConceptOf", scheme)]), ("skos:notation", _quoted(concept.id)),
            ("skos:prefLabel", _text(concept.preferred)), *(("skos:altLabel", _text(term)) for term in others),
            *(("skos:broader", _name("thesaurus", one)) for one in broader),
            *(("skos:narrower", _name("thesaurus", one)) for one in concept.narrower),
            *(("skos:related", _name("thesaurus", one)) for one in thesaurus.related(concept.id) if one not in kin),
            *(("skos:closeMatch", label) for label in labels)])


def _block(subject: str, kind: str, values: Iterable[tuple[str, str]]) -> str:
    return f"{subject} a {kind}" + "".join(f" ;\n  {verb} {value}" for verb, value in values) + " .\n"


def _name(*parts: str) -> str:
    return f"<{ROOT}{':'.join(parts)}>"


def _quoted(text: str) -> str:
    # Turtle's escapes are those of JSON but for the slash.
    return json.dumps(text, ensure_ascii=False)


def _text(text: str) -> str:
    return f"{_quoted(text)}@en"


def as_records(taxonomy: Taxonomy, thesaurus: Thesaurus) -> list[dict[str, Any]]:
    """A dict a facet, with its labels and how each translates into the published typologies."""
    return [
        {
            "id": facet.id, "name": facet.name, "definition": facet.definition, "source": facet.source, "cardinality": facet.cardinality,
            "grain": facet.grain,
            "labels": [
                {
                    "id": label.id, "name": label.name, "definition": label.definition, "source": label.source,
                    "includes": list(label.includes), "excludes": list(label.excludes),
                    "other_terms": list(dict.fromkeys(thesaurus.label_terms(facet.id, label.id))),
                    "typologies": {
                        crosswalk.id: [{"term": link.theirs, "when": link.when} for link in crosswalk.links if link.ours == label.id]
                        for crosswalk in taxonomy.crosswalks.values() if crosswalk.facet == facet.id
                    },
                }
                for label in facet.labels
            ],
        }
        for facet in taxonomy.facets.values()
    ]


def as_csv(taxonomy: Taxonomy, thesaurus: Thesaurus) -> str:
    """A row a label; lists are joined by "; "."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("facet", "label", "name", "definition", "source", "includes", "excludes", "other_terms"))
    for facet in as_records(taxonomy, thesaurus):
        for label in facet["labels"]:
            lists = ("; ".join(label[name]) for name in ("includes", "excludes", "other_terms"))
            writer.writerow((facet["id"], label["id"], label["name"], label["definition"], label["source"], *lists))
    return out.getvalue()
