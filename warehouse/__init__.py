"""Schema, build, publish, search, named queries and export of the evidence base."""
