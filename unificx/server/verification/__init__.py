"""`unificx privacy verify`: checks the promises that can be checked on a live installation."""
