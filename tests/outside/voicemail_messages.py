"""Voicemail messages for tests: left by a phone and removed again."""

import asyncio

from app_phone import app_phone
from server import Login, Server

TONE, BEEP = 700.0, 1000.0


async def leave_message(server: Server, caller: Login, number: str, seconds: float = 2.0, *, finish: str = "") -> None:
    """Call an extension that does not answer, skip the greeting and send a tone."""
    async with app_phone(server, caller) as phone:
        await phone.call(number)
        await phone.wait_for_sound()
        phone.send_dtmf("#")
        await phone.wait_for_beep(BEEP)
        await asyncio.sleep(0.6)
        phone.play_tone(TONE)
        await asyncio.sleep(seconds)
        phone.send_dtmf(finish)


def erase_messages(server: Server, number: str) -> None:
    """Erase all messages of a mailbox."""
    tenant = {"tenant": server.ready["tenant"]}
    with server.rest() as rest:
        for message in rest.get("/api/v1/voicemail", params={**tenant, "extension": number}).json()["items"]:
            assert rest.post(f"/api/v1/voicemail/{message['id']}/erase", params=tenant).status_code == 204
