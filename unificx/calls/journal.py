"""Journal of answered calls, so that they can be continued after a crash.

A call is journalled before its INVITE is answered and removed when it ends.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

import structlog

from unificx.calls import repository
from unificx.calls.app_leg import AppLeg
from unificx.calls.call import Call, CallOptions, connected_state
from unificx.calls.events import CallParty, Direction
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.states import CALLER, Answering, Talking
from unificx.calls.manager import CallManager
from unificx.calls.models import LiveCallPart
from unificx.calls.participant import AnyLeg, Participant, SentSdp
from unificx.calls.record_parties import RecordParties
from unificx.cluster import CallJournal
from unificx.core.clock import Clock
from unificx.db import ErasedSubject, Keys, SpoolFull
from unificx.identity import DirectoryCache
from unificx.privacy import KeyPool
from unificx.registrar import Caller
from unificx.routing import CallApp
from unificx.sip.dialog import Dialog
from unificx.sip.flow import Flow
from unificx.sip.legs import DialogTable, LegSnapshot

CSEQ_GAP = 1000
"""CSeq increment after a restart, since requests sent after the last journal entry are unknown."""
_DIRECTIONS: dict[str, Direction] = {"inbound": "inbound", "outbound": "outbound"}
log = structlog.get_logger()


class Journal:
    """Writes answered calls to the journal of the node, and restores them.

    Apps do not survive a restart: a call connected to one is restored only to be ended and recorded.
    """

    def __init__(self, entries: CallJournal, keys: Keys, pool: KeyPool, clock: Clock) -> None:
        self._entries = entries
        self._keys = keys
        self._pool = pool
        self._clock = clock
        # Owner: this node. The ids of the keys of its journalled calls.
        self._key_ids: dict[str, str] = {}

    def save(self, call: Call) -> None:
        """Journal an answered or changed call. If the disk is full, it continues but would not survive a crash."""
        state = connected_state(call)
        if not isinstance(state, (Answering, Talking)):
            return
        absorbed, call.absorbed_call_id = call.absorbed_call_id, ""
        key_id = self._key_ids.get(call.id) or self._pool.take()
        self._key_ids[call.id] = key_id
        call_name, part = (call.caller.tenant_id, call.id), _live_call_part(call, state)
        try:
            entry = repository.seal_live_call(self._keys, call_name, key_id, _subjects(call), part)
            self._entries.put(entry, absorbed=absorbed)
        except (SpoolFull, ErasedSubject):  # a party was erased during the call
            log.warning("call_not_journalled")
        self._destroy_key(absorbed)

    def remove(self, call: Call) -> None:
        """Remove an ended call."""
        self._remove(call.id)

    def _destroy_key(self, call_id: str) -> None:
        key_id = self._key_ids.pop(call_id, "")
        if key_id:
            self._pool.give_back(key_id)

    def _remove(self, call_id: str) -> None:
        self._destroy_key(call_id)
        try:
            self._entries.remove(call_id)
        except SpoolFull:
            log.warning("call_not_journalled")

    async def has_calls(self) -> bool:
        """Whether there are calls to restore: the server was killed. Call after the spool is recovered."""
        return bool(await self._entries.entries())

    async def restore_all(self, manager: CallManager, directory: DirectoryCache) -> int:
        """Restore all calls and return their number. Call after the spool is recovered and SIP is running."""
        entries = await self._entries.entries()
        found = repository.unseal_live_calls(self._keys, entries)
        calls = [
            call
            for entry, part in found
            if (call := _restore_or_none(entry.call_id, part, manager.deps.legs, directory, self._clock)) is not None
        ]
        self._key_ids.update({entry.call_id: entry.key_id for entry in entries if entry.wrapped})
        for call_id in {entry.call_id for entry in entries}.difference(call.id for call in calls):
            self._remove(call_id)  # key destroyed or data damaged: it can never be read
        for call in calls:
            if call.id not in self._key_ids:  # journalled by an earlier version
                self.save(call)
        await self._pool.sweep(self._key_ids.values(), repository.EARLIER_KEY)
        groups = defaultdict[str, set[str]](set)
        for call in calls:
            groups[call.record_id or call.id].add(call.id)
        for call in calls:
            call.siblings = groups[call.record_id or call.id]
            manager.adopt(call)
        if calls:
            log.info("calls_carried_on", calls=len(calls))
        return len(calls)


def _subjects(call: Call) -> Iterator[str]:
    """Yield the data subjects of a call: all parties of its record, and those at present."""
    present = [call.caller, call.callee, *(one.outside for one in call.participants.values())]
    for one in (*present, *call.record_parties.by_leg.values()):
        if one is not None and one.subject:
            yield one.subject


def _live_call_part(call: Call, state: Answering | Talking) -> LiveCallPart:
    caller, callee = call.existing_leg(CALLER), call.leg(state.callee)
    origin = call.caller
    answered = call.answered or call.started
    return LiveCallPart(
        caller=(origin.tenant_id, origin.extension_id, origin.device_id, origin.subject, origin.number, origin.name),
        dialled=call.dialled,
        devices=(call.participant(state.callee).device_id, call.callee.id if call.callee is not None else ""),
        times=(call.started, answered),
        caller_dialog=_dialog_fields(caller),
        callee_dialog=_dialog_fields(callee),
        descriptions=tuple(sdp.decode("utf-8", "replace") for sdp in (state.caller_sdp, state.callee_sdp)),
        passed_on=call.fallback_cause.name if call.fallback_cause is not None and call.was_missed else "",
        cast=tuple(_party_fields(tag, one) for tag, one in call.record_parties.by_leg.items()),
        record=call.record_id,
        withheld=" ".join(sorted(call.options.withheld)),
        direction=call.direction,
        outside=tuple([_outside_fields(call.participant(name)) for name in (CALLER, state.callee)]),
        recorded_elsewhere=call.recorded_elsewhere,
    )


def _outside_fields(one: Participant) -> tuple[str, ...]:
    party = one.outside
    if party is None:
        return ()
    billed = (one.connected.isoformat(), one.payer, "emergency" * one.is_emergency) if one.connected is not None else ()
    return (party.trunk_id, party.subject, party.number, party.name, *billed)


def _restore_outside(tenant: str, one: Participant, fields: tuple[str, ...]) -> Caller | None:
    """Restore the party outside that a participant is, and from when on it is billed; return the party."""
    if not fields:
        return None
    trunk, subject, number, name, *billed = fields
    one.outside = Caller(tenant, "", "", subject, number=number, name=name, trunk_id=trunk)
    if billed:
        one.connected, one.payer, one.is_emergency = datetime.fromisoformat(billed[0]), billed[1], bool(billed[2])
    return one.outside


def _party_fields(tag: str, one: CallParty) -> tuple[str, ...]:
    return (tag, one.subject or "", one.extension_id or "", one.device_id or "", one.number, one.name, one.address)


def _party(fields: tuple[str, ...]) -> CallParty:
    subject, extension, device, number, name, address = fields[1:]
    ids = subject or None, extension or None, device or None
    return CallParty("callee", *ids, number=number, name=name, address=address)


def _dialog_fields(leg: AnyLeg | None) -> tuple[str, ...]:
    """Journalled fields of a leg's dialog; empty for an app's leg, which does not have one."""
    if leg is None or isinstance(leg, AppLeg) or leg.dialog is None:
        return ()
    dialog = leg.dialog
    flow = dialog.flow
    flags = ["owns"] * leg.owns_call_id + ["aware"] * leg.record_aware
    flow_fields = (flow.transport, flow.host, str(flow.port), " ".join(flags))
    parties = (dialog.local_tag, dialog.local, dialog.remote_tag, dialog.remote)
    return (dialog.call_id, *parties, str(dialog.local_seq), dialog.remote_target, *flow_fields, *dialog.route_set)


def _leg_snapshot(fields: tuple[str, ...], sdp: str) -> LegSnapshot:
    call_id, local_tag, local, remote_tag, remote, number, target, transport, host, port, flags, *routes = fields
    dialog = Dialog(
        call_id=call_id,
        local=local,
        local_tag=local_tag,
        remote=remote,
        remote_tag=remote_tag,
        local_seq=int(number) + CSEQ_GAP,
        remote_seq=-1,
        remote_target=target,
        route_set=tuple(routes),
        flow=Flow(transport, host, int(port)),
    )
    return LegSnapshot(
        dialog, outgoing="owns" in flags, local_sdp=b"", remote_sdp=sdp.encode(), record_aware="aware" in flags
    )


def _restore_or_none(
    call_id: str, part: LiveCallPart, legs: DialogTable, directory: DirectoryCache, clock: Clock
) -> Call | None:
    """Restore a call, None if its data is damaged: one bad row must not prevent the others from being restored."""
    try:
        return _restore_call(call_id, part, legs, directory, clock)
    except (ValueError, TypeError):
        log.warning("live_call_damaged", call=call_id)
        return None


def _restore_call(call_id: str, part: LiveCallPart, legs: DialogTable, directory: DirectoryCache, clock: Clock) -> Call:
    tenant, extension, device, subject, number, name = part.caller
    callee_device, callee_extension = part.devices
    caller_sdp, callee_sdp = part.descriptions
    started, answered = part.times
    callee = directory.extension_by_id(callee_extension)
    journalled = {CALLER: (part.caller_dialog, caller_sdp), "b1": (part.callee_dialog, callee_sdp)}
    snapshots = {name: _leg_snapshot(*one) for name, one in journalled.items() if one[0]}
    if not snapshots:
        raise ValueError("no leg was journalled")
    participants = {
        name: Participant(
            leg=legs.restore(snapshots[name], clock.monotonic()) if name in snapshots else None,
            app=CallApp("") if name not in snapshots else None,
            sent_sdp=SentSdp(CSEQ_GAP, b""),
        )
        for name in journalled
    }
    if part.callee_dialog:
        participants["b1"].extension_id, participants["b1"].device_id = callee_extension, callee_device
    outside = part.outside or ((), ())
    outside_caller = _restore_outside(tenant, participants[CALLER], outside[0])
    _restore_outside(tenant, participants["b1"], outside[1])
    call = Call(
        id=call_id,
        caller=outside_caller or Caller(tenant, extension, device, subject, number=number, name=name),
        dialled=part.dialled,
        callee=callee,
        started=started,
        started_monotonic=clock.monotonic() - (clock.now() - started).total_seconds(),
        participants=participants,
        answered=answered,
        answered_leg="b1",
        leg_counters={"b": 1},
        fallback_cause=Cause[part.passed_on] if part.passed_on else None,
        was_missed=bool(part.passed_on),
        record_parties=RecordParties({fields[0]: _party(fields) for fields in part.cast or ()}),
        record_id=part.record or "",
        recorded_elsewhere=bool(part.recorded_elsewhere),
        options=CallOptions(withheld=frozenset((part.withheld or "").split())),
        direction=_DIRECTIONS.get(part.direction or "", "internal"),
        journalled=True,
        restored=True,
    )
    elapsed = (clock.now() - answered).total_seconds()
    limiting = callee or directory.extension_by_id(extension)  # of a call outside it is that of the caller
    remaining = max((limiting.max_call_seconds if limiting is not None else 10_800) - elapsed, 0.0)
    call.state = Talking("b1", clock.monotonic() + remaining, caller_sdp.encode(), callee_sdp.encode())
    return call
