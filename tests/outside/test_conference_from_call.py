"""A call is moved into a conference room with a third participant, measured in the audio received by phones."""

import asyncio
import contextlib

import pytest
from app_phone import app_phone
from recording_helpers import signed_in
from server import Household, Server, wait_until


@pytest.mark.promise("C10")
async def test_a_call_becomes_a_conference_of_three(server: Server, household: Household) -> None:
    before = len(server.history())
    async with (
        app_phone(server, household.anna, 700) as anna,
        app_phone(server, household.berta, 900) as berta,
        app_phone(server, household.clara, 1100) as clara,
    ):
        await anna.call(household.berta.number)
        await anna.wait_for_tone(900)
        with contextlib.closing(signed_in(server, household.berta)) as client:
            [call] = client.get("/api/v1/me/calls").json()["items"]
            made = client.post(f"/api/v1/calls/{call['id']}/room")
            assert made.status_code == 201, made.text
            room_url = f"/api/v1/rooms/{made.json()['id']}"
            invited = client.post(f"{room_url}/invitations", json={"number": household.clara.number})
            assert invited.status_code == 202, invited.text
            await asyncio.wait_for(clara.in_call.wait(), 20)
            await wait_until(lambda: clara.loudness() > 50, what="the invitation prompt plays")
            clara.send_dtmf("1")
            tones = {anna: 700.0, berta: 900.0, clara: 1100.0}
            for phone, own in tones.items():
                for tone in set(tones.values()) - {own}:
                    await phone.wait_for_tone(tone, within=20)
                assert phone.tone_level(own) < 300
            roster = {one["number"]: one for one in client.get(f"{room_url}/participants").json()["items"]}
            assert {number: one["host"] for number, one in roster.items()} == {
                household.anna.number: False,
                household.berta.number: True,
                household.clara.number: False,
            }
            with contextlib.closing(signed_in(server, household.anna)) as guest:
                [own] = guest.get("/api/v1/me/calls").json()["items"]
                refusals = {made.json()["id"]: "Only hosts may add participants.", "elsewhere": "Room not found."}
                for room, refusal in refusals.items():
                    added = guest.post(f"/api/v1/calls/{own['id']}/transfer", json={"room": room})
                    assert added.json()["detail"] == refusal
            for phone in tones:
                phone.hang_up()
            await wait_until(lambda: client.get(room_url).status_code == 404, what="the room is deleted")
    rows = await wait_until(
        lambda: len(server.history()) == before + 2 and server.history(),
        what="both calls are in the history",
    )
    talked = next(row for row in rows if row["id"] == call["id"])
    assert (talked["caller"], talked["outcome"]) == (household.anna.number, "answered")
