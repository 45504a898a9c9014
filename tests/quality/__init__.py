"""Measures of quality against labelled documents; each is runnable and prints every miss."""
