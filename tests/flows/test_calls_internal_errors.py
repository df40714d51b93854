"""Internal errors and full disks: only the affected call ends, and its phones are notified."""

import pytest
from ladder import play, play_on
from steps import RINGS, UP
from structlog.testing import capture_logs

from unificx.calls.events import CallEnded
from unificx.db import ErasedSubject, SpoolFull


@pytest.mark.parametrize(
    ("fault", "event"), [(SpoolFull("no room"), "call_record_lost"), (ErasedSubject("gone"), "call_of_deleted_tenant")]
)
async def test_call_whose_record_cannot_be_written_ends_cleanly(fault: Exception, event: str) -> None:
    world = await play("alice 1001, bob 1002" + UP)

    def refuse(call: CallEnded) -> None:
        raise fault

    world.record = refuse  # type: ignore[method-assign]
    with capture_logs() as logs:
        await play_on(world, """
            alice -> BYE
            bob   <- BYE
            alice <- 200 BYE
        """)  # fmt: skip
    assert [entry["event"] for entry in logs] == [event]
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_internal_error_ends_its_call() -> None:
    world = await play("alice 1001, bob 1002" + UP)

    def broken(call: CallEnded) -> None:
        raise ValueError("1001 called 1002: test error")

    world.record = broken  # type: ignore[method-assign]
    with capture_logs() as logs:
        await play_on(world, """
            alice -> BYE
            bob   <- BYE
            alice <- 200 BYE
        """)  # fmt: skip
    [entry] = logs
    assert (entry["event"], entry["fault"]) == ("call_failed", "ValueError")
    assert "1001" not in str(entry)
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_internal_error_while_ringing_refuses_and_records_the_call() -> None:
    world = await play("alice 1001, bob 1002" + RINGS)
    [call] = world.manager.calls.values()
    call.state = "nonsense"  # type: ignore[assignment]
    with capture_logs() as logs:
        await play_on(world, """
            bob   -> 200 [bob]
            history <- failed 41 alice 1002
            bob   <- ACK
            bob   <- BYE
            alice <- 500
        """)  # fmt: skip
    assert [entry["event"] for entry in logs] == ["call_failed"]
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_internal_error_before_ringing_refuses_the_call() -> None:
    world = await play("alice 1001, bob 1002")

    def lost(tenant_id: str) -> None:
        raise KeyError("1001")

    world.directory.domain = lost  # type: ignore[method-assign]
    with capture_logs() as logs:
        await play_on(world, """
            alice -> INVITE 1002 [alice]
            history <- failed 41 alice 1002
            alice <- 500
        """)  # fmt: skip
    assert [entry["event"] for entry in logs] == ["call_failed"]


async def test_exception_of_the_media_port_means_no_media() -> None:
    world = await play("alice 1001, bob 1002")

    def broken(anchor: str, from_tag: str, sdp: bytes, profiles: object, on_reply: object, **more: bool) -> None:
        raise RuntimeError("sdp of 1001")

    world.media.offer = broken  # type: ignore[method-assign]
    with capture_logs() as logs:
        await play_on(world, """
            alice -> INVITE 1002 [alice]
            history <- failed 34 alice 1002
            alice <- 503
        """)  # fmt: skip
    assert [(entry["event"], entry["fault"]) for entry in logs] == [("media_request_failed", "RuntimeError")]


@pytest.mark.parametrize("cast", ["alice 1001, bob 1002 udp", "alice 1001 udp, bob 1002"])
async def test_internal_error_does_not_affect_other_calls(cast: str) -> None:
    world = await play(cast + ", carol 1001, dave 1003" + UP)
    broken = next(iter(world.manager.calls.values()))
    await play_on(world, """
        carol -> INVITE 1003 [carol]
        dave  <- INVITE [carol]
        dave  -> 200 [dave]
        dave  <- ACK
        carol <- 200 [dave]
        carol -> ACK
    """)  # fmt: skip
    broken.state = "nonsense"  # type: ignore[assignment]
    with capture_logs():
        await play_on(world, """
            alice -> INVITE [alice/hold]
            history <- answered 41 alice bob
            bob   <- BYE
            alice <- BYE
            alice <- 487
            dave  -> BYE
            carol <- BYE
            history <- answered 16 carol dave
            dave  <- 200 BYE
        """)  # fmt: skip
