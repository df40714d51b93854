"""`unificx room try`: soft phones dial a conference room, send tones and measure what they receive."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from unificx.cli.api_client import ApiClient, Json, quote_segment
from unificx.cli.call_test import find_server
from unificx.cli.errors import CliError
from unificx.cli.softphone import Account, SoftPhone, SoftPhoneError
from unificx.core.clock import Clock
from unificx.media import tones

MAX_PHONES = 20
MEASURED_SAMPLES = 8000
"""Samples (one second), which separate tones of whole hertz."""
LOWEST_HZ, RANGE_HZ, STEP_HZ = 400, 2400, 50
"""Hertz: first tone, range of tones, and step. Every 20 ms start with the same phase, so that a lost or concealed
packet does not shift it."""
AUDIBLE_LEVEL = 1000.0
"""Minimum amplitude of a received tone; the mix has about 4500."""
SETTLE_SECONDS = 3.0
"""Seconds until levels have settled and the last prompt has ended."""
WINDOWS = 3
"""Seconds measured one by one, of which the middle one counts: on a busy machine gaps spread the tones for a moment."""
JOIN_TIMEOUT = 45.0


@dataclass(frozen=True, slots=True)
class RoomTestResult:
    """Test result. `heard` has a row per phone with its received level of each tone; `there` lists the participants."""

    ok: bool
    tones_hz: Sequence[int]
    heard: Sequence[Sequence[int]]
    there: Sequence[Json]

    def json(self) -> Json:
        return asdict(self)

    def lines(self) -> list[str]:
        """Return the result as text lines."""
        lines = ["In the room:"]
        for one in self.there:
            marks = [word for word in ("host", "muted", "hand", "speaking") if one[word]]
            lines.append(f"  {one['number']:>8}  {one['name']}" + (f"  ({', '.join(marks)})" if marks else ""))
        lines += ["", "Level of each tone (columns) at each phone (rows):"]
        lines.append(" " * 9 + "".join(f"{hertz:>6}" for hertz in self.tones_hz) + "  Hz")
        for number, row in enumerate(self.heard, 1):
            lines.append(
                f"phone {number:>2} " + "".join(f"{level:>6}" if level >= AUDIBLE_LEVEL else "     ." for level in row)
            )
        lines += ["", "Each phone hears all others and not itself." if self.ok else "The audio matrix is NOT correct."]
        return lines


@dataclass(frozen=True, slots=True)
class RoomTestOptions:
    """Options of a test: number of phones that dial a room of a tenant, and its PIN."""

    tenant: str
    room: str
    phones: int
    pin: str


async def run_room_test(api: ApiClient, home: Path, options: RoomTestOptions, clock: Clock) -> RoomTestResult:
    """Create a device per phone, dial the room, measure, and delete the devices. Raises CliError."""
    tenant, count = options.tenant, options.phones
    if not 2 <= count <= MAX_PHONES:
        raise CliError(f"A test needs 2 to {MAX_PHONES} phones.", "Set the number with --phones.")
    server = find_server(home)
    room = await api.get(f"/rooms/{quote_segment(options.room)}", tenant=tenant)
    extensions = await api.list_all("/extensions", count, tenant=tenant)
    if not extensions:
        raise CliError("There is no extension to call from.", "Create one with `unificx extension create`.")
    hertz = [LOWEST_HZ + at * (RANGE_HZ // count // STEP_HZ * STEP_HZ) for at in range(count)]
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
                stack.push_async_callback(_disconnect, phones[-1])
                await phones[-1].start(server.host)
                await phones[-1].call(room["number"])
                phones[-1].send_dtmf(f"{options.pin}#" if options.pin else "")
            there = await _wait_for_all(api, room, options, clock)
            await asyncio.sleep(SETTLE_SECONDS + WINDOWS - 1)
            return _measure(phones, hertz, there)
    except SoftPhoneError as fault:
        raise CliError(f"The test failed: {fault}.", "Run `unificx doctor` to find the cause.") from None


async def _disconnect(phone: SoftPhone) -> None:
    phone.hang_up()
    await phone.stop()


async def _wait_for_all(api: ApiClient, room: Json, options: RoomTestOptions, clock: Clock) -> list[Json]:
    """Return the participants once all phones are in the room."""
    until = clock.monotonic() + JOIN_TIMEOUT
    while True:
        there = (await api.get(f"/rooms/{room['id']}/participants", tenant=options.tenant))["items"]
        if sum(one["state"] == "in" for one in there) >= options.phones:
            return there
        if clock.monotonic() > until:
            hint = "Pass its PIN with --pin." if room["has_pin"] else "Check its settings with `unificx room show`."
            raise CliError(f"Only {len(there)} of {options.phones} phones joined the room.", hint)
        await asyncio.sleep(0.3)


def _measure(phones: Sequence[SoftPhone], hertz: Sequence[int], there: Sequence[Json]) -> RoomTestResult:
    heard = [[round(_level(phone.audio.received, one)) for one in hertz] for phone in phones]
    ok = all((level >= AUDIBLE_LEVEL) is (at != own) for own, row in enumerate(heard) for at, level in enumerate(row))
    return RoomTestResult(ok, hertz, heard, there)


def _level(received: Sequence[int], hertz: float) -> float:
    """Return the level of a tone in the middle one of the last windows, by level."""
    measured = received[-WINDOWS * MEASURED_SAMPLES :]
    windows = [measured[at : at + MEASURED_SAMPLES] for at in range(0, len(measured), MEASURED_SAMPLES)]
    return median(tones.level(each, hertz) for each in windows) if windows else 0.0
