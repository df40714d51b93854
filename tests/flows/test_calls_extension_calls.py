"""The view of live calls by extension that others in the tenant get on the keys of their phones."""

from ladder import play, play_on
from steps import REACHED, REFERRED, RINGS, UP, hangs_up
from world import World

from unificx.calls import ExtensionCall, ExtensionCalls

ANSWERED = """
    bob   -> 200 [bob]
    bob   <- ACK
    alice <- 200 [bob]
    alice -> ACK
"""


def seen(world: World) -> dict[str, ExtensionCall]:
    """Return the calls by extension; one call is live at most."""
    view = ExtensionCalls(world.manager.calls, world.directory)
    assert len(view.ids()) <= 1
    return view.of_call(next(iter(view.ids()), ""))


def states(world: World) -> dict[str, tuple[str, str, tuple[str, str] | None]]:
    return {each: (call.state, call.direction, call.remote) for each, call in seen(world).items()}


async def test_a_call_from_ringing_to_its_end() -> None:
    alice, bob = ("1001", 'Alice "Al" O\\Neill'), ("1002", "Extension 1002")
    world = await play("alice 1001, bob 1002\nalice -> INVITE 1002 [alice]\nbob <- INVITE [alice]")
    touched: set[str] = set()
    world.on_step = touched.add
    assert states(world) == {"e-1001": ("trying", "initiator", bob), "e-1002": ("trying", "recipient", alice)}
    await play_on(world, "bob -> 180\nalice <- 180")
    assert touched == {*world.manager.calls}
    assert states(world) == {"e-1001": ("early", "initiator", bob), "e-1002": ("early", "recipient", alice)}
    await play_on(world, ANSWERED)
    assert states(world) == {"e-1001": ("confirmed", "initiator", bob), "e-1002": ("confirmed", "recipient", alice)}
    touched.clear()
    await play_on(world, hangs_up("alice", "bob", "answered 16 alice bob"))
    assert len(touched) == 1
    assert seen(world) == {}


async def test_the_dialog_of_a_ringing_phone_is_shown_until_it_answers() -> None:
    world = await play("alice 1001, bob 1002" + RINGS)
    [invite] = [one for one in world.checked if not isinstance(one, str) and one.cseq.method == "INVITE"][:1]
    call_id, phone_tag, own_tag = seen(world)["e-1002"].dialog
    assert (call_id, own_tag) == (invite.call_id, invite.from_.tag)
    assert phone_tag != own_tag != ""
    assert seen(world)["e-1001"].dialog == ("", "", "")
    await play_on(world, ANSWERED)
    assert seen(world)["e-1002"].dialog == ("", "", "")


async def test_a_withheld_caller_stays_hidden() -> None:
    world = await play(
        "alice 1001, bob 1002\nalice -> INVITE 1002 [alice]\n  Privacy: id\nbob <- INVITE [alice]\nbob -> 180\nalice <- 180"
    )
    assert seen(world)["e-1002"].remote == ("", "")
    await play_on(world, ANSWERED)
    assert seen(world)["e-1002"].remote == ("", "")


async def test_a_pushed_phone_rings() -> None:
    world = await play("alice 1001, bob 1002 tls asleep\nalice -> INVITE 1002 [alice]\npush <- call bob\nalice <- 180")
    assert seen(world)["e-1002"].state == "early"


async def test_a_transfer_shows_the_parties_of_the_moment() -> None:
    world = await play("alice 1001, bob 1002, carol 1003" + UP + REFERRED)
    assert {each: call.state for each, call in seen(world).items()} == {
        "e-1001": "confirmed", "e-1002": "confirmed", "e-1003": "early",
    }  # fmt: skip
    await play_on(world, REACHED)
    assert set(seen(world)) == {"e-1001", "e-1003"}


async def test_the_number_of_an_app_is_not_shown() -> None:
    world = await play(
        "alice 1001\nalice -> INVITE *43 [alice]\napp <- echo [alice]\n! the app answers [echo]\nalice <- 200 [echo]\nalice -> ACK"
    )
    assert states(world) == {"e-1001": ("confirmed", "initiator", None)}
