"""Bytes to Document: HTML, PDF, DOCX, text; metadata with provenance; passages with exact offsets."""
