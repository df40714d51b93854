"""Schemas of API requests and responses, one module per area."""
