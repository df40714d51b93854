"""rtpengine's DTMF log and its commands about one party."""

import json

import pytest

from unificx.media import MediaUnavailable
from unificx.rtpengine import party_commands
from unificx.rtpengine.party_commands import DtmfReceived

LINE = {"callid": "call.b1", "source_tag": "a", "type": "DTMF", "event": 10, "duration": 200, "source_ip": "127.0.0.1"}


@pytest.mark.parametrize(("event", "key"), [(0, "0"), (9, "9"), (10, "*"), (11, "#"), (15, "D")])
def test_digit_is_parsed_with_anchor_and_tag(event: int, key: str) -> None:
    line = json.dumps(LINE | {"event": event}).encode()
    assert party_commands.parse_log_line(line) == DtmfReceived("call.b1", "a", key)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff\xfe",
        b"[" * 3000,
        b"7",
        b"[]",
        b"{}",
        json.dumps(LINE | {"event": 16}).encode(),
        json.dumps(LINE | {"event": -1}).encode(),
        json.dumps(LINE | {"event": True}).encode(),
        json.dumps(LINE | {"event": "1"}).encode(),
        json.dumps(LINE | {"callid": None}).encode(),
        json.dumps(LINE | {"x": "y" * 3000}).encode(),
    ],
)
def test_other_lines_are_ignored(line: bytes) -> None:
    assert party_commands.parse_log_line(line) is None


def test_duration_is_read_from_the_reply() -> None:
    assert party_commands.parse_duration({"result": "ok", "duration": 1500}) == 1.5
    with pytest.raises(MediaUnavailable):
        party_commands.parse_duration({"result": "error", "error-reason": "Failed to start media playback from file"})


def test_start_position_is_in_milliseconds() -> None:
    message = party_commands.play("call", "a", "/x.wav", times=3, start=1.25)
    assert (message["start-pos"], message["repeat-times"], message["flags"]) == (1250, 3, ["block-egress"])
