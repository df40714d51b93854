"""`unificx room try`: soft phones dial a room of the running server and speak tones; who hears whom is measured."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from unificx.console.api import Api, Json, quoted
from unificx.console.call import server_of
from unificx.console.oneline import Trouble
from unificx.console.softphone import Account, NoLuck, SoftPhone
from unificx.kernel.clock import Clock
from unificx.media import tones

MOST_PHONES = 20
LISTENED = 8000
"""Samples, a second: tones of whole hertz are told apart without any doubt."""
LOWEST, WIDTH, GRID = 400, 2400, 50
"""Hertz of the first tone, and how far the last may be from it; every 20 ms begin with the same phase, so that a packet
that is lost or made up does not turn it."""
AUDIBLE = 1000.0
"""Amplitude that counts as heard; whatever is said in a room comes to about 4500."""
SETTLED = 3.0
"""Seconds until everybody is about as loud as the others, and the last prompt is over."""
PATIENCE = 45.0


@dataclass(frozen=True, slots=True)
class Trial:
    """`heard` has a row for every phone: how loud it heard the tone of each, its own too. `there` is the roster."""

    ok: bool
    tones_hz: Sequence[int]
    heard: Sequence[Sequence[int]]
    there: Sequence[Json]

    def json(self) -> Json:
        return asdict(self)

    def told(self) -> list[str]:
        """What a person reads."""
        lines = ["In the room:"]
        for one in self.there:
            marks = [word for word in ("host", "muted", "hand", "speaking") if one[word]]
            lines.append(f"  {one['number']:>8}  {one['name']}" + (f"  ({', '.join(marks)})" if marks else ""))
        lines += ["", "How loud each phone (down) heard the tone of each (across):"]
        lines.append(" " * 9 + "".join(f"{hertz:>6}" for hertz in self.tones_hz) + "  Hz")
        for number, row in enumerate(self.heard, 1):
            lines.append(
                f"phone {number:>2} " + "".join(f"{level:>6}" if level >= AUDIBLE else "     ." for level in row)
            )
        lines += ["", "Everybody hears everybody else, and nobody himself." if self.ok else "Somebody was NOT heard."]
        return lines


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many phones of an organisation are to dial a room, and to enter its PIN if there is one."""

    tenant: str
    room: str
    phones: int
    pin: str


async def meet(api: Api, home: Path, wanted: Wanted, clock: Clock) -> Trial:
    """Make a device for every phone, dial, listen, take the devices away again. Raises Trouble."""
    tenant, count = wanted.tenant, wanted.phones
    if not 2 <= count <= MOST_PHONES:
        raise Trouble(f"2 to {MOST_PHONES} phones can try a room.", "Say how many with --phones.")
    server = server_of(home)
    room = await api.get(f"/rooms/{quoted(wanted.room)}", tenant=tenant)
    extensions = await api.every("/extensions", count, tenant=tenant)
    if not extensions:
        raise Trouble("There is no extension to call from.", "Make one with `unificx extension create`.")
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
        raise Trouble(f"The room did not work: {fault}.", "`unificx doctor` looks what is wrong.") from None


async def _bye(phone: SoftPhone) -> None:
    phone.hang_up()
    await phone.stop()


async def _all_in(api: Api, room: Json, wanted: Wanted, clock: Clock) -> list[Json]:
    """Who is in the room, once so many are."""
    until = clock.monotonic() + PATIENCE
    while True:
        there = (await api.get(f"/rooms/{room['id']}/participants", tenant=wanted.tenant))["items"]
        if sum(one["state"] == "in" for one in there) >= wanted.phones:
            return there
        if clock.monotonic() > until:
            hint = "Give its --pin." if room["has_pin"] else "`unificx room show` says whom it lets in."
            raise Trouble(f"Of {wanted.phones} phones {len(there)} came to the room.", hint)
        await asyncio.sleep(0.3)


def _measured(phones: Sequence[SoftPhone], hertz: Sequence[int], there: Sequence[Json]) -> Trial:
    heard = [[round(tones.level(phone.sound.heard[-LISTENED:], one)) for one in hertz] for phone in phones]
    ok = all((level >= AUDIBLE) is (at != own) for own, row in enumerate(heard) for at, level in enumerate(row))
    return Trial(ok, hertz, heard, there)
