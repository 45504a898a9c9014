"""The room for pages and the JSON API, made from what warehouse and synthesis answer. Nothing is here yet."""
