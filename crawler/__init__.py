"""Sources and polite fetching; writes the archive and the captures."""
