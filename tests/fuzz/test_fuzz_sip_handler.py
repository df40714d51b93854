"""The SIP server never raises, never answers 500, and never registers or calls without valid credentials."""

import random

import structlog.testing
from hypothesis import given, settings
from hypothesis import strategies as st
from sip_harness import DOMAIN, OTHER_FLOW, Phone, SipHarness

from unificx.sip_server.rate_limiter import RateLimits

LAVISH = RateLimits(burst=1e9, max_source_failures=1e9, max_name_failures=1e9, delay_from=1e9)
"""Limits so high that the rate limiter does not hide the code behind it."""
SPICE = (
    b"\r\n", b" ", b"\t", b"\x00", b"\xff\xfe", b"<", b">", b'"', b"\\", b";", b",", b"=", b"%", b"%zz", b"*", b"@", b":",
    b"sip:", b"tel:", b"[::1]", b"Contact: *", b"Expires: 0", b";tag=ours", b"99999999999999999999", b"-1",
    b"Require: path", b"Path: <", b"Supported: outbound", b";reg-id=1", b"INVITE ", b"CANCEL ", b"SIP/2.0",
)  # fmt: skip


def seeds(harness: SipHarness) -> list[bytes]:
    """Messages of an authenticated phone: some mutations still carry valid credentials."""
    phone = Phone(harness)
    phone.register("Supported: path, outbound", "Path: <sip:edge.example;lr;ob>")
    uri, invited = f"sip:{DOMAIN}", f"sip:1002@{DOMAIN}"
    contact = f'Contact: "A" <{phone.contact}>;q=0.5;expires=600;reg-id=1;+sip.instance="<urn:uuid:1>"'
    return [
        phone.build(
            "REGISTER",
            uri,
            f"<sip:1001@{DOMAIN}>",
            [contact, "Supported: path, outbound", "User-Agent: a phone", "Path: <sip:edge.example;lr;ob>"],
            auth=phone.credentials("REGISTER", uri),
        ),
        phone.build(
            "INVITE",
            invited,
            f"<{invited}>",
            [f"Contact: <{phone.contact}>"],
            auth=phone.credentials("INVITE", invited),
        ),
    ]


def mutated(data: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data) + 1)
        end = min(len(data), at + rng.choice((0, 1, 1, 2, 8, 40)))
        piece = rng.choice((*SPICE, bytes((rng.randrange(256),)), data[at:end] * 2))
        data = data[:at] + piece + data[end:]
    return data


def sound(sent: list[bytes]) -> None:
    """Assert that no response is a 500."""
    for answer in sent:
        assert answer.startswith(b"SIP/2.0 ")
        assert not answer.startswith(b"SIP/2.0 500 ") or answer.startswith(b"SIP/2.0 500 CSeq Out Of Order\r\n")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_mutated_requests_of_an_authenticated_phone(seed: int) -> None:
    rng = random.Random(seed)
    harness = SipHarness(LAVISH)
    with structlog.testing.capture_logs() as logs:
        for data in seeds(harness):
            for _ in range(12):
                sound(harness.send_raw(mutated(data, rng)))
                harness.clock.advance(rng.choice((0.0, 0.1, 40.0)))
        sound([answer.encode() for answer in harness.advance(2)])
    assert not logs


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_mutated_requests_without_credentials_have_no_effect(seed: int) -> None:
    """Mutated wrong credentials never become valid."""
    rng = random.Random(seed)
    harness = SipHarness(LAVISH)
    phone = Phone(harness, password="guess", flow=OTHER_FLOW)
    with structlog.testing.capture_logs() as logs:
        for method, uri in (("REGISTER", f"sip:{DOMAIN}"), ("INVITE", f"sip:1002@{DOMAIN}")):
            phone.challenge = None
            answer = phone.request_once(method, uri, f"<sip:1001@{DOMAIN}>", [f"Contact: <{phone.contact}>"])
            phone.store_challenge(answer)
            data = phone.build(
                method,
                uri,
                f"<sip:1001@{DOMAIN}>",
                [f"Contact: <{phone.contact}>"],
                auth=phone.credentials(method, uri),
            )
            for _ in range(12):
                sound(harness.send_raw(mutated(data, rng), OTHER_FLOW))
    assert not logs
    assert not list(harness.location)
    assert not harness.calls.incoming_calls


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    harness = SipHarness(LAVISH)
    sound(harness.send_raw(data))
