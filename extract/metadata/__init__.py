"""Who wrote what, when, and who published it: values with where each was seen."""

from extract.metadata.choice import Metadata, choose

__all__ = ["Metadata", "choose"]
