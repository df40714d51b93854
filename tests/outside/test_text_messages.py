"""Text messages (RFC 3428) of baresip, SIPp and a phone that repeats them after a restart of the server."""

import re
import socket
from contextlib import closing

import pytest
import scenarios as s
from baresip_phone import Network, Phones
from free_ports import free_port
from server import Household, Login, Server, create_household, eventually
from sipp import Sipp, User

from unificx.sip.digest_client import best_challenge, response_for
from unificx.sip.headers import parse_auth

MESSAGE = """\
MESSAGE sip:{to}@[domain] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport
Max-Forwards: 70
From: <sip:[field0]@[domain]>;tag=[pid]text[call_number]
To: <sip:{to}@[domain]>
Call-ID: [call_id]
CSeq: {cseq} MESSAGE
{proof}Content-Type: text/plain;charset=UTF-8
Content-Length: [len]

{text}"""


@pytest.fixture(scope="module")
def server(phone_server: Server) -> Server:
    return phone_server


def sends(to: str, text: str) -> tuple[str, ...]:
    """A ladder: the MESSAGE, the challenge, the MESSAGE with credentials."""
    first, second = (
        MESSAGE.format(to=to, cseq=cseq, proof=proof, text=text) for cseq, proof in ((1, ""), (2, "[field1]\n"))
    )
    return (
        f'<send retrans="500"><![CDATA[\n\n{first}\n]]></send>',
        s.recv(407, attributes='auth="true"'),
        f'<send retrans="500"><![CDATA[\n\n{second}\n]]></send>',
        s.recv(202),
    )


@pytest.mark.promise("C11")
def test_phones_write_to_each_other(
    phones: Phones, server: Server, household: Household, network: Network, tmp_path
) -> None:
    anna = phones("udp", contact=household.berta.uri)
    berta = phones("tls", contact=household.anna.uri)
    anna.register(household.anna)
    berta.register(household.berta)
    anna.write("Grüße aus dem Büro")
    eventually(lambda: "Grüße aus dem Büro" in berta.log(), what="received over TLS")
    berta.write("Danke")
    eventually(lambda: "Danke" in anna.log(), what="received over UDP")
    clara = household.clara
    with network.inside():
        port = free_port(network.address)
        user = User(clara.number, clara.username, clara.password, "", f"{network.address}:{port}")
        sipp = Sipp(
            tmp_path,
            s.scenario(*sends(household.anna.number, "Of SIPp")),
            users=[user],
            domain=clara.domain,
            remote=server.sip("udp"),
            port=port,
            host=network.address,
        )
        outcome = sipp.run()
    assert outcome.ok, f"{outcome.errors}\n{outcome.trace[-4000:]}"
    eventually(lambda: "Of SIPp" in anna.log(), what="received of SIPp")
    assert anna.log().count("Danke") == 1


TEXT = (
    "MESSAGE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{call}{cseq};rport\r\n"
    "Max-Forwards: 70\r\nFrom: <{aor}>;tag=a\r\nTo: <{uri}>\r\nCall-ID: {call}\r\nCSeq: {cseq} MESSAGE\r\n"
    "{proof}Content-Type: text/plain\r\nContent-Length: {length}\r\n\r\n{text}"
)
REGISTER = (
    "REGISTER sip:{domain} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKr{cseq};rport\r\n"
    "Max-Forwards: 70\r\nFrom: <{aor}>;tag=a\r\nTo: <{aor}>\r\nCall-ID: r\r\nCSeq: {cseq} REGISTER\r\n"
    "Contact: <sip:1@127.0.0.1:{port}>\r\nAllow: MESSAGE\r\n{proof}Content-Length: 0\r\n\r\n"
)


class RawPhone:
    """A phone on a UDP socket that sends and receives single messages."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(20)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def authenticated(self, server: Server, method: str, uri: str, template: str, **values: object) -> bytes:
        """Return a request with credentials for a new challenge."""
        common = {"aor": self.login.uri, "domain": self.login.domain, "uri": uri, "port": self.port, **values}
        self.send(server, template.format(**common, cseq=1, proof="").encode())
        challenge = best_challenge(map(parse_auth, re.findall(r"-Authenticate: (.*)\r", self.receive())))
        assert challenge is not None
        username, password = self.login.username, self.login.password
        proof = response_for(challenge, username, password, method, uri, cnonce="c", nc=1)
        name = "Authorization" if method == "REGISTER" else "Proxy-Authorization"
        return template.format(**common, cseq=2, proof=f"{name}: {proof}\r\n").encode()

    def send(self, server: Server, data: bytes) -> None:
        self.socket.sendto(data, server.address("udp"))

    def receive(self) -> str:
        return self.socket.recv(65_535).decode()

    def close(self) -> None:
        self.socket.close()

    def accept(self) -> str:
        """Answer the next request with 200 and return its body."""
        data, source = self.socket.recvfrom(65_535)
        head, _, body = data.decode().partition("\r\n\r\n")
        assert head.startswith("MESSAGE ")
        echoed = [line for line in head.split("\r\n") if re.match(r"(Via|From|To|Call-ID|CSeq):", line)]
        self.socket.sendto("\r\n".join(["SIP/2.0 200 OK", *echoed, "Content-Length: 0", "", ""]).encode(), source)
        return body


@pytest.mark.promise("C11")
def test_a_message_that_is_repeated_after_a_restart_arrives_once(own_server: Server) -> None:
    household = create_household(own_server)
    with closing(RawPhone(household.anna)) as anna, closing(RawPhone(household.berta)) as berta:
        exchange(own_server, anna, berta)


def exchange(server: Server, anna: RawPhone, berta: RawPhone) -> None:
    berta.send(server, berta.authenticated(server, "REGISTER", f"sip:{berta.login.domain}", REGISTER))
    assert berta.receive().startswith("SIP/2.0 200 ")
    first, second, third = (
        anna.authenticated(server, "MESSAGE", berta.login.uri, TEXT, call=text, text=text, length=len(text))
        for text in ("one", "two", "three")
    )
    for data, text in ((first, "one"), (second, "two")):
        anna.send(server, data)
        assert berta.accept() == text
        assert anna.receive().startswith("SIP/2.0 202 ")
    server.kill()
    server.start()
    for data in (first, third):
        anna.send(server, data)
        assert anna.receive().startswith("SIP/2.0 202 ")
    received = [berta.accept()]
    while received[-1] != "three":
        received.append(berta.accept())
    assert set(received) <= {"two", "three"}, "the phone's answer to the last one may have come too late"
