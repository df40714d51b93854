"""`unificx privacy export --out FILE --to KEY` and `unificx privacy import FILE`: a tenant moves to another
installation."""
