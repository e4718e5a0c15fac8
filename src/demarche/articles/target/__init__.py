"""Targets: towards whom a statement is directed."""
