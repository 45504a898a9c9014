"""Sentences, vectors and synonyms: what is known of language, for tagging and for search."""
