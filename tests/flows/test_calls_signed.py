"""Incoming calls with signed caller ids: what the called person sees, and which calls are rejected."""

from collections.abc import Mapping

import pytest
from caller_authority import diverted_header, private_pem
from cryptography.hazmat.primitives.asymmetric import ec
from ladder import play, play_on
from steps import extension
from world import World

from unificx.routing import Destination
from unificx.routing.destinations import RingExtension
from unificx.sip.passport import Passport, identity_header, signing_key

URL = "https://carrier.example/calls.pem"
CARRIER = ec.generate_private_key(ec.SECP256R1())
CALLER, CALLED = "491710000001", "49301234500"
INBOUND: Mapping[str, Destination] = {f"+{CALLED}": RingExtension(extension("1002"))}


async def a_world(mode: str) -> World:
    world = await play(f"bob 1002, carrier +491710000001 udp trunk {mode}", inbound=INBOUND)
    world.certificates[URL] = world.authority.certificate(CARRIER)
    return world


def invite(world: World, *, caller: str = CALLER, url: str = URL, age: int = 0) -> str:
    """The INVITE of the carrier, with a signature."""
    issued = int(world.clock.now().timestamp()) - age
    passport = Passport("A", caller, (CALLED,), issued, "5a1c")
    value = identity_header(passport, signing_key(private_pem(CARRIER)), url)
    return f"""
        carrier -> INVITE +{CALLED} [outside]
          From: <sip:+{CALLER}@carrier.example>
          Identity: {value}
    """


@pytest.mark.parametrize("mode", ["marks", "rejects"])
async def test_called_person_sees_that_the_caller_is_verified(mode: str) -> None:
    world = await a_world(mode)
    for _ in range(2):  # the certificate is fetched, and then known
        await play_on(
            world,
            invite(world)
            + """
            bob <- INVITE [outside]
              P-Asserted-Identity: <sip:+491710000001@acme.example;verstat=TN-Validation-Passed>
              UnifiCX-Verification: verified A
            bob -> 486
            history <- busy 17 +491710000001 1002
            carrier <- 486
            """,
        )
    assert world.ended[-1].verification == "verified A"


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"caller": "491719999999"}, 438), ({"age": 300}, 403), ({"url": "https://other.example/none.pem"}, 436)],
)
async def test_wrong_signatures_are_shown_or_rejected(changed: dict, status: int) -> None:
    world = await a_world("marks")
    await play_on(
        world,
        invite(world, **changed)
        + """
        bob <- INVITE [outside]
          P-Asserted-Identity: <sip:+491710000001@acme.example;verstat=TN-Validation-Failed>
          UnifiCX-Verification: failed
        """,
    )
    world = await a_world("rejects")
    await play_on(world, f"{invite(world, **changed)}\ncarrier <- {status}")


async def test_calls_without_a_signature_ring_and_trunks_without_verification_show_nothing() -> None:
    ring = "carrier -> INVITE +49301234500 [outside]\nbob <- INVITE [outside]\n"
    world = await a_world("rejects")
    await play_on(world, f"{ring}UnifiCX-Verification: unsigned")
    world = await a_world("")
    await play_on(world, f"{invite(world)}\nbob <- INVITE [outside]\nUnifiCX-Verification: none")


async def test_a_call_that_is_cancelled_while_its_certificate_is_fetched_does_not_ring() -> None:
    world = await a_world("marks")
    world.certificates_pass.clear()
    await play_on(world, f"{invite(world)}\ncarrier -> CANCEL\ncarrier <- 487")
    world.certificates_pass.set()
    await play_on(world, "... 1 s")


@pytest.mark.parametrize(("by", "status"), [("4940111", None), ("4940222", 438)])
async def test_a_call_that_another_network_has_forwarded_is_verified(by: str, status: int | None) -> None:
    world = await a_world("rejects")
    key, now = signing_key(private_pem(CARRIER)), int(world.clock.now().timestamp())
    origin = identity_header(Passport("A", CALLER, ("4940111",), now, "5a1c"), key, URL)
    world.certificates[other := "https://other.example/calls.pem"] = world.authority.certificate(CARRIER)
    diverted = diverted_header(key, other, dest={"tn": [CALLED]}, div={"tn": by}, iat=now, orig={"tn": CALLER})
    call = f"""
        carrier -> INVITE +{CALLED} [outside]
          From: <sip:+{CALLER}@carrier.example>
          Identity: {diverted}
          Identity: {origin}
    """
    if status:
        await play_on(world, f"{call}\ncarrier <- {status}")
    else:
        await play_on(world, f"{call}\nbob <- INVITE [outside]\n  UnifiCX-Verification: verified A")


@pytest.mark.parametrize("value", ["nonsense", "a.b.c;info=<https://carrier.example/calls.pem>;alg=ES256;ppt=shaken"])
async def test_an_identity_that_cannot_be_read_is_shown_or_rejected(value: str) -> None:
    call = f"""
        carrier -> INVITE +{CALLED} [outside]
          Identity: {value}
    """
    world = await a_world("marks")
    await play_on(world, call + """
        bob <- INVITE [outside]
          UnifiCX-Verification: failed
    """)  # fmt: skip
    world = await a_world("rejects")
    await play_on(world, f"{call}\ncarrier <- 438")
    assert not world.manager.calls
