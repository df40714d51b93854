"""MWI of a real phone with a subscription."""

import asyncio
import re

import pytest
from baresip_phone import Network, Phone, Phones
from server import Household, Server, set_voicemail, wait_until
from voicemail_messages import erase_messages, leave_message


@pytest.fixture(scope="module")
def server(phone_server: Server) -> Server:
    return phone_server


@pytest.fixture
def household(household: Household, server: Server) -> Household:
    set_voicemail(server, on=True)
    return household


def decline(phone: Phone) -> None:
    """Let the next call be diverted to voicemail."""
    phone.wait("CALL_INCOMING", since=phone.mark())
    phone.hang_up()


def notifications(phone: Phone, since: int = 0) -> list[str]:
    """Return the message summaries a phone received, as "new/old"."""
    kinds = [str(event.get("param")) for event in phone.events[since:] if event.get("type") == "MWI_NOTIFY"]
    return [found[1] for text in kinds if (found := re.search(r"Voice-Message: (\d+/\d+)", text))]


@pytest.mark.promise("C9")
@pytest.mark.parametrize("transport", ["udp", "tls"])
async def test_a_phone_is_notified_of_messages(
    phones: Phones, server: Server, network: Network, household: Household, transport: str
) -> None:
    with_mwi = phones(transport, **({"encryption": "srtp-mand"} if transport == "tls" else {}))
    await asyncio.to_thread(with_mwi.register, household.berta)
    await wait_until(lambda: notifications(with_mwi) == ["0/0"], what="told once it has subscribed")
    declined = asyncio.create_task(asyncio.to_thread(decline, with_mwi))
    with network.inside():
        await leave_message(server, household.clara, household.berta.number)
    await declined
    await wait_until(lambda: notifications(with_mwi)[-1] == "1/0", what="the lamp is lit")
    await asyncio.to_thread(erase_messages, server, household.berta.number)
    await wait_until(lambda: notifications(with_mwi)[-1] == "0/0", what="the lamp is out")


@pytest.mark.promise("C9")
async def test_all_members_of_a_group_mailbox_are_notified(
    phones: Phones, server: Server, network: Network, household: Household
) -> None:
    members = household.berta, household.clara
    where = ("--tenant", server.tenant, "--number", "7900")
    server.cli("mailbox", "create", *where, "--members", ",".join(one.number for one in members))
    mwi_phones = [phones("udp") for _ in members]
    for phone, member in zip(mwi_phones, members, strict=True):
        await asyncio.to_thread(phone.register, member)
    everyone = lambda wanted: all(notifications(phone)[-1:] == [wanted] for phone in mwi_phones)  # noqa: E731
    await wait_until(lambda: everyone("0/0"), what="told once they have subscribed")
    with network.inside():
        await leave_message(server, household.anna, "7900")
    await wait_until(lambda: everyone("1/0"), what="the lamps are lit")
    server.cli("mailbox", "delete", "7900", "--tenant", server.tenant)
    await wait_until(lambda: everyone("0/0"), what="the lamps are out")
