"""Registry of live calls: by id, by leg, and by involved device and extension."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from unificx.calls.call import Call
from unificx.calls.call_limiter import ConcurrentCallLimiter
from unificx.trunks import Trunk


class CallIndex:
    """Index from device and extension ids to call ids. A key stays associated with a call until the call ends."""

    def __init__(self) -> None:
        # Owner: the node that holds the calls; they are journalled in CallJournal.
        self._call_ids: dict[str, str | set[str]] = {}
        """The only call of a key, as nearly all have one, or all of its calls."""
        self._keys: dict[str, tuple[str, ...]] = {}

    def __len__(self) -> int:
        return len(self._call_ids)

    def add(self, call_id: str, keys: Iterable[str]) -> None:
        """Associate further keys with a call."""
        known = self._keys.get(call_id, ())
        new = [key for key in dict.fromkeys(keys) if key not in known]
        if not new:
            return
        self._keys[call_id] = (*known, *new)
        for key in new:
            calls = self._call_ids.setdefault(key, call_id)
            if isinstance(calls, set):
                calls.add(call_id)
            elif calls != call_id:
                self._call_ids[key] = {calls, call_id}

    def remove(self, call_id: str) -> None:
        """Remove an ended call."""
        for key in self._keys.pop(call_id, ()):
            calls = self._call_ids[key]
            if isinstance(calls, set) and len(calls) > 1:
                calls.discard(call_id)
            else:
                del self._call_ids[key]

    def find(self, *keys: str) -> set[str]:
        """Return the ids of the calls associated with any of these keys."""
        found = set[str]()
        for key in keys:
            calls = self._call_ids.get(key)
            found |= {calls} if isinstance(calls, str) else calls or set()
        return found


@dataclass(slots=True)
class CallRegistry:
    """All live calls. `on_changed` receives the tenant's id when a call has started, was answered or has ended."""

    limiter: ConcurrentCallLimiter
    on_changed: Callable[[str], None]
    # Owner: the node that holds the calls. Answered ones are journalled in CallJournal.
    calls: dict[str, Call] = field(default_factory=dict[str, Call])
    index: CallIndex = field(default_factory=CallIndex)
    by_leg: dict[str, tuple[Call, str]] = field(default_factory=dict[str, tuple[Call, str]])
    by_trunk: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict[str, set[str]](set))
    """Ids of the legs to and from each carrier."""
    _by_tenant: dict[str, dict[str, Call]] = field(default_factory=dict[str, dict[str, Call]])

    def add(self, call: Call) -> None:
        """Add a call and the legs it has already."""
        self.calls[call.id] = call
        self._by_tenant.setdefault(call.caller.tenant_id, {})[call.id] = call
        self.limiter.acquire(call.caller.tenant_id)
        for name in call.legs():
            self.set_leg(call, name)
        self.update_index(call)
        self.on_changed(call.caller.tenant_id)

    def remove(self, call: Call) -> None:
        """Remove an ended call and its legs."""
        if self.calls.pop(call.id, None) is not None:
            of_tenant = self._by_tenant[call.caller.tenant_id]
            del of_tenant[call.id]
            if not of_tenant:
                del self._by_tenant[call.caller.tenant_id]
            self.limiter.release(call.caller.tenant_id)
            self.on_changed(call.caller.tenant_id)
        self.index.remove(call.id)
        for name, leg in call.legs().items():
            self.by_leg.pop(leg.id, None)
            self._remove_from_trunk(call, name)

    def of_tenant(self, tenant_id: str | None) -> Collection[Call]:
        """Return the calls of a tenant, or of all."""
        return (self.calls if tenant_id is None else self._by_tenant.get(tenant_id, {})).values()

    def find(self, *keys: str) -> list[Call]:
        """Return the calls of a device or extension."""
        return [self.calls[call_id] for call_id in self.index.find(*keys)]

    def find_leg(self, leg_id: str) -> tuple[Call, str] | None:
        """Return the call of a leg and the name of its participant."""
        return self.by_leg.get(leg_id)

    def set_leg(self, call: Call, name: str) -> None:
        """Register the leg of a participant."""
        leg_id = call.existing_leg(name).id
        self.by_leg[leg_id] = (call, name)
        outside = call.participants[name].outside
        if outside is not None:
            self.by_trunk[outside.trunk_id].add(leg_id)

    def remove_leg(self, call: Call, name: str) -> None:
        """Remove the leg of a participant that is dialled again."""
        leg = call.leg(name)
        if leg is not None:
            self.by_leg.pop(leg.id, None)
            self._remove_from_trunk(call, name)

    def is_trunk_full(self, trunk: Trunk) -> bool:
        """Whether a trunk has as many calls as it may have. Legs that have ended, although their call goes on, do not
        count."""
        limit = trunk.max_calls
        if limit is None or len(self.by_trunk.get(trunk.id, ())) < limit:
            return False
        legs = self.by_trunk[trunk.id]
        legs -= {leg_id for leg_id in legs if leg_id not in self.by_leg or self._has_ended(leg_id)}
        return len(legs) >= limit

    def _has_ended(self, leg_id: str) -> bool:
        call, name = self.by_leg[leg_id]
        leg = call.leg(name)
        return leg is None or leg.ended

    def _remove_from_trunk(self, call: Call, name: str) -> None:
        one = call.participants[name]
        if one.outside is None or one.leg is None:
            return
        legs = self.by_trunk[one.outside.trunk_id]
        legs.discard(one.leg.id)
        if not legs:
            del self.by_trunk[one.outside.trunk_id]

    def update_index(self, call: Call) -> None:
        """Add the devices and extensions that joined the call."""
        self.index.add(call.id, call.index_keys())

    def peer_changed(self, call: Call) -> None:
        """The call was answered or has another peer."""
        self.update_index(call)
        self.on_changed(call.caller.tenant_id)
