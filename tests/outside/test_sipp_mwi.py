"""MWI of SIPp phones: one subscribes, one gets unsolicited NOTIFY."""

import asyncio

import pytest
import scenarios as s
from server import Household, Server, set_voicemail, wait_until
from sipp_phones import SippPhones
from sipp_subscriptions import notified, subscribes
from voicemail_messages import erase_messages, leave_message


@pytest.fixture
def household(household: Household, server: Server) -> Household:
    set_voicemail(server, on=True)
    for login in (household.anna, household.berta):
        erase_messages(server, login.number)
    return household


@pytest.mark.promise("C9")
async def test_a_subscription_is_notified_at_once_and_of_each_message(
    desk: SippPhones, server: Server, household: Household
) -> None:
    steps = (
        *subscribes("message-summary", "simple-message-summary"),
        *notified("Messages-Waiting: no", "Voice-Message: 0/0", "Subscription-State: active;expires="),
        *notified("Messages-Waiting: yes", "Voice-Message: 1/0"),
    )
    phone = desk.caller(household.berta, "", *steps).start()
    await wait_until(lambda: "0/0" in phone.trace_so_far(), what="told that there is nothing")
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
