"""`unificx call`: test call. Two soft phones register at the running server and one calls the other."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unificx.cli.api_client import Api, Json
from unificx.cli.errors import Trouble
from unificx.cli.softphone import Account, NoLuck, SoftPhone
from unificx.core.clock import Clock
from unificx.media import tones
from unificx.sip.flow import Flow

TALK_SECONDS = 1.6
NOTICE_SECONDS = 12.0
"""Seconds to allow for the recording notice, which plays before the parties hear each other."""
TONES = (440.0, 1000.0)
"""Hertz: tone of the caller, tone of the callee."""
AUDIBLE = 1000.0
"""Minimum amplitude of the received tone, of 8000 sent."""
HISTORY_SECONDS = 3.0
DEMO = "demo"
SPAN = 40
"""Columns between two lines of the ladder; fits the longest reason phrase (407)."""


@dataclass(slots=True)
class Ladder:
    """SIP messages of the call: seconds since the start, phone, direction, message."""

    clock: Clock
    began: float
    rungs: list[tuple[float, str, bool, str]] = field(default_factory=list[tuple[float, str, bool, str]])

    def note(self, who: str, word: str, outgoing: bool) -> None:
        self.rungs.append((self.clock.monotonic() - self.began, who, outgoing, word))

    def lines(self) -> list[str]:
        """Return the ladder as text: caller left, server in the middle, callee right."""
        drawn = [f"{'ms':>7}  caller{'UnifiCX':^{2 * SPAN}}callee"]
        for at, who, outgoing, word in self.rungs:
            arrow = _arrow(word, rightwards=outgoing == (who == "caller"))
            left, right = (arrow, " " * len(arrow)) if who == "caller" else (" " * len(arrow), arrow)
            drawn.append(f"{at * 1000:7.1f}     |{left}|{right}|")
        return drawn


def _arrow(word: str, *, rightwards: bool) -> str:
    line = "-" * (SPAN - 5 - len(word))
    return f" {word} {line}> " if rightwards else f" <{line} {word} "


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of a test call. `ok`: both parties received audio and the call is in the history."""

    ok: bool
    setup_ms: float
    heard: dict[str, dict[str, float]]
    history: Json | None
    ladder: Sequence[str]

    def json(self) -> str:
        """Return the `--json` output: one object on one line."""
        return json.dumps(
            {"ok": self.ok, "setup_ms": self.setup_ms, "heard": self.heard, "history": self.history}, default=str
        )


def server_of(home: Path) -> Flow:
    """Return the SIP/UDP address of the running server of `home`. Raises CliError if none is running."""
    try:
        ready: dict[str, Any] = json.loads((home / "ready.json").read_text("utf-8"))
        host, _, port = str(ready["sip"]["udp"]).rpartition(":")
        return Flow("udp", host.strip("[]"), int(port))
    except (OSError, ValueError, KeyError, TypeError):
        raise Trouble("No server is running.", "Start one with `unificx up`.") from None


async def place_call(
    api: Api,
    home: Path,
    numbers: tuple[str, str],
    tenant: str | None,
    clock: Clock,
    *,
    seconds: float,
) -> Outcome:
    """Create a device for each extension, place a call of `seconds`, and delete the devices."""
    if numbers[0] == numbers[1]:
        raise Trouble(f"{numbers[0]} cannot call itself.", "Give two extensions: `unificx call 1001 1002`.")
    server = server_of(home)
    organisation = await _organisation(api, tenant)
    made: list[Json] = []
    try:
        for number in numbers:
            device = await _device(api, organisation, number)
            made.append(device)
        return await _call(api, organisation, _phones(server, numbers, made), clock, seconds)
    except NoLuck as fault:
        raise Trouble(f"The call failed: {fault}.", "Run `unificx doctor` to find the cause.") from None
    finally:
        for device in made:
            await api.delete(f"/devices/{device['id']}", tenant=organisation)


async def _device(api: Api, tenant: str, number: str) -> Json:
    extension = await api.get(f"/extensions/{number}", tenant=tenant)
    body = {"extension": extension["id"], "name": "unificx call", "kind": "softphone"}
    return await api.post("/devices", body, tenant=tenant)


async def _organisation(api: Api, given: str | None) -> str:
    """Return the given tenant, or the demo tenant, or the only one."""
    if given is None and any(one["slug"] == DEMO for one in await api.organisations(None)):
        return DEMO
    return await api.organisation(given)


def _phones(server: Flow, numbers: tuple[str, str], made: list[Json]) -> list[Account]:
    return [
        Account(device["sip"]["username"], device["sip"]["password"], device["sip"]["domain"], number, server)
        for number, device in zip(numbers, made, strict=True)
    ]


async def _call(api: Api, tenant: str, accounts: list[Account], clock: Clock, seconds: float) -> Outcome:
    ladder = Ladder(clock, clock.monotonic())
    phones = [
        SoftPhone(account, tone, clock, lambda word, out, who=who: ladder.note(who, word, out))
        for account, tone, who in zip(accounts, TONES, ("caller", "callee"), strict=True)
    ]
    caller, callee = phones
    host = accounts[0].server.host
    try:
        await asyncio.gather(caller.start(host), callee.start(host))
        before = {row["id"] for row in await _history(api, tenant)}
        setup = await caller.call(accounts[1].number)
        await asyncio.wait_for(callee.in_call.wait(), 5)
        heard = await _talk(caller, callee, clock, seconds)
        caller.hang_up()
        row = await _new_row(api, tenant, before, clock)
    except TimeoutError:
        raise NoLuck("the callee's phone did not ring") from None
    finally:
        caller.hang_up()
        await asyncio.gather(*(phone.stop() for phone in phones))
    ok = row is not None and _all_heard(heard)
    return Outcome(ok, round(setup * 1000, 1), heard, row, ladder.lines())


async def _talk(caller: SoftPhone, callee: SoftPhone, clock: Clock, seconds: float) -> dict[str, dict[str, float]]:
    """Measure audio for `seconds`; longer, up to the length of a recording notice, while there is none."""
    until = clock.monotonic() + max(seconds, NOTICE_SECONDS)
    await asyncio.sleep(seconds)
    while True:
        heard = {"caller": _heard(caller, TONES[1]), "callee": _heard(callee, TONES[0])}
        if _all_heard(heard) or clock.monotonic() > until:
            return heard
        await asyncio.sleep(TALK_SECONDS / 4)


def _all_heard(heard: dict[str, dict[str, float]]) -> bool:
    return all(side["level"] >= AUDIBLE for side in heard.values())


def _heard(phone: SoftPhone, tone: float) -> dict[str, float]:
    """Measure the other party's tone in the last second of received audio."""
    last = phone.sound.heard[-8000:]
    return {
        "tone_hz": tone,
        "level": round(tones.level(last, tone)),
        "rms": round(tones.rms(last)),
        "seconds": round(len(phone.sound.heard) / 8000, 2),
    }


async def _history(api: Api, tenant: str) -> list[Json]:
    return await api.every("/history", 20, tenant=tenant)


async def _new_row(api: Api, tenant: str, before: set[str], clock: Clock) -> Json | None:
    """Return the call's history entry, which is written shortly after the call."""
    until = clock.monotonic() + HISTORY_SECONDS
    while clock.monotonic() < until:
        for row in await _history(api, tenant):
            if row["id"] not in before:
                return row
        await asyncio.sleep(0.1)
    return None


def told(outcome: Outcome) -> list[str]:
    """Return the result as text lines."""
    lines = [*outcome.ladder, ""]
    for who, side in outcome.heard.items():
        verdict = "received" if side["level"] >= AUDIBLE else "did NOT receive"
        lines.append(
            f"The {who} {verdict} the other's {side['tone_hz']:.0f} Hz tone: level {side['level']} of 8000,"
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
