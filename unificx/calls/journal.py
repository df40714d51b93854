"""The journal of answered calls: what the next life of this process needs to carry them on after a crash.

A call is noted before its caller hears that it is answered, and struck out when it is over. Short calls that begin and
end within one batch of the spool never reach the database.
"""

from collections import Counter, defaultdict
from typing import Protocol

import structlog

from unificx.calls import queries
from unificx.calls.conductor import Conductor
from unificx.calls.facts import CallParty
from unificx.calls.hosted import HostedLeg
from unificx.calls.rules.causes import Cause
from unificx.calls.rules.states import Answering, Talking, Transferring
from unificx.calls.rules.words import CALLER
from unificx.calls.run import AnyLeg, Manner, Run, Said
from unificx.calls.tables import LiveCallPart
from unificx.kernel.clock import Clock
from unificx.people import Directory
from unificx.presence import Caller
from unificx.routing import Hosted
from unificx.sip.dialog import Dialog
from unificx.sip.flow import Flow
from unificx.sip.legs import Adopted, Legs
from unificx.store import Database, Keys, SpoolFull, UnitOfWork

KIND = "calls.live"
SKIPPED = 1000
"""How far our CSeq numbers jump: what was sent after the call was noted is unknown."""
log = structlog.get_logger()


class Spool(Protocol):
    """Where a record is safe once `append` returns; `store.Spool` fills it."""

    def append(self, kind: str, record: bytes, *, last: bool = False) -> None: ...


class Journal:
    """Notes answered calls in the spool; `adopt_all` carries them on. Hang `apply` into the spool as KIND's handler.

    An app is over when the process is: a call in one is adopted to be ended and recorded.
    """

    def __init__(self, spool: Spool, keys: Keys, clock: Clock) -> None:
        self._spool = spool
        self._keys = keys
        self._clock = clock

    def note(self, run: Run) -> None:
        """The call is answered, or has changed. That another went into it is in the same record: with one without the
        other the next life would lose somebody, or have him twice."""
        state = run.state.talking if isinstance(run.state, Transferring) else run.state
        if not isinstance(state, (Answering, Talking)):
            return
        tenant = run.caller.tenant_id
        blob = queries.sealed(self._keys, tenant, run.id, _part(run, state))
        absorbed, run.absorbed = run.absorbed, ""
        self._append((f"* {absorbed} " if absorbed else "+ ").encode() + f"{run.id} {tenant} ".encode() + blob)

    def strike(self, run: Run) -> None:
        """The call is over."""
        self._append(f"- {run.id}".encode(), last=True)

    def _append(self, record: bytes, *, last: bool = False) -> None:
        """A call goes on without its entry when the disk is full: it would only not survive a crash."""
        try:
            self._spool.append(KIND, record, last=last)
        except SpoolFull:
            log.warning("call_not_journalled")

    async def apply(self, uow: UnitOfWork, batch: list[bytes]) -> None:
        """Bring a batch of the spool into the database."""
        live: dict[str, tuple[str, str, bytes]] = {}
        over: list[str] = []
        for record in batch:
            sign, *words = record.split(b" ", 4 if record.startswith(b"*") else 3)
            if sign != b"+":  # it may have been noted by an earlier batch too
                gone = words.pop(0).decode()
                live.pop(gone, None)
                over.append(gone)
            if sign != b"-":
                call_id, tenant = words[0].decode(), words[1].decode()
                live[call_id] = (call_id, tenant, words[2])
        if over:
            await queries.drop(uow.session, over)
        if live:
            await queries.put(uow.session, list(live.values()))

    async def adopt_all(self, database: Database, conductor: Conductor, directory: Directory) -> int:
        """Go on with every call that was up; how many those are. Call once the spool is recovered and SIP is up."""
        async with database.read() as session:
            rows = await queries.all_rows(session)
        found = queries.opened(self._keys, rows)
        runs = [
            run
            for call_id, _, part in found
            if (run := _readable(call_id, part, conductor.parts.legs, directory, self._clock)) is not None
        ]
        for call_id in {row.id for row in rows}.difference(run.id for run in runs):
            self._append(f"- {call_id}".encode())  # destroyed or damaged: nobody will ever read it
        together = defaultdict[str, set[str]](set)
        for run in runs:
            together[run.record or run.id].add(run.id)
        for run in runs:
            run.siblings = together[run.record or run.id]
            conductor.adopt(run)
        if runs:
            log.info("calls_carried_on", calls=len(runs))
        return len(runs)


def _part(run: Run, state: Answering | Talking) -> LiveCallPart:
    caller, callee = run.legs[CALLER], run.legs.get(state.callee)
    who = run.caller
    answered = run.answered or run.started
    return LiveCallPart(
        caller=(who.tenant_id, who.extension_id, who.device_id, who.subject, who.number, who.name),
        dialled=run.dialled,
        devices=(run.devices.get(state.callee, ""), run.callee.id if run.callee is not None else ""),
        times=(run.started, answered),
        caller_dialog=_dialog_words(caller),
        callee_dialog=_dialog_words(callee),
        descriptions=tuple(sdp.decode("utf-8", "replace") for sdp in (state.caller_sdp, state.callee_sdp)),
        passed_on=run.passed_on.name if run.passed_on is not None and run.missed else "",
        cast=tuple(_member(tag, one) for tag, one in run.cast.items()),
        record=run.record,
        withheld=run.manner.withheld,
    )


def _member(tag: str, one: CallParty) -> tuple[str, ...]:
    return (tag, one.subject or "", one.extension_id or "", one.device_id or "", one.number, one.name, one.address)


def _party(words: tuple[str, ...]) -> CallParty:
    subject, extension, device, number, name, address = words[1:]
    who = subject or None, extension or None, device or None
    return CallParty("callee", *who, number=number, name=name, address=address)


def _dialog_words(leg: AnyLeg | None) -> tuple[str, ...]:
    """What is noted of a leg; nothing of an app's, for it has no dialog."""
    if leg is None or isinstance(leg, HostedLeg) or leg.dialog is None:
        return ()
    dialog = leg.dialog
    flow = dialog.flow
    known = ["owns"] * leg.owns_call_id + ["aware"] * leg.record_aware
    way = (flow.transport, flow.host, str(flow.port), " ".join(known))
    ends = (dialog.local_tag, dialog.local, dialog.remote_tag, dialog.remote)
    return (dialog.call_id, *ends, str(dialog.local_seq), dialog.target, *way, *dialog.routes)


def _adopted(words: tuple[str, ...], sdp: str) -> Adopted:
    call_id, local_tag, local, remote_tag, remote, number, target, transport, host, port, known, *routes = words
    dialog = Dialog(
        call_id=call_id,
        local=local,
        local_tag=local_tag,
        remote=remote,
        remote_tag=remote_tag,
        local_seq=int(number) + SKIPPED,
        remote_seq=-1,
        target=target,
        routes=tuple(routes),
        flow=Flow(transport, host, int(port)),
    )
    return Adopted(dialog, outgoing="owns" in known, sent=b"", received=sdp.encode(), record_aware="aware" in known)


def _readable(call_id: str, part: LiveCallPart, legs: Legs, directory: Directory, clock: Clock) -> Run | None:
    """The call, None if what was noted makes none: one bad row must not keep the others from going on."""
    try:
        return _run(call_id, part, legs, directory, clock)
    except (ValueError, TypeError):
        log.warning("live_call_damaged", call=call_id)
        return None


def _run(call_id: str, part: LiveCallPart, legs: Legs, directory: Directory, clock: Clock) -> Run:
    tenant, extension, device, subject, number, name = part.caller
    callee_device, callee_extension = part.devices
    caller_sdp, callee_sdp = part.descriptions
    started, answered = part.times
    callee = directory.extension_by_id(callee_extension)
    noted = {CALLER: (part.caller_dialog, caller_sdp), "b1": (part.callee_dialog, callee_sdp)}
    adopted = {name: _adopted(*one) for name, one in noted.items() if one[0]}
    if not adopted:
        raise ValueError("no leg was noted")
    run = Run(
        id=call_id,
        caller=Caller(tenant, extension, device, subject, number=number, name=name),
        dialled=part.dialled,
        callee=callee,
        started=started,
        began=clock.monotonic() - (clock.now() - started).total_seconds(),
        legs={name: legs.adopt(one, clock.monotonic()) for name, one in adopted.items()},
        answered=answered,
        winner="b1",
        devices={"b1": callee_device} if part.callee_dialog else {},
        extensions={"b1": callee_extension} if part.callee_dialog else {},
        named=Counter({"b": 1}),
        apps={name: Hosted("") for name in noted if name not in adopted},
        passed_on=Cause[part.passed_on] if part.passed_on else None,
        missed=bool(part.passed_on),
        cast={words[0]: _party(words) for words in part.cast or ()},
        said={CALLER: Said(SKIPPED, b""), "b1": Said(SKIPPED, b"")},
        record=part.record or "",
        manner=Manner(withheld=part.withheld or ""),
        noted=True,
        adopted=True,
    )
    spoken = (clock.now() - answered).total_seconds()
    left = max((callee.max_call_seconds if callee is not None else 10_800) - spoken, 0.0)
    run.state = Talking("b1", clock.monotonic() + left, caller_sdp.encode(), callee_sdp.encode())
    return run
