"""Devices of an extension that ring in turn."""

from ladder import play

from unificx.presence import Forwarding, Presence, RingTurn, StateProfile


def in_turn(*turns: tuple[str, int], **to: str) -> dict[str, Presence]:
    order = tuple(RingTurn(device, seconds) for device, seconds in turns)
    forwarding = Forwarding(**to)
    return {"1002": Presence("", "", "", profiles={"available": StateProfile(forwarding, forwarding, 20, order)})}


async def test_the_devices_of_the_order_ring_alone_then_all_together() -> None:
    world = await play(
        """
        alice 1001, desk 1002, tablet 1002
        alice  -> INVITE 1002 [alice]
        tablet <- INVITE [alice]
        tablet -> 180
        alice  <- 180
        ... 10 s
        tablet <- CANCEL
        desk   <- INVITE [alice]
        tablet <- INVITE [alice]
        tablet -> 486
        desk   -> 200 [desk]
        desk   <- ACK
        alice  <- 200 [desk]
        alice  -> ACK
        alice  -> BYE
        desk   <- BYE
        history <- answered 16 alice desk
        alice  <- 200 BYE
        """,
        presence=in_turn(("tablet", 10)),
    )
    await world.pass_time(70)
    assert world.leftovers() == {}
    assert world.ended[0].steps == ()


async def test_a_device_that_is_busy_or_away_is_skipped_at_once() -> None:
    await play(
        """
        alice 1001, desk 1002, tablet 1002
        alice  -> INVITE 1002 [alice]
        tablet <- INVITE [alice]
        tablet -> 486
        desk   <- INVITE [alice]
        tablet <- INVITE [alice]
        """,
        presence=in_turn(("gone", 10), ("tablet", 10)),
    )


async def test_a_call_declined_on_one_device_rings_on_no_other() -> None:
    await play(
        """
        alice 1001, desk 1002, tablet 1002, carol 1003
        alice  -> INVITE 1002 [alice]
        tablet <- INVITE [alice]
        tablet -> 603
        carol  <- INVITE [alice]
          Diversion: {*}<sip:1002@acme.example>;reason=user-busy
        """,
        presence=in_turn(("tablet", 10), busy="extension:1003"),
    )
