"""Calls of guests to the room of their meeting."""

import pytest
from ladder import play, play_on
from steps import released

pytestmark = pytest.mark.promise("C10")

IN_THE_ROOM = """
    bob 1002, wanda 1009 wss guest, again 1009 wss guest
    wanda -> INVITE 8000 [wanda]
    app   <- room [wanda]
    ! the app answers [room]
    wanda <- 200 [room]
    wanda -> ACK
"""


async def test_a_guest_transfers_the_call_to_no_one_and_is_recorded_by_name_only() -> None:
    world = await play(
        IN_THE_ROOM
        + """
    wanda -> REFER
      Refer-To: <sip:1002@acme.example>
    wanda <- 403 REFER
    wanda -> BYE
    app   <- BYE
    history <- answered 16  8000
    wanda <- 200 BYE
    """
    )
    [record] = world.ended
    caller = record.parties[0]
    assert (record.direction, caller.extension_id, caller.device_id) == ("inbound", None, None)
    assert (caller.number, caller.name, caller.subject, caller.withheld) == ("", "Wanda", "s-guest", False)
    await released(world)


async def test_a_second_call_of_a_guest_replaces_the_first() -> None:
    world = await play(IN_THE_ROOM)
    await play_on(
        world,
        """
    again -> INVITE 8000 [again]
    app   <- BYE
    wanda <- BYE
    history <- answered 16  8000
    app   <- room [again]
    """,
    )
