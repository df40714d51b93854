"""Caller identity: asserted by the PBX, never copied from the phone; withheld identities are not revealed."""

import pytest
from ladder import play, play_on

from unificx.calls import CallControl


async def test_callee_gets_the_asserted_identity() -> None:
    await play(r"""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          From: "The President" <sip:1@whitehouse.example>
          P-Asserted-Identity: <sip:1@whitehouse.example>
          Max-Forwards: 21
        bob   <- INVITE [alice]
          From: "Alice \"Al\" O\\Neill" <sip:1001@acme.example>;tag={*}
          P-Asserted-Identity: "Alice \"Al\" O\\Neill" <sip:1001@acme.example>
          To: <sip:1002@acme.example>
          Max-Forwards: 20
          Contact: <sip:203.0.113.1:5060>
          Privacy: none at all
    """.replace("Privacy: none at all", "Privacy: none"))  # fmt: skip


@pytest.mark.promise("U1")
@pytest.mark.parametrize(
    "wish",
    [
        "Privacy: id",
        "Privacy: user; header",
        "Privacy: critical;ID",
        'From: "Anonymous" <sip:anonymous@anonymous.invalid>',
    ],
)
async def test_withheld_number_is_anonymous_to_the_callee(wish: str) -> None:
    world = await play(f"""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          {wish}
        bob   <- INVITE [alice]
          From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag={{*}}
          P-Asserted-Identity: none
          Privacy: id
        bob   -> 486
        history <- busy 17 alice 1002
        alice <- 486
    """)
    invite = world.checked[0]
    assert not isinstance(invite, str)
    assert all(trace not in invite.encode() for trace in (b"1001", b"Alice", b"O\\Neill", b"192.0.2.9"))
    assert world.ended[0].parties[0].number == "1001"  # the call record contains the identity


@pytest.mark.promise("U1")
async def test_withheld_number_is_hidden_from_observers_and_live_calls() -> None:
    world = await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          Privacy: id
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
        alice -> ACK
    """)
    commands = CallControl(world.manager)
    for live, number in ((commands.calls({"e-1002"}), ""), (commands.calls({"e-1001"}), "1001")):
        assert [call.caller for call in live] == [number]
    assert [call.caller for call in world.manager.live_calls()] == [""]
    assert world.last_conversation is not None
    assert (
        world.last_conversation.caller.number,
        world.last_conversation.caller.name,
        world.last_conversation.callee.number,
    ) == ("", "", "1002")
    await play_on(world, """
        bob   -> BYE
        alice <- BYE
        history <- answered 16 alice bob
        bob   <- 200 BYE
    """)  # fmt: skip
    assert [party.withheld for party in world.ended[0].parties] == [True, False]


async def test_withheld_number_is_hidden_from_apps() -> None:
    world = await play("""
        alice 1001, bob 1002 tcp voicemail off
        alice -> INVITE 1002 [alice]
          Privacy: id
        app   <- voicemail for 1002 [alice]
    """)
    assert world.apps.last_context is not None
    caller = world.apps.last_context.caller
    assert (caller.extension_id, caller.number, caller.name) == ("e-1001", "", "")


async def test_max_forwards_is_enforced() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          Max-Forwards: 0
        alice <- 483
    """)


async def test_headers_of_one_side_are_not_leaked_to_the_other() -> None:
    """A B2BUA does not relay names, addresses and user agents of one side to the other."""
    world = await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          User-Agent: Secret/1.0
          X-Room: 42
        bob   <- INVITE [alice]
          User-Agent: none
          X-Room: none
        bob   -> 200 [bob]
          Server: AlsoSecret/2.0
        bob   <- ACK
        alice <- 200 [bob]
          Server: none
        alice -> ACK
        bob   -> BYE
          Reason: SIP;cause=200;text="dinner is ready"
        alice <- BYE
        history <- answered 16 alice bob
        bob   <- 200 BYE
    """)
    phones = world.phones
    for message in world.checked:
        if not isinstance(message, str):
            text = message.encode()
            assert not (phones["alice"].flow.host.encode() in text and phones["bob"].flow.host.encode() in text)
            assert b"dinner" not in text


async def test_route_set_of_a_phone_behind_a_proxy() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          Record-Route: <sip:p1.example;lr>, <sip:p2.example;lr>
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
          Record-Route: <sip:p3.example;lr>
          Record-Route: <sip:p4.example;lr>
        bob   <- ACK
          Route: <sip:p4.example;lr>
        alice <- 200 [bob]
          Record-Route: {*}p2.example{*}
        alice -> ACK
        bob   -> BYE
        alice <- BYE
          Route: <sip:p1.example;lr>
        history <- answered 16 alice bob
        bob   <- 200 BYE
    """)


async def test_invalid_route_is_refused() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          Record-Route: <sip:p1.example;lr
        alice <- 400
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
          Record-Route: <nothing>
        history <- unreachable 20 alice 1002
        alice <- 480
    """)
