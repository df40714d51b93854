"""Archive: access copies of the data about a person, for themselves or another system."""

from unificx.archive.privacy import copy_holding
from unificx.archive.schemas import AccessCopy, Requester
from unificx.archive.service import AccessCopies, AccessCopyParts

__all__ = [
    "AccessCopies",
    "AccessCopy",
    "AccessCopyParts",
    "Requester",
    "copy_holding",
]
