"""Journal of answered calls: saved before the answer, restored after a restart, removed at the end."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from carriers import Outside
from ladder import play, play_on
from sqlalchemy import text
from steps import CLICKED, PARTICIPANTS
from structlog.testing import capture_logs
from world import MAX_CALL_SECONDS, TENANT, World

from unificx.calls import LIVE_CALL_KEYS, Journal
from unificx.calls.machine.states import Talking
from unificx.calls.models import LiveCallPart
from unificx.calls.repository import list_live_calls, seal_live_call, unseal_live_calls, upsert_live_calls
from unificx.db import Database, ErasedSubject, Spool, SpoolFull
from unificx.privacy import KeyStore

UP = """
    alice -> INVITE 1002 [alice]
    bob   <- INVITE [alice]
    bob   -> 200 [bob]
    bob   <- ACK
    alice <- 200 [bob]
    alice -> ACK
"""
RESTORED = """
    alice <- INVITE [bob]
    bob   <- INVITE [alice]
    alice -> 200 [alice]
    alice <- ACK
    bob   -> 200 [bob]
    bob   <- ACK
"""


NO_CALL = LiveCallPart(
    caller=("", "", "", "", "", ""),
    dialled="1002",
    devices=("", ""),
    times=(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
    caller_dialog=("too few",),
    callee_dialog=(),
    descriptions=("", ""),
    passed_on="",
    cast=(),
    record="",
    withheld="",
    direction="internal",
    outside=((), ()),
    recorded_elsewhere=False,
)


async def journalled(cast: str, journal: Journal, text: str = UP, **settings: object) -> World:
    """Return a world with a journalled call."""
    world = await play(cast, **settings)
    world.build(journal.save, journal.remove)
    await play_on(world, text)
    return world


async def rows(database: Database) -> int:
    async with database.read() as session:
        return (await session.execute(text("SELECT count(*) FROM live_call"))).scalar_one()


async def crash(world: World, journal: Journal, spool: Spool, database: Database) -> int:
    """Restart the process and its media engine; return the number of restored calls."""
    world.media.anchors.clear()
    world.build(journal.save, journal.remove)
    await spool.recover()
    return await journal.restore_all(world.manager, world.directory)


@pytest.mark.parametrize(("one", "two"), [("alice", "bob"), ("bob", "alice")])
async def test_restored_call_can_be_ended_by_either_side(
    journal: Journal, spool: Spool, database: Database, one: str, two: str
) -> None:
    world = await journalled("alice 1001, bob 1002", journal)
    assert await crash(world, journal, spool, database) == 1
    await play_on(world, RESTORED)
    await play_on(world, f"""
        ... 60 s
        {one} -> BYE
        {two} <- BYE
        history <- answered 16 alice bob
        {one} <- 200 BYE
    """)  # fmt: skip
    [call] = world.ended
    assert call.answered is not None
    assert (call.ended - call.answered).total_seconds() == pytest.approx(60, abs=0.1)
    assert [party.number for party in call.parties] == ["1001", "1002"]
    await spool.drain()
    assert await rows(database) == 0
    await world.pass_time(70)
    assert world.leftovers() == {}


@pytest.mark.promise("U1")
@pytest.mark.parametrize("way", ["tcp", "tls"])
async def test_phones_reconnect_after_a_restart(journal: Journal, spool: Spool, database: Database, way: str) -> None:
    """Their old connections do not survive the restart."""

    def over(text: str) -> str:
        """Phones on TLS have SRTP."""
        if way != "tls":
            return text
        return re.sub(
            r"(<-.*)\[(alice|bob)\]", r"\1[\2/srtp in srtp]", re.sub(r"(->.*)\[(alice|bob)\]", r"\1[\2/srtp]", text)
        )

    first = over(UP)
    world = await journalled(f"alice 1001 {way}, bob 1002 {way}", journal, first)
    await play_on(
        world,
        """
        ! alice loses its connection
        ! bob loses its connection
    """,
    )
    assert await crash(world, journal, spool, database) == 1
    offered = """
        alice <- INVITE [bob]
        alice -> 200 [alice]
        alice <- ACK
    """
    at_once, afterwards = ("", offered) if way == "tls" else (offered, "")  # its keys come with bob's answer
    await play_on(
        world,
        over(f"""
        ... 10 s
        ! alice comes back
        {at_once}
        ... 10 s
        ! bob comes back
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
        bob   <- ACK
        {afterwards}
        alice -> BYE
        bob   <- BYE
        history <- answered 16 alice bob
        alice <- 200 BYE
    """),
    )


async def test_withheld_number_stays_withheld_after_a_restart(
    journal: Journal, spool: Spool, database: Database
) -> None:
    asks = UP.replace("INVITE 1002 [alice]\n", "INVITE 1002 [alice]\n      Privacy: id\n")
    world = await journalled("alice 1001, bob 1002", journal, asks)
    assert await crash(world, journal, spool, database) == 1
    assert [(call.caller, call.callee) for call in world.manager.live_calls()] == [("", "1002")]


async def through_carriers(journal: Journal) -> World:
    """Return a world with a journalled call from one carrier to another."""
    talks = """
        carrier -> INVITE +49301234502 [outside]
        second  <- INVITE [outside]
        second  -> 200 [mobile]
        second  <- ACK
        carrier <- 200 [mobile]
        carrier -> ACK
    """
    people = "carrier +491710000001 udp trunk, second +491711111111 udp trunk by hand"
    inbound = {"+49301234502": Outside("+491711111111", "second")}
    return await journalled(people, journal, talks, inbound=inbound)


async def test_calls_to_and_from_carriers_survive_a_restart(journal: Journal, spool: Spool, database: Database) -> None:
    """The party outside stays the same data subject, and challenges inside the dialog are still answered."""
    world = await through_carriers(journal)
    assert await crash(world, journal, spool, database) == 1
    await play_on(world, """
        carrier <- INVITE [mobile]
        second  <- INVITE [outside]
        carrier -> 200 [outside]
        carrier <- ACK
        second  -> 200 INVITE [mobile]
        second  <- ACK
        carrier -> BYE
        second  <- BYE
        history <- answered 16 +491710000001 +491711111111
        carrier <- 200 BYE
        second  -> 407 BYE
          Proxy-Authenticate: Digest realm="second.example", nonce="n1", algorithm=MD5, qop="auth"
        second  <- BYE
          Proxy-Authorization: Digest username="account"{*}
        second  -> 200 BYE
    """)  # fmt: skip
    [call] = world.ended
    assert (call.direction, [party.subject for party in call.parties]) == (
        "inbound",
        ["s-+491710000001", "s-+491711111111"],
    )
    [leg] = call.outside
    assert (leg.number, leg.trunk_id, leg.answered, leg.ended) == ("+491711111111", "second", call.answered, call.ended)


async def test_call_outside_ends_after_the_longest_time_of_its_extension_also_after_a_restart(
    journal: Journal, spool: Spool, database: Database
) -> None:
    outside = UP.replace("1002", "03098765432").replace("bob ", "carrier ")
    people, numbers = (
        "alice 1001, carrier +491710000001 udp trunk",
        {"03098765432": Outside("+493098765432", "carrier")},
    )
    world = await journalled(people, journal, outside, numbers=numbers)
    await world.pass_time(600.0)
    await crash(world, journal, spool, database)
    [call] = world.manager.calls.values()
    assert isinstance(call.state, Talking)
    assert call.state.ends_at - world.now == pytest.approx(MAX_CALL_SECONDS - 600, abs=1)


@pytest.mark.parametrize("one", ["alice", "bob"])
async def test_bye_before_the_reoffers_are_answered(
    journal: Journal, spool: Spool, database: Database, one: str
) -> None:
    two = "bob" if one == "alice" else "alice"
    world = await journalled("alice 1001, bob 1002", journal)
    world.media.awake.clear()
    await crash(world, journal, spool, database)
    await play_on(world, f"""
        {one} -> BYE
        {two} <- BYE
        ! the media engine wakes up
        history <- answered 16 alice bob
        {one} <- 200 BYE
    """)  # fmt: skip


async def test_restored_call_supports_hold_and_session_timer(
    journal: Journal, spool: Spool, database: Database
) -> None:
    world = await journalled("alice 1001, bob 1002, tablet 1002", journal, """
        alice  -> INVITE 1002 [alice]
        bob    <- INVITE [alice]
        tablet <- INVITE [alice]
        tablet -> 200 [tablet]
        tablet <- ACK
        alice  <- 200 [tablet]
        alice  -> ACK
    """)  # fmt: skip
    await crash(world, journal, spool, database)
    await play_on(world, """
        alice  <- INVITE [tablet]
          Session-Expires: 1800;refresher=uac
        tablet <- INVITE [alice]
        alice  -> 200 [alice]
        alice  <- ACK
        tablet -> 200 [tablet]
        tablet <- ACK
        alice  -> INVITE [alice/hold]
        tablet <- INVITE [alice/hold]
        tablet -> 200 [tablet/held]
        tablet <- ACK
        alice  <- 200 [tablet/held]
        alice  -> ACK
        tablet -> nothing any more
        ... 900 s
        alice  <- INVITE [tablet/held]
        alice  -> 200 [alice/hold]
        alice  <- ACK
        ... 33 s
        alice  <- BYE
        history <- answered 102 alice tablet
    """)  # fmt: skip


async def test_latest_session_is_restored(journal: Journal, spool: Spool, database: Database) -> None:
    world = await journalled("alice 1001, bob 1002", journal)
    await spool.drain()
    await play_on(world, """
        bob   -> UPDATE [bob/hold]
        alice <- INVITE [bob/hold]
        alice -> 200 [alice/held]
        alice <- ACK
        bob   <- 200 UPDATE [alice/held]
    """)  # fmt: skip
    await crash(world, journal, spool, database)
    await play_on(world, """
        alice <- INVITE [bob/hold]
        bob   <- INVITE [alice/held]
    """)  # fmt: skip


async def test_request_of_an_unknown_call_is_refused(journal: Journal, spool: Spool, database: Database) -> None:
    world = await journalled("alice 1001, bob 1002", journal)
    await crash(world, journal, spool, database)
    await play_on(world, """
        alice <- INVITE [bob]
        bob   <- INVITE [alice]
        alice -> 481
        alice <- BYE
        bob   <- BYE
        history <- answered 102 alice bob
    """)  # fmt: skip
    await spool.drain()
    assert await rows(database) == 0


async def test_call_journalled_twice_is_removed(journal: Journal, spool: Spool, database: Database) -> None:
    """Saved in one batch of the spool, saved again and removed in the next."""
    world = await journalled("alice 1001, bob 1002", journal)
    await spool.drain()
    assert await rows(database) == 1
    await play_on(world, """
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
        bob   -> 200 [bob/held]
        bob   <- ACK
        alice <- 200 [bob/held]
        alice -> ACK
        alice -> BYE
        bob   <- BYE
        history <- answered 16 alice bob
        alice <- 200 BYE
    """)  # fmt: skip
    await spool.drain()
    assert await rows(database) == 0
    assert await crash(world, journal, spool, database) == 0


async def test_unanswered_calls_are_not_journalled(journal: Journal, spool: Spool, database: Database) -> None:
    await journalled("alice 1001, bob 1002", journal, """
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 486
        history <- busy 17 alice 1002
        alice <- 486
    """)  # fmt: skip
    assert await spool.drain() == 0
    assert await rows(database) == 0


async def test_delayed_offer_call_is_journalled_after_the_ack(
    journal: Journal, spool: Spool, database: Database
) -> None:
    world = await journalled("alice 1001, bob 1002", journal, """
        alice -> INVITE 1002
        bob   <- INVITE
        bob   -> 200 [bob]
        alice <- 200 [bob]
        alice -> ACK [alice]
        bob   <- ACK [alice]
    """)  # fmt: skip
    assert await crash(world, journal, spool, database) == 1
    await play_on(world, RESTORED)


@pytest.mark.promise("T2")
async def test_parties_are_sealed_in_database_and_spool(
    journal: Journal, spool: Spool, database: Database, tmp_path: Path
) -> None:
    world = await journalled("alice 1001, bob 1002", journal)
    written = b"".join(path.read_bytes() for path in (tmp_path / "spool").rglob("*") if path.is_file())
    await spool.drain()
    async with database.read() as session:
        [row] = (await session.execute(text("SELECT * FROM live_call"))).all()
    for secret in (b"1001", b"1002", b"Alice", b"192.0.2", b"acme.example"):
        whole = re.compile(rb"(?<![0-9a-f])" + re.escape(secret) + rb"(?![0-9a-f])")  # the sealed parts are hexadecimal
        assert not whole.search(written)
        assert not whole.search(repr(tuple(row)).encode())
    assert len(world.manager.calls) == 1


async def test_call_without_its_key_is_not_restored(
    journal: Journal, spool: Spool, database: Database, keys: KeyStore
) -> None:
    world = await journalled("alice 1001, bob 1002", journal)
    await spool.drain()
    keys.destroy_tenant(TENANT)
    assert await crash(world, journal, spool, database) == 0
    await spool.drain()
    assert await rows(database) == 0


@pytest.mark.promise("R3")
@pytest.mark.parametrize("erased", ["s-1001", "s-1002", "s-+491710000001", "s-+491711111111", ""])
async def test_old_copy_of_a_call_is_unreadable_once_it_has_ended_or_a_party_is_erased(
    journal: Journal, spool: Spool, database: Database, keys: KeyStore, erased: str
) -> None:
    """The copy is of the database, as in a backup or a write-ahead log; the key store is as it is now."""
    cast = "alice 1001, bob 1002"
    world = await (through_carriers(journal) if "+" in erased else journalled(cast, journal))
    await spool.drain()
    async with database.read() as session:
        backup = await list_live_calls(session)
    assert len(unseal_live_calls(keys, backup)) == 1
    if erased:
        keys.destroy(TENANT, erased)
    else:
        await play_on(world, """
            alice -> BYE
            bob   <- BYE
            history <- answered 16 alice bob
            alice <- 200 BYE
        """)  # fmt: skip
        await spool.drain()
    assert unseal_live_calls(keys, backup) == []


async def test_call_of_a_person_erased_during_it_goes_on(
    journal: Journal, spool: Spool, database: Database, keys: KeyStore
) -> None:
    """It is not journalled any more, and not restored."""
    world = await journalled("alice 1001, bob 1002", journal)
    await spool.drain()
    keys.destroy(TENANT, "s-1002")
    [call] = world.manager.calls.values()
    with capture_logs() as logs:
        journal.save(call)
    assert [entry["event"] for entry in logs] == ["call_not_journalled"]
    assert await crash(world, journal, spool, database) == 0
    await spool.drain()
    assert await rows(database) == 0


@pytest.mark.parametrize("damage", ["the seal", "the words"])
async def test_damaged_row_does_not_affect_other_calls(
    journal: Journal, spool: Spool, database: Database, keys: KeyStore, damage: str
) -> None:
    world = await journalled("alice 1001, bob 1002", journal)
    await spool.drain()
    keys.get(LIVE_CALL_KEYS, ["key"], create=True)
    bad = seal_live_call(keys, (TENANT, "damaged"), "key", (), NO_CALL)
    if damage == "the seal":
        bad = replace(bad, sealed=b"\x01 not sealed by anybody")
    async with database.begin() as uow:
        await upsert_live_calls(uow.session, [bad])
    assert await crash(world, journal, spool, database) == 1
    await play_on(world, RESTORED)
    await spool.drain()
    assert await rows(database) == 1


async def test_unanswered_click_to_dial_is_removed_from_the_journal(
    journal: Journal, spool: Spool, database: Database
) -> None:
    """The call is journalled once the user's own phone has answered, before the target answers."""
    world = await journalled(PARTICIPANTS, journal, CLICKED)
    await spool.drain()
    assert await rows(database) == 1
    await play_on(world, """
        carol -> 486
        app   <- BYE
        alice <- BYE
        history <- busy 17 alice 1003
    """)  # fmt: skip
    await spool.drain()
    assert await rows(database) == 0


async def test_full_disk_does_not_prevent_answering(journal: Journal, spool: Spool) -> None:
    world = await play("alice 1001, bob 1002")
    world.build(journal.save, journal.remove)

    def full(kind: str, record: bytes, *, use_reserve: bool = False) -> None:
        raise SpoolFull("no room")

    spool.append = full  # type: ignore[method-assign]
    with capture_logs() as logs:
        await play_on(world, UP)
    assert [entry["event"] for entry in logs] == ["call_not_journalled"]


async def test_shutdown_leaves_nothing_to_restore(journal: Journal, spool: Spool, database: Database) -> None:
    world = await journalled("alice 1001, bob 1002", journal)
    await play_on(world, """
        ! the server goes down
        alice <- BYE
        bob   <- BYE
        history <- answered 41 alice bob
    """)  # fmt: skip
    assert await crash(world, journal, spool, database) == 0


@pytest.mark.parametrize(
    ("dialled", "app", "outcome"),
    [
        ("*43", "echo [alice]", "answered 41 alice *43"),
        ("1002", "voicemail for 1002 [alice]", "unreachable 20 alice 1002"),
    ],
)
async def test_app_call_is_ended_and_recorded_after_a_restart(
    journal: Journal, spool: Spool, database: Database, dialled: str, app: str, outcome: str
) -> None:
    world = await journalled("alice 1001, bob 1002 tcp voicemail off", journal, f"""
        alice -> INVITE {dialled} [alice]
        app   <- {app}
        ! the app answers [app]
        alice <- 200 [app]
        alice -> ACK
    """)  # fmt: skip
    assert await crash(world, journal, spool, database) == 1
    await play_on(world, f"""
        alice <- BYE
        history <- {outcome}
    """)  # fmt: skip
    await spool.drain()
    assert await rows(database) == 0
    world.apps.running = 0  # the app from before the restart
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_intercom_call_has_one_record_after_a_restart(journal: Journal, spool: Spool, database: Database) -> None:
    """That of the call which the code makes, not that of the code."""
    world = await journalled("alice 1001, bob 1002", journal, """
        alice -> INVITE *43 [alice]
        app   <- echo [alice]
        ! alice pages 1002 by intercom
        app   <- paged
        ! app 2 answers [room]
        bob   <- INVITE [room]
        bob   -> 200 [bob]
        bob   <- ACK
        app   <- ACK [bob]
        ! app 1 answers [echo]
        alice <- 200 [echo]
        alice -> ACK
    """)  # fmt: skip
    assert await crash(world, journal, spool, database) == 2
    await play_on(world, """
        bob   <- BYE
        alice <- BYE
        history <- answered 41 alice bob
    """)  # fmt: skip
    await spool.drain()
    assert await rows(database) == 0


@pytest.mark.promise("D3")
def test_a_call_whose_key_was_destroyed_is_not_sealed(keys: KeyStore) -> None:
    keys.get(LIVE_CALL_KEYS, ["key"], create=True)
    assert seal_live_call(keys, (TENANT, "a"), "key", (), NO_CALL)
    keys.destroy(LIVE_CALL_KEYS, "key")
    with pytest.raises(ErasedSubject):
        seal_live_call(keys, (TENANT, "a"), "key", (), NO_CALL)
