"""Bearer tokens of our own client (RFC 8898), used instead of passwords."""

from dataclasses import replace

import pytest
from sip_harness import DOMAIN, OTHER, PHONE_FLOW, Phone, SipHarness

from unificx.registrar import MAX_EXPIRES
from unificx.sip.flow import Flow
from unificx.sip.message import Response

WS = Flow("wss", "192.0.2.7", 40_001, 7)
DEVICE = "d-t1-1001a"
INSTANCE = '+sip.instance="<urn:uuid:0193a1b2-0000-7000-8000-000000000001>";reg-id=1'


@pytest.fixture
def harness() -> SipHarness:
    return SipHarness()


@pytest.fixture
def phone(harness: SipHarness) -> Phone:
    return Phone(harness, flow=WS, contact="sip:abc@xyz.invalid;transport=ws")


def register(phone: Phone, token: str, *, lasts: int = 600) -> Response:
    contact = f"Contact: <{phone.contact}>;{INSTANCE};expires={lasts}"
    headers = [f"Authorization: Bearer {token}", contact, "Supported: path,gruu,outbound"]
    return phone.request_once("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>", headers)


def invite(phone: Phone, token: str, domain: str = DOMAIN) -> Response:
    return phone.request_once(
        "INVITE", f"sip:1002@{domain}", f"<sip:1002@{domain}>", [f"Authorization: Bearer {token}"]
    )


@pytest.mark.promise("U1", "T3")
def test_a_token_authenticates_register_and_invite(harness: SipHarness, phone: Phone) -> None:
    token = harness.bearers.issue(DEVICE, harness.now)
    response = register(phone, token)
    assert response.status == 200
    (binding,) = harness.location.contacts("e-t1-1001", harness.now)
    assert (binding.device_id, binding.flow) == (DEVICE, WS)
    assert invite(phone, token).status == 180
    ((caller, _),) = harness.calls.incoming_calls
    assert (caller.device_id, caller.number) == (DEVICE, "1001")


@pytest.mark.promise("T3")
@pytest.mark.parametrize("flow", [PHONE_FLOW, replace(WS, transport="tls"), replace(WS, transport="tcp")])
def test_a_token_is_valid_over_websocket_only(harness: SipHarness, phone: Phone, flow: Flow) -> None:
    phone.flow = flow
    response = register(phone, harness.bearers.issue(DEVICE, harness.now))
    assert response.status == 401
    assert not any("Bearer" in line for line in response.all("www-authenticate"))


@pytest.mark.promise("T3")
def test_an_expired_token_is_challenged_and_not_a_failure(harness: SipHarness, phone: Phone) -> None:
    token = harness.bearers.issue(DEVICE, harness.now)
    harness.clock.advance(301)
    for _ in range(20):
        response = register(phone, token)
        assert response.status == 401
        offered = response.all("www-authenticate")
        assert offered[0] == f'Bearer realm="{DOMAIN}", error="invalid_token"'
        assert "MD5" in offered[-1]
    assert invite(phone, token).status == 407
    assert register(phone, harness.bearers.issue(DEVICE, harness.now)).status == 200


def test_bearer_is_offered_first_and_digest_is_accepted(harness: SipHarness, phone: Phone) -> None:
    phone.algorithm = "MD5"
    response = phone.request_once("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>")
    schemes = [line.split()[0] for line in response.all("www-authenticate")]
    assert schemes == ["Bearer", "Digest", "Digest"]
    phone.store_challenge(response)
    contact = [f"Contact: <{phone.contact}>;expires=3600"]
    assert phone.request_once("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>", contact).status == 200


@pytest.mark.promise("T3")
def test_a_token_is_invalid_for_other_extensions_and_tenants(harness: SipHarness, phone: Phone) -> None:
    other = harness.bearers.issue("d-t1-1002a", harness.now)
    assert register(phone, other).status == 403
    foreign = harness.bearers.issue("d-t2-1001a", harness.now)
    assert register(phone, foreign).status == 403
    assert invite(phone, harness.bearers.issue(DEVICE, harness.now), OTHER).status == 403


@pytest.mark.promise("T3")
def test_a_deleted_or_disabled_device_is_rejected(harness: SipHarness, phone: Phone) -> None:
    token = harness.bearers.issue(DEVICE, harness.now)
    harness.directory.enable_device(DEVICE, enabled=False)
    assert register(phone, token).status == 401
    harness.directory.drop_device(DEVICE)
    assert register(phone, token).status == 401
    assert register(phone, harness.bearers.issue("nobody", harness.now)).status == 401


def test_a_client_registration_lasts_at_most_ten_minutes(harness: SipHarness, phone: Phone) -> None:
    token = harness.bearers.issue(DEVICE, harness.now)
    response = register(phone, token, lasts=MAX_EXPIRES)
    assert "expires=600" in response.all("contact")[0]
    assert register(phone, token, lasts=120).status == 200
    assert "expires=120" in register(phone, token, lasts=120).all("contact")[0]
