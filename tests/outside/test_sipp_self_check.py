"""SIPp against SIPp: its audio check must fail if nothing comes back, and its counts must show the rejecting side."""

import subprocess
import sys

import scenarios as s
from free_ports import PORTS, SHARES, free_port
from server import ROOT
from sipp import AUDIO_MISSED, TIMED_OUT, Outcome, Sipp, User, run_call

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


def test_processes_that_run_tests_at_the_same_time_take_different_ports():
    """Also workers of different runs with the same name: a port is bound long after it was found free."""
    count = len(PORTS) // SHARES // 4
    program = f"from free_ports import free_port; print(*(free_port() for _ in range({count})), flush=True); input()"
    command = [sys.executable, "-c", program]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with (
        subprocess.Popen(command, cwd=ROOT / "tests", **pipes) as one,
        subprocess.Popen(command, cwd=ROOT / "tests", **pipes) as two,
    ):
        taken = [set(each.stdout.readline().split()) for each in (one, two)]
        for each in (one, two):
            each.communicate("\n")
    assert min(len(each) for each in taken) > count / 2  # others are in use
    assert taken[0].isdisjoint(taken[1])


def test_audio_that_comes_back_passes(tmp_path):
    outcome = run_scenario(tmp_path, ("-rtp_echo",))
    assert outcome.ok, outcome.errors
    assert (outcome.sent("INVITE"), outcome.received("SIP/2.0 200")) == (2, 2)


def test_audio_that_does_not_come_back_fails(tmp_path):
    assert run_scenario(tmp_path, ()).status == AUDIO_MISSED
