"""RFC 7866 in descriptions: what a phone wishes, and what it is told."""

import pytest

from unificx import sdp

SESSION = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
AUDIO, VIDEO = b"m=audio 4000 RTP/AVP 0\r\n", b"m=video 4002 RTP/AVP 96\r\n"


@pytest.mark.parametrize("wish", ["on", "off", "pause", "nopreference"])
@pytest.mark.parametrize("where", ["session", "sound", "sound behind pictures"])
def test_a_wish_is_of_the_session_or_of_the_sound(wish: str, where: str) -> None:
    line = b"a=recordpref:%s\r\n" % wish.encode()
    description = {
        "session": SESSION + line + AUDIO,
        "sound": SESSION + b"a=recordpref:on\r\n" + AUDIO + line,
        "sound behind pictures": SESSION + VIDEO + b"a=recordpref:on\r\n" + AUDIO + line,
    }[where]
    assert sdp.wish(description) == wish


@pytest.mark.parametrize(
    "description",
    [
        b"",
        SESSION + AUDIO,
        SESSION + AUDIO + b"a=recordpref:maybe\r\n",
        SESSION + AUDIO + b"a=record:off\r\n",
        SESSION + AUDIO + VIDEO + b"a=recordpref:off\r\n",
        SESSION + AUDIO + b"a=x:a=recordpref:off\r\n",
    ],
)
def test_anything_else_is_no_wish(description: bytes) -> None:
    assert sdp.wish(description) == ""


@pytest.mark.parametrize("told", ["on", "paused", "off"])
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_what_is_told_is_told_of_the_session_once_and_can_be_read_again(told: sdp.Indication, end: bytes) -> None:
    theirs = (SESSION + b"a=record:on\r\n" + AUDIO + b"a=recordpref:off\r\na=record:paused\r\n").replace(b"\r\n", end)
    ours = sdp.indicated(theirs, told)
    assert ours == (SESSION + b"a=record:%s\r\n" % told.encode() + AUDIO).replace(b"\r\n", end)
    assert sdp.indication(ours) == told
    assert sdp.indicated(ours, told) == ours
    assert sdp.parse(ours).attribute("record") == told


def test_what_others_wrote_of_recordings_is_never_passed_on() -> None:
    theirs = SESSION + AUDIO + b"a=record:on\r\na=recordpref:on"
    assert sdp.indicated(theirs, "") == SESSION + AUDIO
    assert sdp.indicated(SESSION + AUDIO, "") == SESSION + AUDIO
    assert sdp.indicated(b"", "on") == b""
    assert sdp.indication(SESSION + AUDIO) == ""
