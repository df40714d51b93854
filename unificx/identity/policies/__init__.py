"""Pure functions: validation, permissions, throttling, token rotation."""
