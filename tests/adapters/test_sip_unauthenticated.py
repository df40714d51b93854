"""Unauthenticated peers get no information and no access, and their attempts do not affect legitimate phones."""

import pytest
import structlog.testing
from sip_harness import DOMAIN, OTHER, OTHER_FLOW, PHONE_FLOW, Phone, SipHarness

from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response
from unificx.sip_server import RateLimits

ATTACKER = Flow("udp", "203.0.113.66", 5060, 0, 1)


@pytest.fixture
def face() -> SipHarness:
    return SipHarness()


def neutral(response: Response) -> tuple[object, ...]:
    """Return a response without its random parts."""
    names = [name for name, _ in response.headers]
    sizes = [len(value) for name, value in response.headers if name.endswith("Authenticate")]
    return response.status, response.reason, tuple(names), tuple(sizes)


@pytest.mark.parametrize("method", ["REGISTER", "INVITE"])
def test_existing_names_are_indistinguishable_from_unknown_ones(method: str) -> None:
    """The challenge is the same for any target, the rejection the same for any claimed name."""
    seen = set()
    for number, username in (("1001", "1001-t1a"), ("1999", "1999-zzz")):
        face = SipHarness()
        stranger = Phone(face, number=number, username=username, password="guess", flow=ATTACKER)
        uri = f"sip:{number}@{DOMAIN}" if method == "INVITE" else f"sip:{DOMAIN}"
        first = stranger.request_once(method, uri, f"<sip:{number}@{DOMAIN}>")
        stranger.store_challenge(first)
        second = stranger.request_once(method, uri, f"<sip:{number}@{DOMAIN}>")
        assert first.status == (401 if method == "REGISTER" else 407)
        assert second.status == 403
        seen.add((neutral(first), neutral(second)))
        assert not face.calls.incoming_calls
    assert len(seen) == 1


@pytest.mark.parametrize("method", ["REGISTER", "INVITE"])
def test_requests_without_credentials_are_answered_statelessly(face: SipHarness, method: str) -> None:
    stranger = Phone(face, flow=ATTACKER)
    uri = f"sip:{DOMAIN}" if method == "REGISTER" else f"sip:1002@{DOMAIN}"
    to = f"<sip:{1001 if method == 'REGISTER' else 1002}@{DOMAIN}>"
    data = stranger.build(method, uri, to)
    first, again = face.send(data, ATTACKER) + face.send(data, ATTACKER)
    assert first.status == again.status == (401 if method == "REGISTER" else 407)
    assert first.to.tag == again.to.tag != ""
    assert face.endpoint.transactions == (0, 0)
    stranger.store_challenge(first)
    assert stranger.request_once(method, uri, to).status == (200 if method == "REGISTER" else 180)


def test_an_internal_error_in_the_prefilter_is_500(face: SipHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face.authenticator, "challenge", lambda *given, **more: 1 / 0)
    with structlog.testing.capture_logs() as log:
        (answer,) = face.send(Phone(face).build("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>"))
    assert answer.status == 500
    assert [entry["kind"] for entry in log] == ["ZeroDivisionError"]


@pytest.mark.parametrize("number", ["1001", "1002", "9999", "*97"])
def test_an_unauthenticated_invite_is_challenged_for_any_target(face: SipHarness, number: str) -> None:
    stranger = Phone(face, flow=ATTACKER)
    response = stranger.request_once("INVITE", f"sip:{number}@{DOMAIN}", f"<sip:{number}@{DOMAIN}>")
    assert response.status == 407
    assert not face.calls.incoming_calls


@pytest.mark.parametrize("method", ["REGISTER", "INVITE"])
def test_a_foreign_domain_is_404_without_challenge(face: SipHarness, method: str) -> None:
    stranger = Phone(face, domain="unknown.example", flow=ATTACKER)
    user = "1001@" if method == "INVITE" else ""
    response = stranger.request_once(method, f"sip:{user}unknown.example", "<sip:1001@unknown.example>")
    assert response.status == 404
    assert not response.first("www-authenticate")
    assert not response.first("proxy-authenticate")


def test_a_number_at_a_foreign_domain_is_not_called(face: SipHarness) -> None:
    phone = Phone(face)
    phone.register()
    assert phone.request("INVITE", "sip:1002@unknown.example", "<sip:1002@unknown.example>").status == 404
    assert not face.calls.incoming_calls


def test_credentials_are_not_valid_for_another_tenants_number(face: SipHarness) -> None:
    """A challenge of one tenant, answered for a number of another."""
    phone = Phone(face)
    phone.store_challenge(phone.request_once("INVITE", f"sip:1002@{DOMAIN}", f"<sip:1002@{DOMAIN}>"))
    assert phone.request_once("INVITE", f"sip:1001@{OTHER}", f"<sip:1001@{OTHER}>").status == 403
    assert not face.calls.incoming_calls


@pytest.mark.parametrize("host", ["192.0.2.1", "192.0.2.1:5060", "[2001:db8::1]:5060", "pbx.example", "PBX.example"])
def test_requests_may_target_the_servers_address_or_host_name(face: SipHarness, host: str) -> None:
    phone = Phone(face, domain=host)
    assert phone.register().status == 200
    assert phone.invite("1002").status == 180
    assert phone.challenge is not None
    assert phone.challenge.get("realm") == DOMAIN


@pytest.mark.parametrize("number", ["1001", "9999"])
def test_options_does_not_disclose_names(face: SipHarness, number: str) -> None:
    phone = Phone(face, flow=ATTACKER)
    response = phone.request_once("OPTIONS", f"sip:{number}@{DOMAIN}", f"<sip:{number}@{DOMAIN}>")
    assert response.status == 200
    assert "INVITE" in (response.first("allow") or "")


@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("SUBSCRIBE", 489),
        ("PUBLISH", 489),
        ("MESSAGE", 405),
        ("REFER", 481),
        ("BYE", 481),
        ("UPDATE", 481),
        ("FOO", 501),
    ],
)
def test_other_methods(face: SipHarness, method: str, status: int) -> None:
    phone = Phone(face, flow=ATTACKER)
    response = phone.request_once(method, f"sip:1001@{DOMAIN}", f"<sip:1001@{DOMAIN}>")
    assert response.status == status
    if status in (405, 501):
        assert response.first("allow")


@pytest.mark.parametrize("method", ["BYE", "INVITE", "OPTIONS", "INFO", "SUBSCRIBE"])
def test_an_unknown_dialog_is_481(face: SipHarness, method: str) -> None:
    phone = Phone(face, flow=ATTACKER)
    assert phone.request_once(method, f"sip:1001@{DOMAIN}", f"<sip:1001@{DOMAIN}>;tag=forged").status == 481


def test_credentials_of_one_tenant_are_rejected_by_another(face: SipHarness) -> None:
    """1001 of Globex, with its correct password, calls Acme's 1002."""
    stranger = Phone(face, username="1001-t2a", flow=ATTACKER)
    assert stranger.invite("1002").status == 403


def test_credentials_are_valid_for_one_request(face: SipHarness) -> None:
    """A replayed REGISTER is challenged."""
    phone = Phone(face)
    phone.register()
    uri = f"sip:{DOMAIN}"
    captured = phone.credentials("REGISTER", uri)
    sent = phone.build("REGISTER", uri, f"<sip:1001@{DOMAIN}>", ["Expires: 600"], auth=captured)
    assert face.send(sent)[0].status == 200
    again = phone.build("REGISTER", uri, f"<sip:1001@{DOMAIN}>", ["Contact: *", "Expires: 0"], auth=captured)
    (answer,) = face.send(again)
    assert isinstance(answer, Response)
    assert answer.status == 401
    assert "stale=true" in answer.all("www-authenticate")[0]
    assert list(face.location)


def test_captured_credentials_are_invalid_for_another_target(face: SipHarness) -> None:
    phone = Phone(face)
    assert phone.invite("1002").status == 180
    captured = phone.credentials("INVITE", f"sip:1002@{DOMAIN}")
    elsewhere = phone.build("INVITE", f"sip:+900123456@{DOMAIN}", f"<sip:+900123456@{DOMAIN}>", auth=captured)
    (answer,) = face.send(elsewhere)
    assert isinstance(answer, Response)
    assert answer.status == 403


def test_an_old_nonce_is_stale_and_not_a_failure(face: SipHarness) -> None:
    phone = Phone(face)
    phone.register()
    for _ in range(20):
        face.clock.advance(400)
        response = phone.request_once(
            "REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>", [f"Contact: <{phone.contact}>"]
        )
        assert response.status == 401
        assert "stale=true" in response.all("www-authenticate")[0]
        phone.store_challenge(response)
        assert phone.register().status == 200


def test_a_nonce_is_valid_only_from_its_source(face: SipHarness) -> None:
    """Otherwise a forged source address could cause failures on behalf of a legitimate phone."""
    stranger = Phone(face, password="guess", flow=ATTACKER, call_id="forged")
    first = stranger.request_once("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>")
    for _ in range(50):
        stranger.store_challenge(first)
        stranger.flow = PHONE_FLOW
        forged = stranger.request_once("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>")
        assert forged.status == 401
    assert Phone(face).register().status == 200


# ---- guessing


def attempts(face: SipHarness, stranger: Phone, number: int) -> list[int]:
    """Return the status of each of `number` wrong attempts, including delayed responses; 0 if dropped."""
    statuses = []
    for _ in range(number):
        said = face.send(
            stranger.build("REGISTER", f"sip:{DOMAIN}", f"<sip:{stranger.number}@{DOMAIN}>"), stranger.flow
        )
        answer = (said or face.advance(5) or [None])[0]
        if isinstance(answer, Response) and answer.status == 401:
            stranger.store_challenge(answer)
            auth = stranger.credentials("REGISTER", f"sip:{DOMAIN}")
            data = stranger.build("REGISTER", f"sip:{DOMAIN}", f"<sip:{stranger.number}@{DOMAIN}>", auth=auth)
            answer = (face.send(data, stranger.flow) or face.advance(5) or [None])[0]
        assert not isinstance(answer, Request)
        statuses.append(0 if answer is None else answer.status)
    return statuses


def test_guessing_one_name_is_delayed_and_then_rejected(face: SipHarness) -> None:
    stranger = Phone(face, password="guess", flow=ATTACKER)
    begun = face.now
    assert attempts(face, stranger, 10) == [403] * 10
    assert face.now - begun > 10
    stranger.password = "secret-1001"
    stranger.challenge = None
    assert stranger.request_once("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>").status == 401
    assert stranger.register().status == 403


def test_a_source_guessing_many_names_is_dropped(face: SipHarness) -> None:
    statuses = []
    for number in range(40):
        stranger = Phone(face, number=str(2000 + number), username=f"{number}-x", password="guess", flow=ATTACKER)
        statuses += attempts(face, stranger, 1)
    assert statuses[:20] == [403] * 20
    assert statuses[-1] == 0
    face.advance(601)
    stranger = Phone(face, flow=ATTACKER)
    assert stranger.register().status == 200


def test_the_account_is_usable_from_another_source(face: SipHarness) -> None:
    """Failures from one source do not affect the account at another."""
    owner = Phone(face)
    owner.register()
    attempts(face, Phone(face, password="guess", flow=ATTACKER, call_id="x"), 60)
    assert owner.register().status == 200
    assert Phone(face, flow=OTHER_FLOW, call_id="new-place").register().status == 200
    assert owner.invite("1002").status == 180


def test_an_authenticated_phone_behind_the_same_address_is_usable(face: SipHarness) -> None:
    """A phone that has authenticated from a source is accepted although the source is blocked for others."""
    honest = Phone(face)
    honest.register()
    for number in range(40):
        bad = Phone(face, number=str(2000 + number), username=f"{number}-x", password="guess", flow=PHONE_FLOW)
        attempts(face, bad, 1)
    stranger = Phone(face, number="1002", username="1002-t1a", password="secret-1002")
    assert stranger.request_once("REGISTER", f"sip:{DOMAIN}", f"<sip:1002@{DOMAIN}>").status == 403
    assert honest.register().status == 200
    assert honest.invite("1002").status == 180
    rebooted = Phone(face, call_id="after-reboot")
    assert rebooted.register().status == 200


def test_a_cancelled_call_with_wrong_credentials_ends_at_once(face: SipHarness) -> None:
    stranger = Phone(face, password="guess", flow=ATTACKER)
    attempts(face, stranger, 5)
    uri = f"sip:1002@{DOMAIN}"
    stranger.challenge = None
    (challenge,) = face.send(stranger.build("INVITE", uri, f"<{uri}>"), ATTACKER)
    assert isinstance(challenge, Response)
    stranger.store_challenge(challenge)
    invite = stranger.build("INVITE", uri, f"<{uri}>", auth=stranger.credentials("INVITE", uri))
    assert face.send(invite, ATTACKER) == []
    cancel = invite.replace(b"INVITE sip", b"CANCEL sip").replace(b" INVITE\r\n", b" CANCEL\r\n")
    answers = [answer.status for answer in face.send(cancel, ATTACKER) if isinstance(answer, Response)]
    assert answers == [200, 403]


# ---- floods


def test_a_flood_is_dropped_unparsed(face: SipHarness) -> None:
    stranger = Phone(face, flow=ATTACKER)
    answered = sum(
        bool(face.send(stranger.build("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>"), ATTACKER))
        for _ in range(1_000)
    )
    assert answered == RateLimits().burst
    assert Phone(face).register().status == 200


@pytest.mark.parametrize("tag", ["", ";tag=forged"])
@pytest.mark.parametrize("method", ["OPTIONS", "SUBSCRIBE", "BYE", "INFO", "FOO"])
def test_a_flood_without_authentication_does_not_affect_others(face: SipHarness, method: str, tag: str) -> None:
    """It uses no memory, and calls in progress continue."""
    flooder = Phone(face, flow=PHONE_FLOW, call_id="flood")
    uri = f"sip:1001@{DOMAIN}"
    answered = sum(bool(face.send(flooder.build(method, uri, f"<{uri}>{tag}"), PHONE_FLOW)) for _ in range(1_000))
    assert answered == RateLimits().burst
    assert face.endpoint.transactions == (0, 0)
    honest = Phone(face)
    assert honest.register().status == 200
    assert honest.invite("1002").status == 180
    assert honest.request_once("BYE", f"sip:1002@{DOMAIN}", f"<sip:1002@{DOMAIN}>;tag=ours").status == 200


@pytest.mark.parametrize("method", ["REGISTER", "OPTIONS"])
def test_leading_line_ends_do_not_bypass_the_limits(face: SipHarness, method: str) -> None:
    """The parser skips them (RFC 3261 section 7.5)."""
    stranger = Phone(face, flow=ATTACKER)
    answered = sum(
        bool(face.send(b"\r\n" + stranger.build(method, f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>"), ATTACKER))
        for _ in range(1_000)
    )
    assert answered == RateLimits().burst


def test_many_legitimate_phones_may_share_an_address(face: SipHarness) -> None:
    for again in range(400):
        phone = Phone(face, call_id=f"boot-{again}", contact=f"sip:1001@192.0.2.7:{6000 + again % 10}")
        assert phone.register().status == 200


def test_memory_for_sources_is_bounded() -> None:
    face = SipHarness(RateLimits(max_entries=100))
    for number in range(300):
        stranger = Phone(
            face,
            password="guess",
            username=f"u{number}",
            flow=Flow("udp", f"10.0.{number // 200}.{number % 200}", 5060),
        )
        stranger.register()
    assert len(face.rate_limiter._sources) == len(face.rate_limiter._names) == 100


def test_an_ipv6_subscriber_is_one_source(face: SipHarness) -> None:
    statuses = []
    for number in range(40):
        flow = Flow("udp", f"2001:db8:7:1::{number + 1:x}", 5060)
        stranger = Phone(face, number=str(2000 + number), username=f"{number}-x", password="guess", flow=flow)
        stranger.contact = "sip:x@[2001:db8::1]"
        statuses += attempts_v6(face, stranger)
    assert statuses[-1] == 0


def attempts_v6(face: SipHarness, stranger: Phone) -> list[int]:
    address = stranger.flow.host
    stranger.flow = Flow("udp", address, 5060)
    words = stranger.build

    def bracketed(*given: object, **more: object) -> bytes:
        return words(*given, **more).replace(f" {address}:".encode(), f" [{address}]:".encode())  # pyright: ignore

    stranger.build = bracketed  # pyright: ignore[reportAttributeAccessIssue]
    return attempts(face, stranger, 1)


@pytest.mark.promise("C13")
def test_logs_contain_no_personal_data(face: SipHarness) -> None:
    with structlog.testing.capture_logs() as logs:
        for number in range(40):
            stranger = Phone(face, number=f"1{number:03}", username=f"1{number:03}-x", password="guess", flow=ATTACKER)
            attempts(face, stranger, 1)
        attempts(face, Phone(face, password="guess", flow=OTHER_FLOW), 9)
    assert {entry["event"] for entry in logs} == {"sip_source_refused", "sip_name_refused"}
    told = str(logs)
    for value in (ATTACKER.host, OTHER_FLOW.host, "1001", "-x", DOMAIN):
        assert value not in told
    assert len({entry["source"] for entry in logs}) == 2
