"""Reference cycles that the code under test leaves to the garbage collector."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def no_cyclic_garbage() -> Generator[None]:
    """Assert that a block leaves no reference cycles among the objects that it creates.

    All others are exempt from garbage collection from now on: a worker of a whole run has so many that going through
    them took a second per block."""
    while gc.collect():
        pass  # one collection is not enough: generators of earlier tests that it closes leave garbage of their own
    gc.freeze()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield
        assert gc.collect() == 0, [f"{type(each).__name__}: {each!r:.200}" for each in gc.garbage]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
