"""Ring groups: extensions that ring together or in turn under one number."""

from unificx.routing.groups.ringing import GroupKind, RingMemory
from unificx.routing.groups.schemas import GroupChange, NewGroup, RingGroup, Strategy
from unificx.routing.groups.service import GroupService

__all__ = ["GroupChange", "GroupKind", "GroupService", "NewGroup", "RingGroup", "RingMemory", "Strategy"]
