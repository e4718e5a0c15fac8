"""Readings shown to people: on the terminal and as a page for the browser."""
