"""Installation secrets in separate files, sealed by the master key and thus useless in a stolen backup."""

from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag

from unificx.core.errors import StartupError
from unificx.core.files import write_durably
from unificx.privacy.master import FILE_CONTEXT, MasterKey


def sealed_file(path: Path, wrapper: MasterKey, purpose: str, create: Callable[[], bytes]) -> bytes:
    """Return the secret in `path`, created by `create` if missing. Raise StartupError if it cannot be opened."""
    try:
        return read_sealed_file(path, wrapper, purpose)
    except FileNotFoundError:
        secret = create()
    write_sealed_file(path, wrapper, purpose, secret)
    return secret


def read_sealed_file(path: Path, wrapper: MasterKey, purpose: str) -> bytes:
    """Return the secret in `path`. Raise FileNotFoundError, and StartupError if it cannot be opened."""
    try:
        try:
            return wrapper.unwrap(path.read_bytes(), FILE_CONTEXT, purpose)
        except InvalidTag:
            if not wrapper.read_again():  # not replaced by another process
                raise
            return wrapper.unwrap(path.read_bytes(), FILE_CONTEXT, purpose)
    except (InvalidTag, ValueError):
        raise StartupError(
            f"{path} is damaged or was sealed with another master key.",
            hint="Restore it, or delete it: a new one is created, and what the old one was for is lost.",
        ) from None
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StartupError(
            f"{path} cannot be read: {error.strerror}.", hint="Check its owner and permissions."
        ) from None


def reseal_file(path: Path, wrapper: MasterKey, purpose: str) -> None:
    """Seal the secret in `path` with the present master key; nothing if the file is missing. Raise StartupError."""
    try:
        secret = read_sealed_file(path, wrapper, purpose)
    except FileNotFoundError:
        return
    write_sealed_file(path, wrapper, purpose, secret)


def write_sealed_file(path: Path, wrapper: MasterKey, purpose: str, secret: bytes) -> None:
    """Store a secret in `path`, in place of another one. Raise StartupError."""
    sealed_by = ""
    try:
        while sealed_by != wrapper.id:
            sealed_by = wrapper.id
            write_durably(path, wrapper.wrap(secret, FILE_CONTEXT, purpose))
            wrapper.read_again()  # a rotation by another process may have looked at the file before it was written
    except OSError as error:
        raise StartupError(
            f"{path} cannot be written: {error.strerror}.", hint="Check its owner and permissions."
        ) from None
