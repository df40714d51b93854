"""Messages of the sender to a request, its conversion into another kind, and the history that the sender sees.

A message is a step of the request, like the replies of the administrators. People without an account reach their
request by its proof.
"""

from dataclasses import replace
from typing import get_args

from unificx.core.errors import Conflict, Expired, Invalid, NotFound
from unificx.core.phrases import Phrase
from unificx.db import UnitOfWork, lock_scope
from unificx.support.rights import repository, states
from unificx.support.rights.deadlines import with_deadlines
from unificx.support.rights.proofs import RequestProofs
from unificx.support.rights.queues import queues_of
from unificx.support.rights.schemas import (
    GENERAL_KINDS,
    PROVIDER_KINDS,
    OpenKind,
    RequestHistory,
    RightsRequest,
    StepRecord,
)
from unificx.support.rights.service import MAX_TEXT, RightsRequests

MAX_STEPS = 200
"""Steps of a request, after which its sender cannot write to it any more."""
OPEN_KINDS: frozenset[str] = frozenset(get_args(OpenKind))
OF_SENDER = frozenset({"receive", "prove_email", "message", "attach"})
"""Steps of the sender. The other ones are of the administrators."""
_VISIBLE = OF_SENDER | {"begin", "reply", "extend", "answer", "refuse", "withdraw", "convert"}
"""Steps that the sender sees; the note of how an identity was proved is not among them."""


class RequestMessages:
    """The conversation with the senders of requests."""

    def __init__(self, requests: RightsRequests) -> None:
        self._requests = requests
        self._database, self._keys = requests.deps.database, requests.deps.keys
        self._directory = requests.deps.identity.directory
        self._proofs = RequestProofs(self._keys)
        self.proof = self._proofs.proof

    # ---- for the sender

    async def own(self, tenant_id: str, person_id: str, request_id: str) -> RequestHistory:
        """Return a request of a user with the steps that they see. Raise NotFound."""
        return _visible(await self._own(tenant_id, person_id, request_id))

    async def outside(self, proof: str) -> RequestHistory:
        """Return the request of a proof with the steps that its sender sees. Raise Expired."""
        tenant_id, request_id = await self._located(proof)
        return _visible(await self._requests.get(tenant_id, request_id))

    async def write_own(self, tenant_id: str, person_id: str, request_id: str, text: str) -> RequestHistory:
        """Add a message of a user to their own request. Raise NotFound, Conflict, Invalid."""
        found = await self._own(tenant_id, person_id, request_id)
        await self.write(found.request.tenant_id, request_id, text, by=person_id)
        return await self.own(tenant_id, person_id, request_id)

    async def write_outside(self, proof: str, text: str) -> None:
        """Add a message of the sender with this proof, who thereby can read the e-mail address of the request.

        Raise Expired, Conflict, Invalid."""
        tenant_id, request_id = await self._located(proof)
        await self.write(tenant_id, request_id, text, by="")

    async def write(self, tenant_id: str, request_id: str, text: str, *, by: str) -> RightsRequest:
        """Add a message of the sender; a request that was answered or refused lately is open again.

        Raise NotFound, Conflict, Invalid."""
        async with self._database.begin() as uow:
            request = await self._write(uow, tenant_id, request_id, text, by=by)
            await self._requests.alert(uow, tenant_id, [request])
        return request

    async def receive(self, uow: UnitOfWork, proof: str, text: str, address: str) -> RightsRequest:
        """Add a message that came by e-mail from `address`, within `uow`. Its sender has the proof, which was sent to
        the address of the request: if both are the same, the address is proved.

        Raise Expired, Conflict, Invalid."""
        tenant_id, request_id = await self._located(proof)
        request = await self._write(uow, tenant_id, request_id, text, by="")
        await self._requests.alert(uow, tenant_id, [request])
        if request.proof or request.email != address or request.origin not in ("mail", "public"):
            return request
        request = replace(request, proof="email")
        request = replace(request, about=self._requests.subjects.of_proved(request))
        await repository.save(uow.session, self._keys, request)
        return request

    async def _write(self, uow: UnitOfWork, tenant_id: str, request_id: str, text: str, *, by: str) -> RightsRequest:
        text, now = text.strip(), self._database.clock.now()
        if not text or len(text) > MAX_TEXT:
            raise Invalid(Phrase("Use 1 to {} characters.", MAX_TEXT), field="text")
        await lock_scope(uow.session, "rights request", request_id)
        before = await repository.find(uow.session, self._keys, tenant_id, request_id)
        if before is None:
            raise NotFound("There is no such request.")
        if before.kind not in OPEN_KINDS or self._keys.is_destroyed(tenant_id, before.subject):
            raise Conflict("This request takes no messages.", hint="Send a new one.")
        if await repository.count_steps(uow.session, tenant_id, request_id) >= MAX_STEPS:
            raise Conflict("This request has too many messages.", hint="Send a new one.")
        request = replace(before, state=states.after_message(before.state, before.closed, now))
        if before.closed is not None:
            request = replace(with_deadlines(self._directory, request, now), closed=None, reminded=None)
        await repository.save(uow.session, self._keys, request)
        await self._requests.add_record(uow, request, StepRecord(now, "message", by, text))
        return request

    async def _own(self, tenant_id: str, person_id: str, request_id: str) -> RequestHistory:
        for queue_id in queues_of(self._directory, tenant_id):
            try:
                found = await self._requests.get(queue_id, request_id)
            except NotFound:
                continue
            sender = found.request.home, found.request.person_id
            if found.request.origin == "account" and sender == (tenant_id, person_id):
                return found
        raise NotFound("There is no such request.")

    async def _located(self, proof: str) -> tuple[str, str]:
        """Return tenant and id of the request of a proof. Raise Expired."""
        request_id = self._proofs.verify(proof)
        async with self._database.read() as session:
            tenant_id = await repository.tenant_of(session, request_id) if request_id else None
        if request_id is None or tenant_id is None:
            raise Expired("This link is not valid any more.")
        return tenant_id, request_id

    # ---- for administrators

    async def convert(self, tenant_id: str, request_id: str, kind: OpenKind, by: str) -> RightsRequest:
        """Make an open request one of another kind. Its time limits run from its receipt; for one about personal data
        the sender has to be proved, if that has not happened.

        Raise NotFound, Conflict for a closed request or another kind."""
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "rights request", request_id)
            before = await repository.find(uow.session, self._keys, tenant_id, request_id)
            if before is None:
                raise NotFound("There is no such request.")
            if before.closed is not None or before.kind not in OPEN_KINDS:
                raise Conflict("The kind of this request cannot be changed.")
            if before.to == "provider" and kind not in PROVIDER_KINDS:
                raise Conflict(
                    "The data of the sender is that of another organisation.", hint="Refer them to its administrators."
                )
            request = with_deadlines(self._directory, replace(before, kind=kind), before.received)
            if kind not in GENERAL_KINDS and not before.proof:
                request = replace(request, state="received")
            elif kind not in GENERAL_KINDS:
                request = replace(request, about=self._requests.subjects.of_proved(request))
            await repository.save(uow.session, self._keys, request)
            record = StepRecord(self._database.clock.now(), "convert", by, kind)
            await self._requests.add_record(uow, request, record)
        return request


def _visible(found: RequestHistory) -> RequestHistory:
    return replace(found, steps=tuple(each for each in found.steps if each.step in _VISIBLE))
