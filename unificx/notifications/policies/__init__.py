"""Pure functions: validation, limits and retry policy."""
