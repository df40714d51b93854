"""All that the program `unificx` imports, for `forked_program`: exempt from garbage collection, which would otherwise
visit, and so copy, the memory that each fork shares with its parent."""

import gc
from importlib import import_module

gc.disable()  # meanwhile: a fifth of the CPU time of the imports
for each in ("unificx.server.load_settings", "unificx.server.main", "unificx.server.server"):
    import_module(each)
gc.collect()
gc.freeze()
gc.enable()
