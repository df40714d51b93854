"""Archive: access copies of the data about a person, for themselves or another system."""

from unificx.archive.importing import CopyImports
from unificx.archive.privacy import copy_holding
from unificx.archive.reader import checked_archive
from unificx.archive.schemas import AccessCopy, Requester
from unificx.archive.service import AccessCopies, AccessCopyDependencies

__all__ = [
    "AccessCopies",
    "AccessCopy",
    "AccessCopyDependencies",
    "CopyImports",
    "Requester",
    "checked_archive",
    "copy_holding",
]
