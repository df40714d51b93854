"""Payments by card, which the payer makes on pages of a processor."""
