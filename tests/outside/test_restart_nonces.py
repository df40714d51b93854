"""A digest nonce issued before a restart is accepted after it, and each start of the server is a node of its own."""

import re
import socket

from server import Login, Server, create_household

from unificx.sip.digest_client import best_challenge, response_for
from unificx.sip.headers import AuthParams, parse_auth

REGISTER = (
    "REGISTER sip:{domain} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK{number};rport\r\n"
    "Max-Forwards: 70\r\nFrom: <{aor}>;tag=a\r\nTo: <{aor}>\r\nCall-ID: {number}\r\n"
    "CSeq: {number} REGISTER\r\nContact: <sip:1@127.0.0.1:5060>\r\n{more}Content-Length: 0\r\n\r\n"
)


class RawPhone:
    """A phone that keeps the nonce of its first challenge."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self.challenge: AuthParams | None = None
        self.node = ""
        self.requests = 0

    def register(self, server: Server, count: int = 1) -> int:
        """Send a REGISTER with the nonce count and return the status of the response."""
        self.requests += 1
        uri, more = f"sip:{self.login.domain}", ""
        if self.challenge is not None:
            credentials = response_for(
                self.challenge,
                self.login.username,
                self.login.password,
                "REGISTER",
                uri,
                cnonce="c",
                nc=count,
            )
            more = f"Authorization: {credentials}\r\n"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as it:
            it.settimeout(20)
            it.connect(server.address("udp"))
            it.send(
                REGISTER.format(domain=self.login.domain, aor=self.login.uri, number=self.requests, more=more).encode()
            )
            response = it.recv(65_535).decode()
        self.node = re.findall(r"To: .*;tag=(\w+)\.", response)[0]
        if challenge := best_challenge(parse_auth(one) for one in re.findall(r"WWW-Authenticate: (.*)\r", response)):
            self.challenge = challenge
        return int(response.split()[1])


def test_a_nonce_is_accepted_after_a_restart(own_server: Server) -> None:
    phone = RawPhone(create_household(own_server).anna)
    assert phone.register(own_server) == 401
    challenge, first_node = phone.challenge, phone.node
    assert phone.register(own_server, 1) == 200
    own_server.kill()
    own_server.start()
    assert phone.register(own_server, 2) == 200
    assert phone.register(own_server, 2) == 401, "a count is accepted once"
    assert phone.challenge != challenge
    assert phone.node != first_node
