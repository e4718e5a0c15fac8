"""Actors: sources resolved to canonical speakers, with side and role."""
