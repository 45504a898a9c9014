"""The catalogue's data: one TOML file a source, read and checked by ``crawler.catalogue``."""
