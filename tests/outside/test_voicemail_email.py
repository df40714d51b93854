"""Voicemail by e-mail: as audio if the owner enabled it, on a real mail server, and the notice on erasure."""

import base64
import io
import wave
from array import array
from contextlib import closing
from email.message import EmailMessage

import pytest
from recording_helpers import signed_in
from server import Server, create_household, set_voicemail, wait_until
from test_voicemail import messages, sound_of
from third_party_services import ThirdPartyServices
from voicemail_messages import BEEP, TONE, leave_message

from unificx.media import tones


def attached_audio(email: EmailMessage) -> "array[int]":
    """The attached audio."""
    [part] = email.iter_attachments()
    assert part.get_content_type() == "audio/wav"
    with wave.open(io.BytesIO(part.get_content())) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (8000, 1)
        return array("h", sound.readframes(sound.getnframes()))


@pytest.mark.promise("C9", "R2", "T1", "T2")
async def test_message_is_emailed_and_erasure_mentions_the_copy(
    public_server: Server, outside: ThirdPartyServices
) -> None:
    household = create_household(public_server)
    set_voicemail(public_server, on=True)
    with closing(signed_in(public_server, household.anna)) as anna:
        wanted = anna.patch(f"/api/v1/extensions/{household.anna.number}/voicemail", json={"mail_sound": True})
        assert wanted.json()["mail_sound"] is True
        await leave_message(public_server, household.clara, household.anna.number, 3)
        of_messages = lambda: [one for one in outside.box.received if "New voicemail message" in one.message["Subject"]]  # noqa: E731
        [taken] = await wait_until(of_messages, what="the letter")
        assert (taken.encrypted, taken.recipients) == (True, ["annarosa.710071@example.com"])
        sound = attached_audio(taken.message)
        middle = sound[len(sound) // 2 - 4000 : len(sound) // 2 + 4000]
        assert tones.level(middle, TONE) > 5000
        assert tones.level(middle, BEEP) < 300

        [message] = messages(anna)
        await wait_until(lambda: messages(anna)[0]["mailed"], what="it is noted that a copy left")
        assert len(sound_of(anna, message["id"])) == len(sound)
        raw = sound.tobytes()
        needles = [raw[at : at + 60] for at in range(0, len(raw) - 60, 4000) if len(set(raw[at : at + 60])) > 20]
        assert needles
        needles += [base64.b64encode(needle) for needle in needles]
        files = {path: path.read_bytes() for path in public_server.home.rglob("*") if path.is_file()}
        assert [path for path, data in files.items() for needle in needles if needle in data] == []

        assert anna.post(f"/api/v1/voicemail/{message['id']}/erase").status_code == 204
        gone = anna.get(f"/api/v1/voicemail/{message['id']}")
        assert (gone.status_code, "sent by e-mail" in gone.text) == (410, True)
