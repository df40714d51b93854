"""Installation secrets in separate files, sealed by the master key and thus useless in a stolen backup."""

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag

from unificx.core.errors import CannotStart
from unificx.privacy.master import FILE
from unificx.privacy.ports import Master


def sealed_file(path: Path, master: Master, purpose: str, make: Callable[[], bytes]) -> bytes:
    """Return the secret in `path`, created by `make` if missing. Raise StartupError if it cannot be opened."""
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
        raise CannotStart(
            f"{path} cannot be written: {fault.strerror}.", hint="Check its owner and permissions."
        ) from None
    return secret


def read_sealed_file(path: Path, master: Master, purpose: str) -> bytes:
    """Return the secret in `path`. Raise FileNotFoundError, and StartupError if it cannot be opened."""
    try:
        return master.unwrap(path.read_bytes(), FILE, purpose)
    except (InvalidTag, ValueError):
        raise CannotStart(
            f"{path} is damaged or was sealed with another master key.",
            hint="Restore it, or delete it: a new one is created and devices subscribe again.",
        ) from None
    except FileNotFoundError:
        raise
    except OSError as fault:
        raise CannotStart(
            f"{path} cannot be read: {fault.strerror}.", hint="Check its owner and permissions."
        ) from None
