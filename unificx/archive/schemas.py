"""Values of the area."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from unificx.privacy import DataSubject
from unificx.support.rights import DisclosedData

CopyState = Literal["requested", "ready", "failed"]
CopyProblem = Literal["", "storage_full", "internal"]


@dataclass(frozen=True, slots=True)
class Requester:
    """The account that requests a copy and may download it; empty for the operator's console."""

    person_id: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class AccessCopy:
    """An access copy. `size` in bytes and `sha256` are empty until it is ready."""

    id: str
    owner: DataSubject
    requester: Requester
    state: CopyState
    problem: CopyProblem
    requested: datetime
    expires: datetime
    size: int
    sha256: str
    disclosure_id: str = ""
    """The disclosure to an authority to which the file is limited; "" for a copy of everything."""
    data: DisclosedData | None = None
    """The limits of the disclosure, while the file is built."""
    number: str = field(default="", repr=False)
    """The number that the disclosure is about, of a caller without an account, while the file is built."""
