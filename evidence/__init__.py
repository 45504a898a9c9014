"""What every other package speaks in: records, the taxonomy, settings, errors; and how a base lies on disk."""
