"""Stance models: one protocol, one file each, found by name in the registry."""
