"""`unificx room try`: soft phones dial a conference room, send tones and measure what they receive."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from unificx.cli.api_client import Api, Json, quoted
from unificx.cli.call_test import server_of
from unificx.cli.errors import Trouble
from unificx.cli.softphone import Account, NoLuck, SoftPhone
from unificx.core.clock import Clock
from unificx.media import tones

MOST_PHONES = 20
LISTENED = 8000
"""Samples (one second), which separate tones of whole hertz."""
LOWEST, WIDTH, GRID = 400, 2400, 50
"""Hertz: first tone, range of tones, and step. Every 20 ms start with the same phase, so that a lost or concealed
packet does not shift it."""
AUDIBLE = 1000.0
"""Minimum amplitude of a received tone; the mix has about 4500."""
SETTLED = 3.0
"""Seconds until levels have settled and the last prompt has ended."""
PATIENCE = 45.0


@dataclass(frozen=True, slots=True)
class Trial:
    """Test result. `heard` has a row per phone with its received level of each tone; `there` lists the participants."""

    ok: bool
    tones_hz: Sequence[int]
    heard: Sequence[Sequence[int]]
    there: Sequence[Json]

    def json(self) -> Json:
        return asdict(self)

    def told(self) -> list[str]:
        """Return the result as text lines."""
        lines = ["In the room:"]
        for one in self.there:
            marks = [word for word in ("host", "muted", "hand", "speaking") if one[word]]
            lines.append(f"  {one['number']:>8}  {one['name']}" + (f"  ({', '.join(marks)})" if marks else ""))
        lines += ["", "Level of each tone (columns) at each phone (rows):"]
        lines.append(" " * 9 + "".join(f"{hertz:>6}" for hertz in self.tones_hz) + "  Hz")
        for number, row in enumerate(self.heard, 1):
            lines.append(
                f"phone {number:>2} " + "".join(f"{level:>6}" if level >= AUDIBLE else "     ." for level in row)
            )
        lines += ["", "Each phone hears all others and not itself." if self.ok else "The audio matrix is NOT correct."]
        return lines


@dataclass(frozen=True, slots=True)
class Wanted:
    """Options of a test: number of phones that dial a room of a tenant, and its PIN."""

    tenant: str
    room: str
    phones: int
    pin: str


async def meet(api: Api, home: Path, wanted: Wanted, clock: Clock) -> Trial:
    """Create a device per phone, dial the room, measure, and delete the devices. Raises CliError."""
    tenant, count = wanted.tenant, wanted.phones
    if not 2 <= count <= MOST_PHONES:
        raise Trouble(f"A test needs 2 to {MOST_PHONES} phones.", "Set the number with --phones.")
    server = server_of(home)
    room = await api.get(f"/rooms/{quoted(wanted.room)}", tenant=tenant)
    extensions = await api.every("/extensions", count, tenant=tenant)
    if not extensions:
        raise Trouble("There is no extension to call from.", "Create one with `unificx extension create`.")
    hertz = [LOWEST + at * (WIDTH // count // GRID * GRID) for at in range(count)]
    phones: list[SoftPhone] = []
    try:
        async with AsyncExitStack() as stack:
            for at, tone in enumerate(hertz):
                extension = extensions[at % len(extensions)]
                body = {"extension": extension["id"], "name": "unificx room try", "kind": "softphone"}
                device = await api.post("/devices", body, tenant=tenant)
                stack.push_async_callback(api.delete, f"/devices/{device['id']}", tenant=tenant)
                sip = device["sip"]
                account = Account(sip["username"], sip["password"], sip["domain"], extension["number"], server)
                phones.append(SoftPhone(account, tone, clock, lambda word, out: None))
                stack.push_async_callback(_bye, phones[-1])
                await phones[-1].start(server.host)
                await phones[-1].call(room["number"])
                phones[-1].press(f"{wanted.pin}#" if wanted.pin else "")
            there = await _all_in(api, room, wanted, clock)
            await asyncio.sleep(SETTLED)
            return _measured(phones, hertz, there)
    except NoLuck as fault:
        raise Trouble(f"The test failed: {fault}.", "Run `unificx doctor` to find the cause.") from None


async def _bye(phone: SoftPhone) -> None:
    phone.hang_up()
    await phone.stop()


async def _all_in(api: Api, room: Json, wanted: Wanted, clock: Clock) -> list[Json]:
    """Return the participants once all phones are in the room."""
    until = clock.monotonic() + PATIENCE
    while True:
        there = (await api.get(f"/rooms/{room['id']}/participants", tenant=wanted.tenant))["items"]
        if sum(one["state"] == "in" for one in there) >= wanted.phones:
            return there
        if clock.monotonic() > until:
            hint = "Pass its PIN with --pin." if room["has_pin"] else "Check its settings with `unificx room show`."
            raise Trouble(f"Only {len(there)} of {wanted.phones} phones joined the room.", hint)
        await asyncio.sleep(0.3)


def _measured(phones: Sequence[SoftPhone], hertz: Sequence[int], there: Sequence[Json]) -> Trial:
    heard = [[round(tones.level(phone.sound.heard[-LISTENED:], one)) for one in hertz] for phone in phones]
    ok = all((level >= AUDIBLE) is (at != own) for own, row in enumerate(heard) for at, level in enumerate(row))
    return Trial(ok, hertz, heard, there)
