"""Text models that reading and searching share: sentence splitting and the encoder."""
