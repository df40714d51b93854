"""Transferred calls and restarts: one call record with all participants."""

import pytest
from ladder import play_on
from steps import (
    ANSWERS,
    CONSULTS,
    MOVED_TO_ROOM,
    PARTICIPANTS,
    REFERRED,
    TRANSFEROR_HANGS_UP,
    UP,
    WITH_DESK,
    parties,
    up,
)
from test_calls_journal import crash, journalled, rows

from unificx.calls import Journal
from unificx.db import Database, Spool

ARRIVED = """
    carol -> 200 [carol]
    app   <- BYE
    carol <- ACK
    alice <- INVITE [carol]
    alice -> 200 [alice]
    alice <- ACK
"""


async def test_transferred_call_is_restored_with_all_participants(
    journal: Journal, spool: Spool, database: Database
) -> None:
    world = await journalled(PARTICIPANTS, journal, UP + REFERRED + TRANSFEROR_HANGS_UP + ARRIVED)
    assert await crash(world, journal, spool, database) == 1
    await play_on(world, """
        alice <- INVITE [carol]
        carol <- INVITE [alice]
        alice -> 200 [alice]
        alice <- ACK
        carol -> 200 [carol]
        carol <- ACK
        ... 60 s
        carol -> BYE
        alice <- BYE
        history <- answered 16 alice bob carol
        carol <- 200 BYE
    """)  # fmt: skip
    assert parties(world) == [("caller", "1001"), ("callee", "1002"), ("callee", "1003")]
    await spool.drain()
    assert await rows(database) == 0
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_ringing_transfer_restores_both_original_parties(
    journal: Journal, spool: Spool, database: Database
) -> None:
    world = await journalled(PARTICIPANTS, journal, UP + REFERRED)
    assert await crash(world, journal, spool, database) == 1
    await play_on(world, """
        alice <- INVITE [bob]
        bob   <- INVITE [alice]
        alice -> 200 [alice]
        alice <- ACK
        bob   -> 200 [bob]
        bob   <- ACK
        bob   -> BYE
        alice <- BYE
        history <- answered 16 alice bob
        bob   <- 200 BYE
    """)  # fmt: skip
    await spool.drain()
    assert await rows(database) == 0


@pytest.mark.parametrize("by", ["callee", "caller"])
async def test_ringing_transfer_without_transferor_is_ended_and_recorded(
    journal: Journal, spool: Spool, database: Database, by: str
) -> None:
    text = UP + REFERRED + TRANSFEROR_HANGS_UP
    if by == "caller":
        text = """
            alice -> INVITE 1002 [alice]
            bob   <- INVITE [alice]
            bob   -> 200 [bob]
            bob   <- ACK
            alice <- 200 [bob]
            alice -> ACK
            alice -> REFER
              Refer-To: <sip:1003@acme.example>
            alice <- 202 REFER
            alice <- NOTIFY 100
            app   <- waiting for 1003 [bob]
            carol <- INVITE [bob]
            alice -> BYE
            alice <- 200 BYE
        """
    world = await journalled(PARTICIPANTS, journal, text)
    assert await crash(world, journal, spool, database) == 1
    left = "alice" if by == "callee" else "bob"
    await play_on(world, f"""
        {left} <- BYE
        history <- answered 41 alice bob 1003
    """)  # fmt: skip
    await spool.drain()
    assert await rows(database) == 0


@pytest.mark.parametrize("gone", ["", "bob", "alice"])
async def test_split_calls_share_one_record_after_a_restart(
    journal: Journal, spool: Spool, database: Database, gone: str
) -> None:
    goes = f"""
        {gone} -> BYE
        app <- BYE
        {gone} <- 200 BYE
    """
    world = await journalled(PARTICIPANTS, journal, UP + MOVED_TO_ROOM + (goes if gone else ""))
    assert await crash(world, journal, spool, database) == (1 if gone else 2)
    await play_on(world, "".join(f"{each} <- BYE\n" for each in ("alice", "bob") if each != gone) + """
        history <- answered 41 alice bob 8000
    """)  # fmt: skip
    [call] = world.ended
    assert [party.number for party in call.parties] == ["1001", "1002", "8000"]
    await spool.drain()
    assert await rows(database) == 0


async def test_absorbed_call_is_part_of_the_same_journal_entry(
    journal: Journal, spool: Spool, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await journalled(WITH_DESK, journal, up("bob") + CONSULTS + ANSWERS)
    one, other = world.manager.calls
    signs, append = list[bytes](), spool.append

    def entries(kind: str, record: bytes, *, use_reserve: bool = False) -> None:
        signs.append(record[: len("* " + one + " " + other)])
        append(kind, record, use_reserve=use_reserve)

    monkeypatch.setattr(spool, "append", entries)
    await play_on(world, """
        ! bob clicks to join
        desk  <- BYE
        bob   <- BYE
        carol <- INVITE [alice]
    """)  # fmt: skip
    assert signs == [f"* {other} {one}".encode()]
    assert await crash(world, journal, spool, database) == 1
    await play_on(world, """
        alice <- INVITE [carol]
        carol <- INVITE [alice]
    """)  # fmt: skip
