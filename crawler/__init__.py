"""Asks web sites for documents, politely, and keeps every answer."""
