"""Imports and preparations that are the same at each start of the program `unificx`, for `forked_program`: exempt from
garbage collection, which would otherwise visit, and so copy, the memory that each fork shares with its parent."""

import gc
from functools import cache
from importlib import import_module

import typer.main
from cheap_passwords import hash_cheaply
from sqlalchemy.orm import configure_mappers

gc.disable()  # meanwhile: a fifth of the CPU time of the imports
for each in ("unificx.server.load_settings", "unificx.server.main", "unificx.server.server"):
    import_module(each)
# A third of the CPU time of a start, and nearly all of a short command.
configure_mappers()
typer.main.get_command = cache(typer.main.get_command)
typer.main.get_command(import_module("unificx.server.main").commands())
hash_cheaply()
gc.collect()
gc.freeze()
gc.enable()
