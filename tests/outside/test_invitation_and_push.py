"""Invitation by e-mail, sign-in and push, with a server crash in between."""

import asyncio
import re
from collections.abc import Callable
from contextlib import closing
from typing import Any

import httpx
import pytest
from push_service import SubscribedBrowser
from recording_helpers import signed_in
from server import Login, Server, eventually, wait_until
from smtp_server import text_of
from third_party_services import ThirdPartyServices

from unificx.cli.softphone import Account, SoftPhone, SoftPhoneError
from unificx.core.clock import SystemClock
from unificx.sip.flow import Flow


@pytest.mark.promise("U2", "U3", "T1")
def test_invited_by_mail_and_reached_by_push(public_server: Server, outside: ThirdPartyServices) -> None:
    link = invited(public_server, outside)
    code = link.partition("#invitation=")[2]
    with httpx.Client(base_url=public_server.ready["http"], timeout=30) as client:
        look = client.post("/api/v1/invitations/look", json={"code": code})
        assert look.status_code == 200, look.text
        options = client.get("/api/v1/sign-in/options").json()
        answer = client.post(
            "/api/v1/invitations/accept",
            json={
                "code": code,
                "password": "correct horse battery",
                "of_age": True,
                "terms_version": options["terms_version"],
                "policy_version": options["policy_version"],
                "device": {"name": "Ada's phone", "kind": "mobile"},
                "keep": "token",
            },
        )
        assert answer.status_code == 201, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        browser = SubscribedBrowser(outside.service, "/ada")
        public_server.canaries |= {browser.subscription().endpoint, browser.subscription().auth, code}
        assert client.put("/api/v1/me/push", json=browser.as_json()).status_code == 204
        key = client.get("/api/v1/push/key").json()
        tried(client, browser)
        public_server.kill()
        public_server.start()
        assert client.get("/api/v1/push/key").json() == key
        tried(client, browser)
        session = answer.json()["session_id"]
        assert client.delete(f"/api/v1/sessions/{session}").status_code == 204
        eventually(lambda: browser.messages()[-1] == {"type": "signed_out"}, what="the device is told")
    found = {check["name"]: check["state"] for check in public_server.cli("doctor", check=False)["checks"]}
    assert (found["mail"], found["push"]) == ("ok", "ok")


def invited(server: Server, outside: ThirdPartyServices) -> str:
    """Return the link in the e-mail."""
    server.cli(
        "person", "create", "--tenant", server.tenant, "--name", "Adalbert Quexample", "--email", "ada@example.com"
    )
    with server.rest() as operator:
        persons = operator.get("/api/v1/persons", params={"tenant": server.tenant, "limit": 200}).json()["items"]
        person = next(one["id"] for one in persons if one["email"] == "ada@example.com")
        answer = operator.post("/api/v1/invitations", params={"tenant": server.tenant}, json={"person_id": person})
        assert answer.status_code == 201, answer.text
        assert answer.json()["sent"] is True
    email = eventually(lambda: outside.box.received and outside.box.received[0].message, what="the letter")
    assert email["To"] == "Adalbert Quexample <ada@example.com>"
    [link] = set(re.findall(r"https://pbx\.example\.com/app/#\S+", text_of(email, "plain")))
    return link


def tried(client: httpx.Client, browser: SubscribedBrowser) -> None:
    """Assert that a test push arrives."""
    begun: Any = client.post("/api/v1/me/push/test")
    assert begun.status_code == 201, begun.text
    wanted: Callable[[], bool] = lambda: {"type": "test", "id": begun.json()["id"]} in browser.messages()  # noqa: E731
    eventually(wanted, what="the test push")


@pytest.mark.promise("U1")
def test_a_call_wakes_a_sleeping_client_and_its_end_is_notified(
    public_server: Server, outside: ThirdPartyServices
) -> None:
    callee, caller = (
        public_server.extension("740074", "Dorothea Quillfeder"),
        public_server.extension("750075", "Emil Zaunkoenig"),
    )
    browser = SubscribedBrowser(outside.service, "/dorothea")
    with closing(signed_in(public_server, callee)) as client:
        assert client.put("/api/v1/me/push", json=browser.as_json()).status_code == 204
        assert client.post("/api/v1/me/sip-access").status_code == 200
        assert client.get("/api/v1/me/reachable").json() == {"registered": False, "push": True}
        asyncio.run(ring_and_give_up(public_server, caller, callee, browser))
    first, last = browser.messages()
    assert (first["type"], last["type"], first["call"]) == ("call", "stop", last["call"])
    assert first.keys() | last.keys() == {"type", "call"}


async def ring_and_give_up(server: Server, caller: Login, callee: Login, browser: SubscribedBrowser) -> None:
    """Call; hang up as soon as the sleeping device is notified, and wait until it is notified of the end."""
    here = Flow("udp", *server.address())
    account = Account(caller.username, caller.password, caller.domain, caller.number, here)
    phone = SoftPhone(account, 440.0, SystemClock(), lambda word, out: None)
    await phone.start("127.0.0.1")
    calling = asyncio.create_task(phone.call(callee.number))
    try:
        await wait_until(lambda: len(browser.pushes()) == 1, 15, what="the push of the call")
        assert not calling.done()  # held while the device wakes up
        phone.hang_up()
        await wait_until(lambda: len(browser.pushes()) == 2, 15, what="the push of its end")
        with pytest.raises(SoftPhoneError, match="487"):
            await calling
    finally:
        await phone.stop()
