"""The room for maps of the evidence and briefs, made from what the warehouse answers. Nothing is here yet."""
