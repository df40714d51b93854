"""A trunk of the real server registers with SIPp, which verifies the digest."""

from pathlib import Path

import scenarios as s
from server import Server, eventually
from sipp import Sipp

USER, PASSWORD = "4930777001", "carrier-secret-1"
REPLY = """\
SIP/2.0 {status}
[last_Via:]
[last_From:]
[last_To:];tag=[pid]c[call_number]
[last_Call-ID:]
[last_CSeq:]
{extra}"""
CHALLENGE = 'WWW-Authenticate: Digest realm="carrier.example", nonce="47ebe028cda119", algorithm=MD5, qop="auth"\n'
VERIFY = f'<action><verifyauth assign_to="valid" username="{USER}" password="{PASSWORD}"/></action>'
REGISTRAR = s.scenario(
    s.recv("REGISTER"),
    s.send(REPLY.format(status="401 Unauthorized", extra=CHALLENGE), attributes=""),
    s.recv("REGISTER", action=VERIFY),
    '<nop test="valid" next="1"/>',
    s.send(REPLY.format(status="403 Forbidden", extra=""), attributes='next="2"'),
    '<label id="1"/>',
    s.send(REPLY.format(status="200 OK", extra="[last_Contact:]\nExpires: 600\n"), attributes=""),
    '<label id="2"/>',
)


def test_a_trunk_registers_and_its_state_is_shown(server: Server, tmp_path: Path) -> None:
    server.canaries |= {USER, PASSWORD}
    registrar = Sipp(tmp_path, REGISTRAR, timeout=20).start()
    new = {"name": "carrier", "server": f"127.0.0.1:{registrar.port}", "domain": "carrier.example"}
    login = {"username": USER, "password": PASSWORD, "registers": True, "check_seconds": 0}
    try:
        with server.rest() as rest:
            tenant = {"tenant": server.tenant}
            made = rest.post("/api/v1/trunks", params=tenant, json=new | login)
            assert made.status_code == 201, made.text
            path = f"/api/v1/trunks/{made.json()['id']}"
            eventually(lambda: rest.get(path, params=tenant).json()["state"] == "registered")
            outcome = registrar.wait()
            assert (outcome.ok, outcome.successful) == (True, 1), outcome.errors
            assert rest.delete(path, params=tenant).status_code == 204
    finally:
        registrar.stop()
