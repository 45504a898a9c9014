"""The demonstration's site: invented documents, written for this project, published as a small public body publishes."""
