"""The files of the home directory that the master key seals, and their new sealing when it is rotated."""

from pathlib import Path

from unificx.core.errors import StartupError
from unificx.privacy import MasterKey, reseal_file

DKIM_PURPOSE = "dkim"
PUSH_PURPOSE = "push"
RECEIPT_PURPOSE = "erasure receipts"
SEALED_FILES = {"dkim.key": DKIM_PURPOSE, "push.key": PUSH_PURPOSE, "receipts.key": RECEIPT_PURPOSE}
"""Purpose of each file, by name."""


def reseal_files(home: Path, master: MasterKey) -> None:
    """Seal the files with the present master key. Raise StartupError for a file that cannot be opened or written, and
    for an unknown one, which the end of the rotation would make unreadable."""
    for path in sorted(home.glob("*.key")):
        purpose = SEALED_FILES.get(path.name)
        if purpose is None:
            raise StartupError(f"{path} belongs to no installation.", hint="Move it elsewhere.")
        reseal_file(path, master, purpose)
