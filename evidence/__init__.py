"""The shared vocabulary (records, taxonomy, settings) and the base on disk (archive, segments, locks)."""
