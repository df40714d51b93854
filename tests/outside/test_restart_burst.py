"""SIGKILL during a burst of calls: everything acknowledged to a phone is preserved."""

import re
import time

import scenarios as s
from server import Server, create_household, eventually
from sipp import Sipp
from sipp_phones import SippPhones

CALLER = (
    *s.authenticated_invite(s.sdp()),
    *s.answered(),
    s.in_dialog("ACK", 2),
    s.pause(400),
    *s.hang_up(3),
)
CALLEE = (s.called(), s.ringing(), *s.answers(s.sdp()), *s.is_hung_up())
MESSAGE = re.compile(r"message received \[\d+\] bytes :\n\n(SIP/2\.0 200 .*?\n)\n", re.DOTALL)


def reported(trace: str, method: str) -> set[str]:
    """Return the Call-IDs of calls in which such a request was answered with 200."""
    answers = (found.group(1) for found in MESSAGE.finditer(trace.replace("\r", "")))
    return {re.findall(r"Call-ID: (\S+)", text)[0] for text in answers if re.search(rf"CSeq: \d+ {method}", text)}


def test_no_acknowledged_call_is_lost(tmp_path, own_server: Server):
    household = create_household(own_server)
    desk = SippPhones(tmp_path, own_server)
    many = {"calls": 400, "rate": 40, "timeout": 60}
    callee = desk.callee(household.berta, *CALLEE, **many).start()
    caller: Sipp = desk.caller(household.anna, household.berta.number, *CALLER, **many).start()
    try:
        eventually(lambda: len(reported(caller.trace_so_far(), "BYE")) > 60, what="a burst of calls")
        own_server.kill()
        time.sleep(0.2)  # messages in transit have arrived
        ended, answered = reported(caller.trace_so_far(), "BYE"), reported(caller.trace_so_far(), "INVITE")
        caller.stop()
        callee.stop()
    finally:
        caller.stop()
        callee.stop()
    own_server.start()
    rows = [row for row in own_server.history() if row["outcome"] == "answered"]
    live = own_server.live_calls()
    assert len(rows) >= len(ended)
    assert len(rows) + len(live) >= len(answered)
    assert len({row["id"] for row in rows}) == len(rows)
