"""Reference cycles that the code under test leaves to the garbage collector."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def no_cyclic_garbage() -> Generator[None]:
    """Assert that a block leaves no reference cycles."""
    while gc.collect():
        pass  # one collection is not enough: generators of earlier tests that it closes leave garbage of their own
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield
        assert gc.collect() == 0, [f"{type(each).__name__}: {each!r:.200}" for each in gc.garbage]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
