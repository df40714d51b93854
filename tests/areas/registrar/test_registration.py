"""Invariants of a device's bindings under arbitrary REGISTER sequences."""

from itertools import count
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from unificx.registrar.registration import (
    MAX_BINDINGS,
    MAX_EXPIRES,
    ParsedRegister,
    RegisterContext,
    RegistrationRejected,
    RequestedContact,
    apply_register,
)
from unificx.registrar.schemas import Binding
from unificx.sip.flow import Flow
from unificx.sip.uri import Uri

DEVICE = SimpleNamespace(device_id="d", extension_id="e", tenant_id="t")

contacts = st.integers(1, 14).map(lambda port: Uri.parse(f"sip:1001@192.0.2.7:{port}"))
wanted = st.builds(
    lambda uri, seconds, flow: RequestedContact(uri, str(uri), seconds, 1.0, "<urn:x>" if flow else "", flow),
    contacts,
    st.sampled_from((0, 60, 3600)),
    st.sampled_from((0, 0, 1, 2)),
)
asked = st.builds(
    ParsedRegister,
    call_id=st.sampled_from(("a", "b")),
    cseq=st.integers(1, 30),
    contacts=st.lists(wanted, max_size=4).map(tuple),
    remove_all=st.sampled_from((False, False, False, True)),
)


@given(st.lists(st.tuples(asked, st.integers(0, 3700)), max_size=25))
def test_invariants(requests: list[tuple[ParsedRegister, int]]) -> None:
    numbers = count()
    held: tuple[Binding, ...] = ()
    now = 0.0
    for request, pause in requests:
        now += pause
        held = tuple(binding for binding in held if binding.expires_at > now)
        try:
            outcome = apply_register(
                held, request, DEVICE, RegisterContext(Flow("udp", "h", 1), now), lambda: f"b{next(numbers)}"
            )
        except RegistrationRejected:
            continue
        ids = [binding.id for binding in outcome.bindings]
        assert len(ids) == len(set(ids)) <= MAX_BINDINGS
        assert len({(one.reg_id, one.contact if not one.reg_id else "") for one in outcome.bindings}) == len(ids)
        assert all(now < one.expires_at <= now + MAX_EXPIRES for one in outcome.bindings)
        remaining = {one.id for one in held} - {one.id for one in outcome.removed}
        assert remaining <= set(ids)
        assert all(one.journalled_until >= one.expires_at for one in outcome.bindings)
        assert {one.id for one in outcome.extended} <= {one.id for one in held}
        assert not {one.id for one in outcome.removed} & set(ids)
        if request.remove_all:
            assert not ids
        held = outcome.bindings
