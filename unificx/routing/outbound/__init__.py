"""Calls outside: telephone numbers, the way they take, and what may not be called."""
