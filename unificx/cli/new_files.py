"""Files that a command writes. A file that exists is never replaced: it may be the only copy of something."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from unificx.cli.errors import CliError


def require_new(path: Path) -> None:
    """Raise CliError if there is a file. Call it before work that cannot be repeated."""
    if path.exists() or path.is_symlink():
        raise CliError(f"{path} exists.", "Choose another file.")


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Write a file that is readable by this user only, and complete or not there. Raise CliError."""
    require_new(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                yield file
            require_new(path)  # written by another program meanwhile
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as fault:
        hint = "Choose another file, or free disk space."
        raise CliError(f"{path} cannot be written: {fault.strerror}.", hint) from None
