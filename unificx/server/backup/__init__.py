"""`unificx backup` and `unificx restore`: one file with everything but the master key and the erasure journal."""
