"""RFC 7866 attributes in SDP: recording preference and recording indication."""

import pytest

from unificx import sdp

SESSION = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
AUDIO, VIDEO = b"m=audio 4000 RTP/AVP 0\r\n", b"m=video 4002 RTP/AVP 96\r\n"


@pytest.mark.parametrize("preference", ["on", "off", "pause", "nopreference"])
@pytest.mark.parametrize("level", ["session", "audio", "audio after video"])
def test_preference_of_the_session_or_of_audio(preference: str, level: str) -> None:
    line = b"a=recordpref:%s\r\n" % preference.encode()
    sdp_bytes = {
        "session": SESSION + line + AUDIO,
        "audio": SESSION + b"a=recordpref:on\r\n" + AUDIO + line,
        "audio after video": SESSION + VIDEO + b"a=recordpref:on\r\n" + AUDIO + line,
    }[level]
    assert sdp.recording_preference(sdp_bytes) == preference


@pytest.mark.parametrize(
    "sdp_bytes",
    [
        b"",
        SESSION + AUDIO,
        SESSION + AUDIO + b"a=recordpref:maybe\r\n",
        SESSION + AUDIO + b"a=record:off\r\n",
        SESSION + AUDIO + VIDEO + b"a=recordpref:off\r\n",
        SESSION + AUDIO + b"a=x:a=recordpref:off\r\n",
    ],
)
def test_no_preference(sdp_bytes: bytes) -> None:
    assert sdp.recording_preference(sdp_bytes) == ""


@pytest.mark.parametrize("indication", ["on", "paused", "off"])
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_indication_is_written_once_at_session_level(indication: sdp.RecordIndication, end: bytes) -> None:
    remote = (SESSION + b"a=record:on\r\n" + AUDIO + b"a=recordpref:off\r\na=record:paused\r\n").replace(b"\r\n", end)
    local = sdp.with_recording_indication(remote, indication)
    assert local == (SESSION + b"a=record:%s\r\n" % indication.encode() + AUDIO).replace(b"\r\n", end)
    assert sdp.recording_indication(local) == indication
    assert sdp.with_recording_indication(local, indication) == local
    assert sdp.parse(local).attribute("record") == indication


def test_recording_attributes_of_others_are_removed() -> None:
    remote = SESSION + AUDIO + b"a=record:on\r\na=recordpref:on"
    assert sdp.with_recording_indication(remote, "") == SESSION + AUDIO
    assert sdp.with_recording_indication(SESSION + AUDIO, "") == SESSION + AUDIO
    assert sdp.with_recording_indication(b"", "on") == b""
    assert sdp.recording_indication(SESSION + AUDIO) == ""
