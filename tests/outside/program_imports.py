"""All that the program `unificx` imports, for `forked_program`: exempt from garbage collection, which would otherwise
visit, and so copy, the memory that each fork shares with its parent."""

import gc

import unificx.server.load_settings
import unificx.server.main
import unificx.server.server  # noqa: F401

gc.collect()
gc.freeze()
