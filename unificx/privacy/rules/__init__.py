"""Decisions about what people have agreed to: pure, without a clock."""
