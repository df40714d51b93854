"""A secret of the installation in a file of its own, sealed by the master key: of no use in a stolen backup."""

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag

from unificx.kernel.errors import CannotStart
from unificx.privacy.master import FILE
from unificx.privacy.ports import Master


def sealed_file(path: Path, master: Master, purpose: str, make: Callable[[], bytes]) -> bytes:
    """The secret in `path`, made by `make` if there is none yet. Raises CannotStart for one that does not open."""
    try:
        return read_sealed_file(path, master, purpose)
    except FileNotFoundError:
        secret = make()
    fresh = path.with_suffix(".new")
    try:
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            file.write(master.wrap(secret, FILE, purpose))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as fault:
        raise CannotStart(f"{path} cannot be written: {fault.strerror}.", hint="Check who owns it.") from None
    return secret


def read_sealed_file(path: Path, master: Master, purpose: str) -> bytes:
    """The secret in `path`. Raises FileNotFoundError, and CannotStart for one that does not open."""
    try:
        return master.unwrap(path.read_bytes(), FILE, purpose)
    except (InvalidTag, ValueError):
        raise CannotStart(
            f"{path} is damaged, or was sealed by another master key.",
            hint="Restore it, or delete it: a new one is made, and devices subscribe again.",
        ) from None
    except FileNotFoundError:
        raise
    except OSError as fault:
        raise CannotStart(f"{path} cannot be read: {fault.strerror}.", hint="Check who owns it.") from None
