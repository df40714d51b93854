"""Holds: objects that must not be deleted while an authority or a claim needs them."""

from unificx.privacy.holds.events import HoldReleased
from unificx.privacy.holds.repository import free, has_holds, held, lock_holds
from unificx.privacy.holds.schemas import HeldKind, HoldKind, HoldTarget, NewHold
from unificx.privacy.holds.service import Holds

__all__ = [
    "HeldKind",
    "HoldKind",
    "HoldReleased",
    "HoldTarget",
    "Holds",
    "NewHold",
    "free",
    "has_holds",
    "held",
    "lock_holds",
]
