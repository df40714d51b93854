"""Master key: 32 bytes at the root of all keys, stored outside the home directory and outside every backup."""

import base64
import binascii
import hmac
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from unificx.core.errors import StartupError
from unificx.privacy.key_wrapping import unwrap, wrap

MASTER_KEY_VARIABLE = "UNIFICX_MASTER_KEY"
MASTER_KEY_FILE_VARIABLE = "UNIFICX_MASTER_KEY_FILE"
KEY_SIZE = 32
FILE_CONTEXT = "file"


class MasterKey:
    """Wraps the tenant keys, with a master key in memory."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def wrap(self, key: bytes, *context: str) -> bytes:
        return wrap(self._key_for(context), key, *context)

    def unwrap(self, wrapped: bytes, *context: str) -> bytes:
        return unwrap(self._key_for(context), wrapped, *context)

    def derive(self, purpose: str) -> bytes:
        """Return a 32-byte secret for a purpose (HKDF-SHA-256, RFC 5869), the same at every start."""
        return HKDF(SHA256(), KEY_SIZE, salt=None, info=f"unificx {purpose}".encode()).derive(self._key)

    def _key_for(self, context: tuple[str, ...]) -> AESGCM:
        """Return a derived key for each sealed file, separate from the key that wraps tenant keys."""
        if context[0] == FILE_CONTEXT:
            return AESGCM(hmac.digest(self._key, ":".join(context).encode(), "sha256"))
        return AESGCM(self._key)


def master_key(home: Path, environ: Mapping[str, str], *, create: bool) -> bytes:
    """Return the master key, 32 bytes, from `UNIFICX_MASTER_KEY` (base64) or from its file.

    The file is `UNIFICX_MASTER_KEY_FILE`, or `<home>.key` next to the home directory. `create` creates a missing file,
    mode 0600; pass True on a first start only, as a new key cannot open existing data. Raise StartupError for a key
    that is missing, of the wrong size, unreadable, world-readable, or inside the home directory.
    """
    encoded = environ.get(MASTER_KEY_VARIABLE)
    if encoded:
        return _decode(encoded, f"The master key in {MASTER_KEY_VARIABLE}")
    path = master_key_file(home, environ)
    if path.resolve().is_relative_to(home.resolve()):
        raise StartupError(
            "The master key is inside the home directory and would be part of every backup.",
            hint=f"Move it elsewhere and set {MASTER_KEY_FILE_VARIABLE}.",
        )
    try:
        return _read(path)
    except FileNotFoundError:
        if not create:
            raise StartupError(
                f"The master key {path} is missing.",
                hint=f"Restore it, or set {MASTER_KEY_FILE_VARIABLE} to its path. Without it the data cannot be read.",
            ) from None
    except OSError as error:
        raise StartupError(
            f"The master key {path} cannot be read: {error.strerror}.", hint="Check its owner."
        ) from None
    try:
        return _make(path)
    except OSError as error:
        raise StartupError(
            f"The master key {path} cannot be created: {error.strerror}.",
            hint=f"Set {MASTER_KEY_FILE_VARIABLE} to a writable path.",
        ) from None


def master_key_file(home: Path, environ: Mapping[str, str]) -> Path:
    """Return the path of the master key file, which may not exist yet."""
    configured = environ.get(MASTER_KEY_FILE_VARIABLE)
    return Path(configured).expanduser() if configured else home.resolve().with_name(home.resolve().name + ".key")


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & stat.S_IRWXO:
            raise StartupError(f"The master key {path} is world-readable.", hint=f"chmod 600 {path}")
        return _decode(file.read(1024).decode("ascii", "replace"), f"The master key {path}")


def _decode(text: str, name: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_SIZE:
        raise StartupError(f"{name} is not {KEY_SIZE} bytes in base64.", hint="Restore the original key.")
    return key


def _make(path: Path) -> bytes:
    key = os.urandom(KEY_SIZE)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(base64.b64encode(key) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return key
