"""`unificx call`: test call. Two soft phones register at the running server and one calls the other."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.errors import CliError
from unificx.cli.softphone import Account, SoftPhone, SoftPhoneError
from unificx.core.clock import Clock
from unificx.media import tones
from unificx.sip.flow import Flow

AUDIO_SECONDS = 1.6
NOTICE_SECONDS = 12.0
"""Seconds to allow for the recording notice, which plays before the parties hear each other."""
TONES = (440.0, 1000.0)
"""Hertz: tone of the caller, tone of the callee."""
AUDIBLE_LEVEL = 1000.0
"""Minimum amplitude of the received tone, of 8000 sent."""
HISTORY_SECONDS = 3.0
DEMO_TENANT = "demo"
COLUMN_WIDTH = 40
"""Columns between two lines of the ladder; fits the longest reason phrase (407)."""


@dataclass(slots=True)
class Ladder:
    """SIP messages of the call: seconds since the start, phone, direction, message."""

    clock: Clock
    started: float
    messages: list[tuple[float, str, bool, str]] = field(default_factory=list[tuple[float, str, bool, str]])

    def add(self, party: str, label: str, outgoing: bool) -> None:
        self.messages.append((self.clock.monotonic() - self.started, party, outgoing, label))

    def lines(self) -> list[str]:
        """Return the ladder as text: caller left, server in the middle, callee right."""
        drawn = [f"{'ms':>7}  caller{'UnifiCX':^{2 * COLUMN_WIDTH}}callee"]
        for at, party, outgoing, label in self.messages:
            arrow = _arrow(label, rightwards=outgoing == (party == "caller"))
            left, right = (arrow, " " * len(arrow)) if party == "caller" else (" " * len(arrow), arrow)
            drawn.append(f"{at * 1000:7.1f}     |{left}|{right}|")
        return drawn


def _arrow(label: str, *, rightwards: bool) -> str:
    line = "-" * (COLUMN_WIDTH - 5 - len(label))
    return f" {label} {line}> " if rightwards else f" <{line} {label} "


@dataclass(frozen=True, slots=True)
class CallTestResult:
    """Result of a test call. `ok`: both parties received audio and the call is in the history."""

    ok: bool
    setup_ms: float
    audio: dict[str, dict[str, float]]
    history: Json | None
    ladder: Sequence[str]

    def json(self) -> str:
        """Return the `--json` output: one object on one line."""
        return json.dumps(
            {"ok": self.ok, "setup_ms": self.setup_ms, "heard": self.audio, "history": self.history}, default=str
        )


def find_server(home: Path) -> Flow:
    """Return the SIP/UDP address of the running server of `home`. Raises CliError if none is running."""
    try:
        ready: dict[str, Any] = json.loads((home / "ready.json").read_text("utf-8"))
        host, _, port = str(ready["sip"]["udp"]).rpartition(":")
        return Flow("udp", host.strip("[]"), int(port))
    except (OSError, ValueError, KeyError, TypeError):
        raise CliError("No server is running.", "Start one with `unificx up`.") from None


async def run_call_test(
    api: ApiClient,
    home: Path,
    numbers: tuple[str, str],
    tenant: str | None,
    clock: Clock,
    *,
    seconds: float,
) -> CallTestResult:
    """Create a device for each extension, place a call of `seconds`, and delete the devices."""
    if numbers[0] == numbers[1]:
        raise CliError(f"{numbers[0]} cannot call itself.", "Give two extensions: `unificx call 1001 1002`.")
    server = find_server(home)
    tenant_id = await _resolve_tenant(api, tenant)
    devices: list[Json] = []
    try:
        for number in numbers:
            device = await _create_device(api, tenant_id, number)
            devices.append(device)
        return await _run_call(api, tenant_id, _accounts(server, numbers, devices), clock, seconds)
    except SoftPhoneError as fault:
        raise CliError(f"The call failed: {fault}.", "Run `unificx doctor` to find the cause.") from None
    finally:
        for device in devices:
            await api.delete(f"/devices/{device['id']}", tenant=tenant_id)


async def _create_device(api: ApiClient, tenant: str, number: str) -> Json:
    extension = await api.get(f"/extensions/{number}", tenant=tenant)
    body = {"extension": extension["id"], "name": "unificx call", "kind": "softphone"}
    return await api.post("/devices", body, tenant=tenant)


async def _resolve_tenant(api: ApiClient, tenant: str | None) -> str:
    """Return the given tenant, or the demo tenant, or the only one."""
    if tenant is None and any(one["slug"] == DEMO_TENANT for one in await api.tenants(None)):
        return DEMO_TENANT
    return await api.resolve_tenant(tenant)


def _accounts(server: Flow, numbers: tuple[str, str], devices: list[Json]) -> list[Account]:
    return [
        Account(device["sip"]["username"], device["sip"]["password"], device["sip"]["domain"], number, server)
        for number, device in zip(numbers, devices, strict=True)
    ]


async def _run_call(
    api: ApiClient, tenant: str, accounts: list[Account], clock: Clock, seconds: float
) -> CallTestResult:
    ladder = Ladder(clock, clock.monotonic())
    phones = [
        SoftPhone(account, tone, clock, lambda word, out, who=who: ladder.add(who, word, out))
        for account, tone, who in zip(accounts, TONES, ("caller", "callee"), strict=True)
    ]
    caller, callee = phones
    host = accounts[0].server.host
    try:
        await asyncio.gather(caller.start(host), callee.start(host))
        before = {row["id"] for row in await _list_history(api, tenant)}
        setup = await caller.call(accounts[1].number)
        await asyncio.wait_for(callee.in_call.wait(), 5)
        audio = await _measure_audio(caller, callee, clock, seconds)
        caller.hang_up()
        row = await _wait_for_history(api, tenant, before, clock)
    except TimeoutError:
        raise SoftPhoneError("the callee's phone did not ring") from None
    finally:
        caller.hang_up()
        await asyncio.gather(*(phone.stop() for phone in phones))
    ok = row is not None and _all_audible(audio)
    return CallTestResult(ok, round(setup * 1000, 1), audio, row, ladder.lines())


async def _measure_audio(
    caller: SoftPhone, callee: SoftPhone, clock: Clock, seconds: float
) -> dict[str, dict[str, float]]:
    """Measure audio for `seconds`; longer, up to the length of a recording notice, while there is none."""
    until = clock.monotonic() + max(seconds, NOTICE_SECONDS)
    await asyncio.sleep(seconds)
    while True:
        audio = {"caller": _measure_phone(caller, TONES[1]), "callee": _measure_phone(callee, TONES[0])}
        if _all_audible(audio) or clock.monotonic() > until:
            return audio
        await asyncio.sleep(AUDIO_SECONDS / 4)


def _all_audible(audio: dict[str, dict[str, float]]) -> bool:
    return all(side["level"] >= AUDIBLE_LEVEL for side in audio.values())


def _measure_phone(phone: SoftPhone, tone: float) -> dict[str, float]:
    """Measure the other party's tone in the last second of received audio."""
    last = phone.audio.received[-8000:]
    return {
        "tone_hz": tone,
        "level": round(tones.level(last, tone)),
        "rms": round(tones.rms(last)),
        "seconds": round(len(phone.audio.received) / 8000, 2),
    }


async def _list_history(api: ApiClient, tenant: str) -> list[Json]:
    return await api.list_all("/history", 20, tenant=tenant)


async def _wait_for_history(api: ApiClient, tenant: str, before: set[str], clock: Clock) -> Json | None:
    """Return the call's history entry, which is written shortly after the call."""
    until = clock.monotonic() + HISTORY_SECONDS
    while clock.monotonic() < until:
        for row in await _list_history(api, tenant):
            if row["id"] not in before:
                return row
        await asyncio.sleep(0.1)
    return None


def result_lines(outcome: CallTestResult) -> list[str]:
    """Return the result as text lines."""
    lines = [*outcome.ladder, ""]
    for party, side in outcome.audio.items():
        verdict = "received" if side["level"] >= AUDIBLE_LEVEL else "did NOT receive"
        lines.append(
            f"The {party} {verdict} the other's {side['tone_hz']:.0f} Hz tone: level {side['level']} of 8000,"
            f" {side['seconds']} s of audio."
        )
    row = outcome.history
    if row is None:
        lines.append("The call is NOT in the history.")
    else:
        lines.append(f"In the history as {row['id']}: {row['outcome']}, {row['talk_seconds']} s talk time.")
    lines.append(
        f"Answered after {outcome.setup_ms} ms. " + ("The call works." if outcome.ok else "The call does NOT work.")
    )
    return lines
