"""MWI of SIPp phones: one subscribes, one gets unsolicited NOTIFY."""

import asyncio

import pytest
import scenarios as s
from server import Household, Server, eventually, set_voicemail
from sipp_phones import SippPhones
from voicemail_messages import erase_messages, leave_message


@pytest.fixture
def household(household: Household, server: Server) -> Household:
    set_voicemail(server, on=True)
    for login in (household.anna, household.berta):
        erase_messages(server, login.number)
    return household


SUBSCRIBE = """\
SUBSCRIBE sip:[field0]@[domain] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport
Max-Forwards: 70
From: <sip:[field0]@[domain]>;tag=[pid]lamp[call_number]
To: <sip:[field0]@[domain]>
Call-ID: [call_id]
CSeq: {cseq} SUBSCRIBE
Contact: <sip:[field0]@[local_ip]:[local_port]>
Event: message-summary
Accept: application/simple-message-summary
Expires: {expires}
{proof}"""
OK = """\
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
"""


def subscribes(expires: int = 600) -> tuple[str, ...]:
    return (
        s.send(SUBSCRIBE.format(cseq=1, expires=expires, proof="")),
        s.recv(407, attributes='auth="true"'),
        s.send(SUBSCRIBE.format(cseq=2, expires=expires, proof="[field1]\n")),
        s.recv(200, action=s.expect(f"Expires: {expires}")),
    )


def notified(*patterns: str) -> tuple[str, ...]:
    """Wait for a NOTIFY that contains all of this, and answer 200."""
    checks = "".join(s.expect(one) for one in patterns)
    return (s.recv("NOTIFY", action=checks.replace("</action><action>", "")), s.send(OK, attributes=""))


@pytest.mark.promise("C9")
async def test_a_subscription_is_notified_at_once_and_of_each_message(
    desk: SippPhones, server: Server, household: Household
) -> None:
    steps = (
        *subscribes(),
        *notified("Messages-Waiting: no", "Voice-Message: 0/0", "Subscription-State: active;expires="),
        *notified("Messages-Waiting: yes", "Voice-Message: 1/0"),
    )
    phone = desk.caller(household.berta, "", *steps).start()
    await asyncio.to_thread(eventually, lambda: "0/0" in phone.trace_so_far(), what="told that there is nothing")
    await leave_message(server, household.clara, household.berta.number)
    outcome = await asyncio.to_thread(phone.wait)
    assert outcome.ok, outcome.errors or outcome.trace


async def test_a_phone_without_subscription_is_notified_after_registration(
    desk: SippPhones, server: Server, household: Household
) -> None:
    await leave_message(server, household.clara, household.anna.number)
    steps = (*s.registers(3600), s.recv(200), s.pause(6000))
    listens = s.scenario(*notified("Messages-Waiting: yes", "Event: message-summary"))
    phone = desk.caller(household.anna, "", *steps, out_of_call=listens).start()
    outcome = await asyncio.to_thread(phone.wait)
    assert outcome.ok, outcome.errors or outcome.trace
    assert outcome.received("NOTIFY") == 1
