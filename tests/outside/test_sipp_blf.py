"""BLF: keys of SIPp phones that watch an extension (RFC 4235)."""

import pytest
import scenarios as s
from server import Household, Server, eventually
from sipp import User
from sipp_phones import SippPhones
from sipp_subscriptions import notified, notified_at_last, subscribes

PHONES, KEYS = 5, 4
"""Phones, and keys for the same extension that each may have."""
MILLISECONDS = 2500
"""How long a state lasts: a watcher is notified once a second at most, and of the latest state only."""


@pytest.mark.promise("S2")
def test_twenty_watchers_see_a_call_ring_talk_and_end(server: Server, desk: SippPhones, household: Household) -> None:
    watched, names = household.berta.number, ("Viktor", "Walburga", "Xaver", "Yvonne", "Zacharias")
    logins = [server.extension(f"74007{at}", f"{name} Tastenfeld") for at, name in enumerate(names)]
    shown = [f"<state>{state}</state>" for state in ("early", "confirmed", "terminated")]
    states = [notified_at_last(state, 1 + 2 * at) for at, state in enumerate(shown)]
    steps = (*subscribes("dialog", "dialog-info+xml", user="[field2]"), *notified('state="full"'), *sum(states, ()))
    watchers = desk.caller(logins[0], watched, *steps, calls=PHONES * KEYS, rate=PHONES * KEYS)
    watchers.users = [User(one.number, one.username, one.password, watched) for one in logins]
    rings = (s.called(), s.ringing(), s.pause(MILLISECONDS), *s.answers(s.sdp()), *s.is_hung_up())
    callee = desk.callee(household.berta, *rings)
    watchers.start()
    eventually(lambda: watchers.trace_so_far().count('state="full"') >= PHONES * KEYS, what="twenty subscriptions")
    talk = (*s.answered(), s.in_dialog("ACK", 2), s.pause(MILLISECONDS), *s.hang_up(3))
    desk.calls(desk.caller(household.clara, watched, *s.authenticated_invite(s.sdp()), *talk), callee)
    outcome = watchers.wait()
    assert outcome.ok, outcome.errors or outcome.trace[-6000:]
    assert outcome.successful == PHONES * KEYS
