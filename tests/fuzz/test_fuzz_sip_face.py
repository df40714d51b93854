"""For any input, the SIP request handler never raises, never answers 500, and never accepts wrong credentials."""

import random
import sys
from pathlib import Path

import structlog.testing
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "faces"))

from sip_face import AWAY, DOMAIN, Face, Phone

from unificx.edge import GuardLimits

UNLIMITED = GuardLimits(burst=1e9, source_most=1e9, name_most=1e9, slow_from=1e9)
"""Limits so high that the rate limiter does not hide the code behind it."""
FRAGMENTS = (
    b"\r\n", b" ", b"\t", b"\x00", b"\xff\xfe", b"<", b">", b'"', b"\\", b";", b",", b"=", b"%", b"%zz", b"*", b"@", b":",
    b"sip:", b"tel:", b"[::1]", b"Contact: *", b"Expires: 0", b";tag=ours", b"99999999999999999999", b"-1",
    b"Require: path", b"Path: <", b"Supported: outbound", b";reg-id=1", b"INVITE ", b"CANCEL ", b"SIP/2.0",
)  # fmt: skip


def seeds(face: Face) -> list[bytes]:
    """Messages of a registered phone: mutated ones still have correct credentials occasionally."""
    phone = Phone(face)
    phone.register("Supported: path, outbound", "Path: <sip:edge.example;lr;ob>")
    uri, invited = f"sip:{DOMAIN}", f"sip:1002@{DOMAIN}"
    contact = f'Contact: "A" <{phone.contact}>;q=0.5;expires=600;reg-id=1;+sip.instance="<urn:uuid:1>"'
    return [
        phone.words(
            "REGISTER",
            uri,
            f"<sip:1001@{DOMAIN}>",
            [contact, "Supported: path, outbound", "User-Agent: a phone", "Path: <sip:edge.example;lr;ob>"],
            auth=phone.credentials("REGISTER", uri),
        ),
        phone.words(
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
        piece = rng.choice((*FRAGMENTS, bytes((rng.randrange(256),)), data[at:end] * 2))
        data = data[:at] + piece + data[end:]
    return data


def check(responses: list[bytes]) -> None:
    """Check that no response reports an internal error."""
    for answer in responses:
        assert answer.startswith(b"SIP/2.0 ")
        assert not answer.startswith(b"SIP/2.0 500 ") or answer.startswith(b"SIP/2.0 500 CSeq Out Of Order\r\n")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_mutated_requests_of_a_registered_phone(seed: int) -> None:
    rng = random.Random(seed)
    face = Face(UNLIMITED)
    with structlog.testing.capture_logs() as logs:
        for data in seeds(face):
            for _ in range(12):
                check(face.say_raw(mutated(data, rng)))
                face.clock.advance(rng.choice((0.0, 0.1, 40.0)))
        check([answer.encode() for answer in face.later(2)])
    assert not logs


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_mutated_requests_with_wrong_credentials_are_never_accepted(seed: int) -> None:
    """Mutated credentials of a wrong password never become valid."""
    rng = random.Random(seed)
    face = Face(UNLIMITED)
    phone = Phone(face, password="guess", flow=AWAY)
    with structlog.testing.capture_logs() as logs:
        for method, uri in (("REGISTER", f"sip:{DOMAIN}"), ("INVITE", f"sip:1002@{DOMAIN}")):
            phone.challenge = None
            answer = phone.once(method, uri, f"<sip:1001@{DOMAIN}>", [f"Contact: <{phone.contact}>"])
            phone.learn(answer)
            data = phone.words(
                method,
                uri,
                f"<sip:1001@{DOMAIN}>",
                [f"Contact: <{phone.contact}>"],
                auth=phone.credentials(method, uri),
            )
            for _ in range(12):
                check(face.say_raw(mutated(data, rng), AWAY))
    assert not logs
    assert not list(face.location)
    assert not face.calls.taken


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    face = Face(UNLIMITED)
    check(face.say_raw(data))
