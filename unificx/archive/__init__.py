"""Archive: access copies of the data about a person, for themselves or another system."""

from unificx.archive.importing import CopyImports, ImportedCopy
from unificx.archive.privacy import copy_holding
from unificx.archive.reader import CheckedArchive, checked_archive
from unificx.archive.schemas import AccessCopy, Requester
from unificx.archive.service import AccessCopies, AccessCopyDependencies

__all__ = [
    "AccessCopies",
    "AccessCopy",
    "AccessCopyDependencies",
    "CheckedArchive",
    "CopyImports",
    "ImportedCopy",
    "Requester",
    "checked_archive",
    "copy_holding",
]
