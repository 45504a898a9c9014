"""The vocabulary as other programs read it: complete, and sound SKOS."""

from __future__ import annotations

import csv
import io
from functools import cache

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SKOS

from evidence.taxonomy import load_taxonomy
from language.concept_scheme import ROOT, as_csv, as_records, as_skos
from language.thesaurus import load_thesaurus


@cache
def graph() -> Graph:
    return Graph().parse(data=as_skos(load_taxonomy(), load_thesaurus()), format="turtle")


def name(*parts: str) -> URIRef:
    return URIRef(ROOT + ":".join(parts))


def test_every_facet_typology_and_concept_is_there_with_its_definition() -> None:
    taxonomy, thesaurus = load_taxonomy(), load_thesaurus()
    schemes = set(graph().subjects(RDF.type, SKOS.ConceptScheme))
    assert schemes == {*map(name, taxonomy.facets), *map(name, taxonomy.crosswalks), name("thesaurus")}
    for facet in taxonomy.facets.values():
        for label in facet.labels:
            concept = name(facet.id, label.id)
            assert (concept, SKOS.inScheme, name(facet.id)) in graph()
            assert graph().value(concept, SKOS.prefLabel) == Literal(label.name, lang="en")
            assert graph().value(concept, SKOS.definition) == Literal(label.definition, lang="en")
            assert len(list(graph().objects(concept, SKOS.scopeNote))) == len(set(label.includes)) + len(set(label.excludes))
    assert len(set(graph().subjects(SKOS.inScheme, name("thesaurus")))) == len(thesaurus.concepts)


def test_it_is_sound_skos() -> None:
    """Integrity conditions S13, S14, S27, S46 of the recommendation, and no link that leads nowhere."""
    concepts = set(graph().subjects(RDF.type, SKOS.Concept))
    for concept in concepts:
        (preferred,) = graph().objects(concept, SKOS.prefLabel)
        assert preferred not in set(graph().objects(concept, SKOS.altLabel))
    links = (SKOS.broader, SKOS.narrower, SKOS.related, SKOS.closeMatch, SKOS.relatedMatch)
    for link in links:
        for one, other in graph().subject_objects(link):
            assert one in concepts and other in concepts and one != other
    for one, other in graph().subject_objects(SKOS.broader):
        assert (other, SKOS.narrower, one) in graph()
    for one, other in graph().subject_objects(SKOS.related):
        assert other not in set(graph().transitive_objects(one, SKOS.broader)) | set(graph().transitive_objects(one, SKOS.narrower))


def test_typologies_are_linked_where_they_mean_the_same() -> None:
    taxonomy = load_taxonomy()
    for crosswalk in taxonomy.crosswalks.values():
        for link in crosswalk.links:
            if link.theirs is not None:
                verb = SKOS.relatedMatch if link.when or link.conditions else SKOS.closeMatch
                assert (name(crosswalk.facet, link.ours), verb, name(crosswalk.id, link.theirs)) in graph()


def test_csv_and_records_hold_every_label() -> None:
    taxonomy, thesaurus = load_taxonomy(), load_thesaurus()
    known = [(facet.id, label.id) for facet in taxonomy.facets.values() for label in facet.labels]
    assert [(row["facet"], row["label"]) for row in csv.DictReader(io.StringIO(as_csv(taxonomy, thesaurus)))] == known
    records = as_records(taxonomy, thesaurus)
    assert [(facet["id"], label["id"]) for facet in records for label in facet["labels"]] == known
    types = next(facet for facet in records if facet["id"] == "integration_type")
    assert all(label["typologies"] for label in types["labels"])
