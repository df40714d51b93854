"""SIPp against SIPp: its audio check must fail if nothing comes back, and its counts must show the rejecting side."""

import scenarios as s
from sipp import AUDIO_MISSED, TIMED_OUT, Outcome, Sipp, User, free_port, run_call

CHALLENGE = 'Proxy-Authenticate: Digest realm="d", nonce="x", algorithm=SHA-256, qop="auth"\n'
CALLEE = s.scenario(
    s.recv("INVITE"),
    s.reply("407 Proxy Authentication Required", tag=True, extra=CHALLENGE),
    s.recv("ACK"),
    s.called(s.expect("username=.one-x.", header="Proxy-Authorization")),
    s.ringing(),
    *s.answers(s.sdp()),
    *s.is_hung_up(),
)
CALLER = s.scenario(
    *s.authenticated_invite(s.sdp(audio=True)),
    *s.answered(),
    s.in_dialog("ACK", 2),
    s.play(),
    s.pause(2500),
    *s.hang_up(3),
)


def phones(tmp_path, callee_options: tuple[str, ...]) -> tuple[Sipp, Sipp]:
    port = free_port()
    callee = Sipp(tmp_path, CALLEE, port=port, timeout=12, options=callee_options)
    caller = Sipp(tmp_path, CALLER, users=[User("1", "one-x", "p", "2")], remote=f"127.0.0.1:{port}", timeout=12)
    return callee, caller


def run_scenario(tmp_path, callee_options: tuple[str, ...]) -> Outcome:
    """Run one call. Two SIPp processes sometimes miss each other's messages and wait forever: then retry once."""
    for attempt in range(4):
        directory = tmp_path / str(attempt)
        directory.mkdir()
        callee, caller = phones(directory, callee_options)
        outcome, _ = run_call([callee], caller)
        if outcome.status != TIMED_OUT:
            return outcome
    raise AssertionError("SIPp does not get through to SIPp")


def test_audio_that_comes_back_passes(tmp_path):
    outcome = run_scenario(tmp_path, ("-rtp_echo",))
    assert outcome.ok, outcome.errors
    assert (outcome.sent("INVITE"), outcome.received("SIP/2.0 200")) == (2, 2)


def test_audio_that_does_not_come_back_fails(tmp_path):
    assert run_scenario(tmp_path, ()).status == AUDIO_MISSED
