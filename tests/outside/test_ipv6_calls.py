"""A phone on IPv6 talks with one on IPv4: each gets addresses that it can reach."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import scenarios as s
from free_ports import free_port
from server import Household, Login, Server, create_household, run_and_check_log
from sipp import Sipp, User
from sipp_phones import SippPhones

HOST = "::1"
ON_IPV4, ON_IPV6 = s.expect("c=IN IP4"), s.expect("c=IN IP6")


class DualServer(Server):
    """It listens for UDP on IPv6 too."""

    port = 0

    def _addresses(self) -> list[str]:
        found = super()._addresses()
        self.port = self.port or free_port()
        at = found.index("--sip-udp") + 1
        return [*found[:at], f"{found[at]},[{HOST}]:{self.port}", *found[at + 1 :]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from run_and_check_log(DualServer(tmp_path_factory.mktemp("dual") / "home"))


@pytest.fixture(scope="module")
def household(server: Server) -> Household:
    return create_household(server)


def phone(directory: Path, server: Server, login: Login, *steps: str, dials: str = "", port: int = 0) -> Sipp:
    """A phone on IPv6. SIPp would write a malformed URI into its credentials."""
    assert isinstance(server, DualServer)
    port = port or free_port()
    user = User(login.number, login.username, login.password, dials, f"[{HOST}]:{port}")
    uri = f"{dials}@{login.domain}" if dials else login.domain
    return Sipp(
        directory,
        s.scenario(*steps),
        users=[user],
        domain=login.domain,
        remote=f"[{HOST}]:{server.port}",
        host=HOST,
        port=port,
        options=("-auth_uri", uri, "-rtp_echo"),
    )


def sdp_on_ipv6(*, audio: bool = False) -> str:
    return s.sdp(audio=audio).replace("IN IP4", "IN IP6")


def caller(directory: Path, server: Server, login: Login, number: str) -> Sipp:
    """It sends a pattern, and fails unless it is echoed."""
    invite = s.authenticated_invite(sdp_on_ipv6(audio=True))
    talk = [s.in_dialog("ACK", 2), s.play(), s.pause(3300), *s.hang_up(3)]
    return phone(directory, server, login, *invite, *s.answered(), *talk, dials=number)


def test_a_phone_on_ipv6_calls_one_on_ipv4(
    server: Server, household: Household, desk: SippPhones, tmp_path: Path
) -> None:
    berta = desk.callee(household.berta, s.called(ON_IPV4), s.ringing(), *s.answers(s.sdp()), *s.is_hung_up())
    desk.calls(caller(tmp_path, server, household.anna, household.berta.number), berta)
    assert desk.record(household.anna, outcome="answered")["quality"]


def test_a_phone_on_ipv4_calls_one_on_ipv6(
    server: Server, household: Household, desk: SippPhones, tmp_path: Path
) -> None:
    port = free_port()
    assert phone(tmp_path, server, household.berta, *s.registers(), s.recv(200), port=port).run().ok
    answer = s.answers(sdp_on_ipv6())
    berta = phone(
        tmp_path, server, household.berta, s.called(ON_IPV6), s.ringing(), *answer, *s.is_hung_up(), port=port
    )
    invite = s.authenticated_invite(s.sdp(audio=True))
    talk = [s.in_dialog("ACK", 2), s.play(), s.pause(3300), *s.hang_up(3)]
    desk.calls(desk.caller(household.anna, household.berta.number, *invite, *s.answered(), *talk), berta)
