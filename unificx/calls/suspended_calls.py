"""Which live calls end when a tenant or a person is suspended."""

from collections.abc import Collection

from unificx.calls.call import Call


def ended_by_suspension(call: Call, *, tenant_id: str = "", extension_ids: Collection[str] = ()) -> bool:
    """Return whether the suspension of a tenant, or of the user of these extensions, ends a call.

    The extensions may take part as members of a group or agents of a queue. A call to an emergency number continues.
    """
    if any(one.is_emergency for one in call.participants.values()):
        return False
    parties = call.all_extensions() | {one.extension_id for one in call.participants.values()}
    return call.caller.tenant_id == tenant_id or not parties.isdisjoint(extension_ids)
