"""Argon2id that takes next to nothing: each hash of the server takes a fifth of a CPU second, and 64 MiB."""

from functools import partial

from argon2 import PasswordHasher

from unificx.identity import passwords

CHEAP = partial(PasswordHasher, time_cost=1, memory_cost=64, parallelism=1)


def hash_cheaply() -> None:
    """Let all services that this process, or a fork of it, creates from now on hash passwords at the lowest cost."""
    passwords.PasswordHasher = CHEAP
