"""Where the master key comes from: the environment, a command such as that of a key management service, or a file.

Each gives keys of 32 bytes in base64, one a line: the present one, and during a rotation those before it.
"""

import base64
import binascii
import os
import shlex
import stat
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from unificx.core.errors import StartupError
from unificx.core.files import sync_folder, write_durably

MASTER_KEY_VARIABLE = "UNIFICX_MASTER_KEY"
MASTER_KEY_COMMAND_VARIABLE = "UNIFICX_MASTER_KEY_COMMAND"
MASTER_KEY_FILE_VARIABLE = "UNIFICX_MASTER_KEY_FILE"
KEY_SIZE = 32
_MAX_KEYS = 4
_MAX_BYTES = 1024
COMMAND_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class ConfiguredMaster:
    """Master keys, the present one first. `file` is None if they come from elsewhere."""

    keys: tuple[bytes, ...]
    file: Path | None = None


def read_master(home: Path, environ: Mapping[str, str], *, create: bool) -> ConfiguredMaster:
    """Return the master keys: `UNIFICX_MASTER_KEY`, the output of `UNIFICX_MASTER_KEY_COMMAND`, or those in a file.

    The file is `UNIFICX_MASTER_KEY_FILE`, or `<home>.key` next to the home directory. `create` creates a missing file,
    mode 0600; pass True on a first start only, as a new key cannot open existing data. Raise StartupError for a key
    that is missing, of the wrong size, unreadable, world-readable, or inside the home directory.
    """
    if encoded := environ.get(MASTER_KEY_VARIABLE):
        return ConfiguredMaster(_decode(encoded, f"The master key in {MASTER_KEY_VARIABLE}"))
    if command := environ.get(MASTER_KEY_COMMAND_VARIABLE):
        output = _run(command, environ)
        return ConfiguredMaster(_decode(output, f"The output of {MASTER_KEY_COMMAND_VARIABLE}"))
    path = master_key_file(home, environ)
    if path.resolve().is_relative_to(home.resolve()):
        raise StartupError(
            "The master key is inside the home directory and would be part of every backup.",
            hint=f"Move it elsewhere and set {MASTER_KEY_FILE_VARIABLE}.",
        )
    try:
        return ConfiguredMaster(_read(path), path)
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
        return ConfiguredMaster((_make(path),), path)
    except OSError as error:
        raise StartupError(
            f"The master key {path} cannot be created: {error.strerror}.",
            hint=f"Set {MASTER_KEY_FILE_VARIABLE} to a writable path.",
        ) from None


def master_key_file(home: Path, environ: Mapping[str, str]) -> Path:
    """Return the path of the master key file, which may not exist yet."""
    configured = environ.get(MASTER_KEY_FILE_VARIABLE)
    return Path(configured).expanduser() if configured else home.resolve().with_name(home.resolve().name + ".key")


def encode_keys(keys: Sequence[bytes]) -> bytes:
    """Return the content of a file with these keys."""
    return b"".join(base64.b64encode(key) + b"\n" for key in keys)


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file with secrets atomically and durably, then overwrite the old bytes. Raise OSError.

    A file system or disk that writes elsewhere may still have the old bytes somewhere."""
    path = path.resolve()
    old = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        write_durably(path, content)
        os.pwrite(old, bytes(os.fstat(old).st_size), 0)
        os.fsync(old)
    finally:
        os.close(old)


def _read(path: Path) -> tuple[bytes, ...]:
    while True:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & stat.S_IRWXO:
                raise StartupError(f"The master key {path} is world-readable.", hint=f"chmod 600 {path}")
            content = file.read(_MAX_BYTES)
            if os.fstat(file.fileno()).st_nlink:  # else replaced since it was opened, and perhaps overwritten
                return _decode(content.decode("ascii", "replace"), f"The master key {path}")


def _run(command: str, environ: Mapping[str, str]) -> str:
    """Return the standard output of a command, which is run without a shell and within `COMMAND_SECONDS`."""
    try:
        words = shlex.split(command)
        done = subprocess.run(
            words,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        problem = f"has not ended within {COMMAND_SECONDS:.0f} seconds"
    except (OSError, ValueError, IndexError) as fault:
        problem = f"cannot be run: {getattr(fault, 'strerror', None) or 'it is not a command line'}"
    else:
        if not done.returncode:
            return done.stdout[: _MAX_BYTES + 1].decode("ascii", "replace")
        reason = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"])[-1][:200]
        problem = f"failed with status {done.returncode}: {reason}"
    raise StartupError(
        f"The command in {MASTER_KEY_COMMAND_VARIABLE} {problem}.",
        hint="Run it as the user of the server: it has to print the key in base64 and nothing else.",
    ) from None


def _decode(text: str, name: str) -> tuple[bytes, ...]:
    try:
        keys = tuple(base64.b64decode(line, validate=True) for line in text.split())
    except (binascii.Error, ValueError):
        keys = ()
    if not 1 <= len(keys) <= _MAX_KEYS or any(len(key) != KEY_SIZE for key in keys):
        raise StartupError(f"{name} is not {KEY_SIZE} bytes in base64.", hint="Restore the original key.")
    return keys


def _make(path: Path) -> bytes:
    key = os.urandom(KEY_SIZE)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(encode_keys([key]))
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
    return key
