"""The facets of documents whose labels are weighed by trained models."""

TRAINED_FACETS = (
    "integration_type", "breadth", "boundary", "intensity", "reality", "level", "theme", "population", "perspective", "evaluation_method",
)
SHORT_FACETS = ("integration_type",)
"""Facets of which short texts have a model of their own: those that our own texts are labelled with."""
