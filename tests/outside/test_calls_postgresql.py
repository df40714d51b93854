"""Third-party phones on a server with PostgreSQL: registration, calls, audio, history."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import scenarios as s
from databases import Postgres
from server import Server, create_household
from sipp_phones import SippPhones


@contextmanager
def on_postgresql(postgres: Postgres, home: Path) -> Iterator[Server]:
    name = asyncio.run(postgres.create())
    try:
        with Server(home, database=postgres.url(name)) as server:
            yield server
            assert not list(home.glob("unificx.db*"))
        assert not server.log_violations(), "\n".join(server.log_violations()[:20])
    finally:
        asyncio.run(postgres.drop(name))


def test_sipp_phones_have_audio(postgres: Postgres, tmp_path: Path) -> None:
    with on_postgresql(postgres, tmp_path / "home") as server:
        household, desk = create_household(server), SippPhones(tmp_path, server)
        talk = (*s.answered(), s.in_dialog("ACK", 2), s.play(), s.pause(2200), *s.hang_up(3))
        ladder = (*s.authenticated_invite(s.sdp(audio=True)), *talk)
        callee = desk.callee(household.berta, s.called(), s.ringing(), *s.answers(s.sdp()), *s.is_hung_up())
        desk.calls(desk.caller(household.anna, household.berta.number, *ladder), callee)
        row = desk.record(household.anna, outcome="answered")
        assert row["talk_seconds"] >= 2
        assert household.berta.number in str(row["callee"])
        gives_up = (s.recv(180), s.pause(500), s.cancel(2), s.recv(200), s.recv(487), s.ack_refusal(2))
        refused = (*s.authenticated_invite(s.sdp()), *gives_up)
        callee = desk.callee(household.clara, s.called(), s.ringing(), *s.is_cancelled())
        desk.calls(desk.caller(household.anna, household.clara.number, *refused), callee)
        desk.record(household.anna, outcome="cancelled")
