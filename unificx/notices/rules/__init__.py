"""Decisions, as pure functions."""
