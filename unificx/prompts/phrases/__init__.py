"""Spoken numbers, dates and times: prompt sequences and their texts."""
