"""Unauthenticated peers get no information and no access, and their attempts do not affect legitimate phones."""

import pytest
import structlog.testing
from sip_harness import DOMAIN, OTHER, OTHER_FLOW, PHONE_FLOW, Phone, SipHarness

from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response
from unificx.sip_server.rate_limiter import RateLimits

ATTACKER = Flow("udp", "203.0.113.66", 5060, 0, 1)
INTERNET = Flow("udp", "8.8.4.4", 5060, 0, 1)
"""A source outside the networks that are private or reserved."""


@pytest.fixture
def harness() -> SipHarness:
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
        harness = SipHarness()
        outsider = Phone(harness, number=number, username=username, password="guess", flow=ATTACKER)
        uri = f"sip:{number}@{DOMAIN}" if method == "INVITE" else f"sip:{DOMAIN}"
        first = outsider.request_once(method, uri, f"<sip:{number}@{DOMAIN}>")
        outsider.store_challenge(first)
        second = outsider.request_once(method, uri, f"<sip:{number}@{DOMAIN}>")
        assert first.status == (401 if method == "REGISTER" else 407)
        assert second.status == 403
        seen.add((neutral(first), neutral(second)))
        assert not harness.calls.incoming_calls
    assert len(seen) == 1


@pytest.mark.parametrize("method", ["REGISTER", "INVITE"])
def test_requests_without_credentials_are_answered_statelessly(harness: SipHarness, method: str) -> None:
    outsider = Phone(harness, flow=ATTACKER)
    uri = f"sip:{DOMAIN}" if method == "REGISTER" else f"sip:1002@{DOMAIN}"
    to = f"<sip:{1001 if method == 'REGISTER' else 1002}@{DOMAIN}>"
    data = outsider.build(method, uri, to)
    first, again = harness.send(data, ATTACKER) + harness.send(data, ATTACKER)
    assert first.status == again.status == (401 if method == "REGISTER" else 407)
    assert first.to.tag == again.to.tag != ""
    assert harness.endpoint.transactions == (0, 0)
    outsider.store_challenge(first)
    assert outsider.request_once(method, uri, to).status == (200 if method == "REGISTER" else 180)


def test_only_who_has_credentials_or_knows_a_dialog_counts_as_authenticated(harness: SipHarness) -> None:
    """Others' connections can be replaced by new ones."""
    uri = f"sip:1002@{DOMAIN}"
    phones = [Flow("tcp", PHONE_FLOW.host, 5060, number) for number in (2, 3)]
    outsider = Phone(harness, password="guess", flow=Flow("tcp", ATTACKER.host, 5060, 1))
    statuses = [outsider.request_once(method, uri, f"<{uri}>").status for method in ("OPTIONS", "BYE", "SUBSCRIBE")]
    statuses += [outsider.register().status, outsider.request_once("BYE", uri, f"<{uri}>;tag=other").status]
    assert (statuses, harness.authenticated) == ([200, 481, 489, 403, 481], [])
    phone = Phone(harness, flow=phones[0])
    phone.register()
    assert harness.authenticated == phones[:1]
    phone.flow = phones[1]
    assert phone.request_once("BYE", uri, f"<{uri}>;tag=ours").status == 200
    assert harness.authenticated == phones


def test_an_internal_error_in_the_check_is_500(harness: SipHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness.authenticator, "check", lambda *given, **more: 1 / 0)
    with structlog.testing.capture_logs() as log:
        (answer,) = harness.send(Phone(harness).build("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>"))
    assert answer.status == 500
    assert [entry["fault"] for entry in log] == ["ZeroDivisionError"]


@pytest.mark.parametrize("number", ["1001", "1002", "9999", "*97"])
def test_an_unauthenticated_invite_is_challenged_for_any_target(harness: SipHarness, number: str) -> None:
    outsider = Phone(harness, flow=ATTACKER)
    response = outsider.request_once("INVITE", f"sip:{number}@{DOMAIN}", f"<sip:{number}@{DOMAIN}>")
    assert response.status == 407
    assert not harness.calls.incoming_calls


@pytest.mark.parametrize("method", ["REGISTER", "INVITE", "SUBSCRIBE", "MESSAGE"])
@pytest.mark.parametrize(
    ("from_domain", "to_domain"), [("same", "same"), ("other.example", "same"), ("same", "globex.example")]
)
def test_served_domains_are_indistinguishable_from_unknown_ones(method: str, from_domain: str, to_domain: str) -> None:
    """The challenge and the rejection differ only in the requested domain."""
    seen = set()
    for domain in ("acme.example", "beta.example"):
        harness = SipHarness()
        outsider = Phone(
            harness, domain=from_domain.replace("same", domain), username="1999-zzz", password="guess", flow=ATTACKER
        )
        user = "" if method == "REGISTER" else "1001@"
        to = f"<sip:1001@{to_domain.replace('same', domain)}>"
        headers = ["Event: message-summary"]
        first = outsider.request_once(method, f"sip:{user}{domain}", to, headers)
        outsider.store_challenge(first)
        assert outsider.challenge is not None
        realm = outsider.challenge.get("realm")
        second = outsider.request_once(method, f"sip:{user}{domain}", to, headers)
        assert (first.status, second.status) == (401 if method == "REGISTER" else 407, 403)
        seen.add((neutral(first), neutral(second), realm.replace(domain, "DOMAIN")))
    assert len(seen) == 1


@pytest.mark.parametrize("host", ["192.0.2.1", "pbx.example"])
def test_domain_is_not_disclosed_to_a_request_by_address(harness: SipHarness, host: str) -> None:
    """The realm of the challenge is not the domain of the first tenant."""
    outsider = Phone(harness, domain=host, flow=INTERNET)
    outsider.store_challenge(outsider.request_once("REGISTER", f"sip:{host}", f"<sip:1001@{host}>"))
    assert outsider.challenge is not None
    assert outsider.challenge.get("realm") == "unificx"


@pytest.mark.parametrize(("username", "domain"), [("1001-t1a", DOMAIN), ("1001-t2a", OTHER)])
def test_a_phone_may_register_by_address_with_its_user_name(harness: SipHarness, username: str, domain: str) -> None:
    """User names have eight random characters: the domain cannot be learned by guessing one."""
    phone = Phone(harness, number=username, username=username, domain="192.0.2.1", flow=INTERNET)
    phone.password = "secret-1001"
    assert phone.register().status == 200
    assert phone.challenge is not None
    assert phone.challenge.get("realm") == domain


def test_a_source_of_a_registered_phone_is_challenged_in_its_domain(harness: SipHarness) -> None:
    assert Phone(harness, flow=INTERNET).register().status == 200
    assert Phone(harness, domain="192.0.2.1", flow=INTERNET, call_id="by-address").register().status == 200


def test_an_anonymous_caller_is_challenged_in_the_domain_they_call(harness: SipHarness) -> None:
    phone = Phone(harness, domain="anonymous.invalid")
    assert phone.request("INVITE", f"sip:1002@{DOMAIN}", f"<sip:1002@{DOMAIN}>").status == 180


def test_a_number_at_a_foreign_domain_is_not_called(harness: SipHarness) -> None:
    phone = Phone(harness)
    phone.register()
    assert phone.request("INVITE", "sip:1002@unknown.example", "<sip:1002@unknown.example>").status == 404
    assert not harness.calls.incoming_calls


def test_credentials_are_not_valid_for_another_tenants_number(harness: SipHarness) -> None:
    """A challenge of one tenant, answered for a number of another."""
    phone = Phone(harness)
    phone.store_challenge(phone.request_once("INVITE", f"sip:1002@{DOMAIN}", f"<sip:1002@{DOMAIN}>"))
    assert phone.request_once("INVITE", f"sip:1001@{OTHER}", f"<sip:1001@{OTHER}>").status == 403
    assert not harness.calls.incoming_calls


@pytest.mark.parametrize("host", ["192.0.2.1", "192.0.2.1:5060", "[2001:db8::1]:5060", "pbx.example", "PBX.example"])
def test_requests_may_target_the_servers_address_or_host_name(harness: SipHarness, host: str) -> None:
    phone = Phone(harness, domain=host)
    assert phone.register().status == 200
    assert phone.invite("1002").status == 180
    assert phone.challenge is not None
    assert phone.challenge.get("realm") == DOMAIN


@pytest.mark.parametrize("number", ["1001", "9999"])
def test_options_does_not_disclose_names(harness: SipHarness, number: str) -> None:
    phone = Phone(harness, flow=ATTACKER)
    response = phone.request_once("OPTIONS", f"sip:{number}@{DOMAIN}", f"<sip:{number}@{DOMAIN}>")
    assert response.status == 200
    assert "INVITE" in (response.first("allow") or "")


def test_options_with_an_unknown_required_extension_is_420(harness: SipHarness) -> None:
    """RFC 3261 8.2.2.3. Proxy-Require is for proxies: this is not one."""
    phone = Phone(harness, flow=ATTACKER)
    lines = ["Require: timer, nothingSupportsThis", "Require: Neither", "Proxy-Require: noProxySupportsThis"]
    response = phone.request_once("OPTIONS", f"sip:1001@{DOMAIN}", f"<sip:1001@{DOMAIN}>", lines)
    assert (response.status, response.first("unsupported")) == (420, "nothingSupportsThis, Neither")


@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("SUBSCRIBE", 489),
        ("PUBLISH", 489),
        ("NOTIFY", 481),
        ("REFER", 481),
        ("BYE", 481),
        ("UPDATE", 481),
        ("FOO", 501),
    ],
)
def test_other_methods(harness: SipHarness, method: str, status: int) -> None:
    phone = Phone(harness, flow=ATTACKER)
    response = phone.request_once(method, f"sip:1001@{DOMAIN}", f"<sip:1001@{DOMAIN}>")
    assert response.status == status
    if status in (489, 501):
        allowed = (response.first("allow") or "").split(", ")
        assert {"SUBSCRIBE", "MESSAGE"} < {*allowed}
        assert "PUBLISH" not in allowed
        assert response.first("allow-events") == "message-summary, dialog, presence"


@pytest.mark.parametrize("event", ["conference", "presence.winfo", "dialog;sla", "reg", ""])
def test_a_subscription_to_an_unknown_package_names_the_known_ones(harness: SipHarness, event: str) -> None:
    """RFC 6665 section 4.2.1.3: also before authentication, and to phones that are registered."""
    phone = Phone(harness)
    phone.register()
    response = phone.request_once("SUBSCRIBE", f"sip:1002@{DOMAIN}", f"<sip:1002@{DOMAIN}>", [f"Event: {event}"])
    assert (response.status, response.first("allow-events")) == (489, "message-summary, dialog, presence")


@pytest.mark.parametrize("method", ["BYE", "INVITE", "OPTIONS", "INFO", "SUBSCRIBE"])
def test_an_unknown_dialog_is_481(harness: SipHarness, method: str) -> None:
    phone = Phone(harness, flow=ATTACKER)
    assert phone.request_once(method, f"sip:1001@{DOMAIN}", f"<sip:1001@{DOMAIN}>;tag=forged").status == 481


def test_credentials_of_one_tenant_are_rejected_by_another(harness: SipHarness) -> None:
    """1001 of Globex, with its correct password, calls Acme's 1002."""
    outsider = Phone(harness, username="1001-t2a", flow=ATTACKER)
    assert outsider.invite("1002").status == 403


def test_credentials_are_valid_for_one_request(harness: SipHarness) -> None:
    """A replayed REGISTER is challenged."""
    phone = Phone(harness)
    phone.register()
    uri = f"sip:{DOMAIN}"
    captured = phone.credentials("REGISTER", uri)
    sent = phone.build("REGISTER", uri, f"<sip:1001@{DOMAIN}>", ["Expires: 600"], auth=captured)
    assert harness.send(sent)[0].status == 200
    again = phone.build("REGISTER", uri, f"<sip:1001@{DOMAIN}>", ["Contact: *", "Expires: 0"], auth=captured)
    (answer,) = harness.send(again)
    assert isinstance(answer, Response)
    assert answer.status == 401
    assert "stale=true" in answer.all("www-authenticate")[0]
    assert list(harness.location)


def test_captured_credentials_are_invalid_for_another_target(harness: SipHarness) -> None:
    phone = Phone(harness)
    assert phone.invite("1002").status == 180
    captured = phone.credentials("INVITE", f"sip:1002@{DOMAIN}")
    elsewhere = phone.build("INVITE", f"sip:+900123456@{DOMAIN}", f"<sip:+900123456@{DOMAIN}>", auth=captured)
    (answer,) = harness.send(elsewhere)
    assert isinstance(answer, Response)
    assert answer.status == 403


def test_an_old_nonce_is_stale_and_not_a_failure(harness: SipHarness) -> None:
    phone = Phone(harness)
    phone.register()
    for _ in range(20):
        harness.clock.advance(400)
        response = phone.request_once(
            "REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>", [f"Contact: <{phone.contact}>"]
        )
        assert response.status == 401
        assert "stale=true" in response.all("www-authenticate")[0]
        phone.store_challenge(response)
        assert phone.register().status == 200


def test_a_nonce_is_valid_only_from_its_source(harness: SipHarness) -> None:
    """Otherwise a forged source address could cause failures on behalf of a legitimate phone."""
    outsider = Phone(harness, password="guess", flow=ATTACKER, call_id="forged")
    first = outsider.request_once("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>")
    for _ in range(50):
        outsider.store_challenge(first)
        outsider.flow = PHONE_FLOW
        forged = outsider.request_once("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>")
        assert forged.status == 401
    assert Phone(harness).register().status == 200


# ---- guessing


def attempts(harness: SipHarness, outsider: Phone, number: int) -> list[int]:
    """Return the status of each of `number` wrong attempts, including delayed responses; 0 if dropped."""
    statuses = []
    for _ in range(number):
        sent = harness.send(
            outsider.build("REGISTER", f"sip:{DOMAIN}", f"<sip:{outsider.number}@{DOMAIN}>"), outsider.flow
        )
        answer = (sent or harness.advance(5) or [None])[0]
        if isinstance(answer, Response) and answer.status == 401:
            outsider.store_challenge(answer)
            auth = outsider.credentials("REGISTER", f"sip:{DOMAIN}")
            data = outsider.build("REGISTER", f"sip:{DOMAIN}", f"<sip:{outsider.number}@{DOMAIN}>", auth=auth)
            answer = (harness.send(data, outsider.flow) or harness.advance(5) or [None])[0]
        assert not isinstance(answer, Request)
        statuses.append(0 if answer is None else answer.status)
    return statuses


def test_guessing_one_name_is_delayed_and_then_rejected(harness: SipHarness) -> None:
    outsider = Phone(harness, password="guess", flow=ATTACKER)
    begun = harness.now
    assert attempts(harness, outsider, 10) == [403] * 10
    assert harness.now - begun > 10
    outsider.password = "secret-1001"
    outsider.challenge = None
    assert outsider.request_once("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>").status == 401
    assert outsider.register().status == 403


def test_a_source_guessing_many_names_is_dropped(harness: SipHarness) -> None:
    statuses = []
    for number in range(40):
        outsider = Phone(harness, number=str(2000 + number), username=f"{number}-x", password="guess", flow=ATTACKER)
        statuses += attempts(harness, outsider, 1)
    assert statuses[:20] == [403] * 20
    assert statuses[-1] == 0
    harness.advance(601)
    outsider = Phone(harness, flow=ATTACKER)
    assert outsider.register().status == 200


def test_the_account_is_usable_from_another_source(harness: SipHarness) -> None:
    """Failures from one source do not affect the account at another."""
    owner = Phone(harness)
    owner.register()
    attempts(harness, Phone(harness, password="guess", flow=ATTACKER, call_id="x"), 60)
    assert owner.register().status == 200
    assert Phone(harness, flow=OTHER_FLOW, call_id="new-place").register().status == 200
    assert owner.invite("1002").status == 180


def test_an_authenticated_phone_behind_the_same_address_is_usable(harness: SipHarness) -> None:
    """A phone that has authenticated from a source is accepted although the source is blocked for others."""
    honest = Phone(harness)
    honest.register()
    for number in range(40):
        bad = Phone(harness, number=str(2000 + number), username=f"{number}-x", password="guess", flow=PHONE_FLOW)
        attempts(harness, bad, 1)
    outsider = Phone(harness, number="1002", username="1002-t1a", password="secret-1002")
    assert outsider.request_once("REGISTER", f"sip:{DOMAIN}", f"<sip:1002@{DOMAIN}>").status == 403
    assert honest.register().status == 200
    assert honest.invite("1002").status == 180
    rebooted = Phone(harness, call_id="after-reboot")
    assert rebooted.register().status == 200


def test_a_cancelled_call_with_wrong_credentials_ends_at_once(harness: SipHarness) -> None:
    outsider = Phone(harness, password="guess", flow=ATTACKER)
    attempts(harness, outsider, 5)
    uri = f"sip:1002@{DOMAIN}"
    outsider.challenge = None
    (challenge,) = harness.send(outsider.build("INVITE", uri, f"<{uri}>"), ATTACKER)
    assert isinstance(challenge, Response)
    outsider.store_challenge(challenge)
    invite = outsider.build("INVITE", uri, f"<{uri}>", auth=outsider.credentials("INVITE", uri))
    assert harness.send(invite, ATTACKER) == []
    cancel = invite.replace(b"INVITE sip", b"CANCEL sip").replace(b" INVITE\r\n", b" CANCEL\r\n")
    answers = [answer.status for answer in harness.send(cancel, ATTACKER) if isinstance(answer, Response)]
    assert answers == [200, 403]


# ---- floods


def test_a_flood_is_dropped_unparsed(harness: SipHarness) -> None:
    outsider = Phone(harness, flow=ATTACKER)
    answered = sum(
        bool(harness.send(outsider.build("REGISTER", f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>"), ATTACKER))
        for _ in range(1_000)
    )
    assert answered == RateLimits().burst
    assert Phone(harness).register().status == 200


@pytest.mark.parametrize("tag", ["", ";tag=forged"])
@pytest.mark.parametrize("method", ["OPTIONS", "SUBSCRIBE", "BYE", "INFO", "FOO"])
def test_a_flood_without_authentication_does_not_affect_others(harness: SipHarness, method: str, tag: str) -> None:
    """It uses no memory, and calls in progress continue."""
    flooder = Phone(harness, flow=PHONE_FLOW, call_id="flood")
    uri = f"sip:1001@{DOMAIN}"
    answered = sum(bool(harness.send(flooder.build(method, uri, f"<{uri}>{tag}"), PHONE_FLOW)) for _ in range(1_000))
    assert answered == RateLimits().burst
    assert harness.endpoint.transactions == (0, 0)
    honest = Phone(harness)
    assert honest.register().status == 200
    assert honest.invite("1002").status == 180
    assert honest.request_once("BYE", f"sip:1002@{DOMAIN}", f"<sip:1002@{DOMAIN}>;tag=ours").status == 200


@pytest.mark.parametrize("method", ["REGISTER", "OPTIONS"])
def test_leading_line_ends_do_not_bypass_the_limits(harness: SipHarness, method: str) -> None:
    """The parser skips them (RFC 3261 section 7.5)."""
    outsider = Phone(harness, flow=ATTACKER)
    answered = sum(
        bool(harness.send(b"\r\n" + outsider.build(method, f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>"), ATTACKER))
        for _ in range(1_000)
    )
    assert answered == RateLimits().burst


def test_many_legitimate_phones_may_share_an_address(harness: SipHarness) -> None:
    for again in range(400):
        phone = Phone(harness, call_id=f"boot-{again}", contact=f"sip:1001@192.0.2.7:{6000 + again % 10}")
        assert phone.register().status == 200


def test_memory_for_sources_is_bounded() -> None:
    harness = SipHarness(RateLimits(max_entries=100))
    for number in range(300):
        outsider = Phone(
            harness,
            password="guess",
            username=f"u{number}",
            flow=Flow("udp", f"10.0.{number // 200}.{number % 200}", 5060),
        )
        outsider.register()
    assert len(harness.rate_limiter._sources) == len(harness.rate_limiter._names) == 100


def test_an_ipv6_subscriber_is_one_source(harness: SipHarness) -> None:
    statuses = []
    for number in range(40):
        flow = Flow("udp", f"2001:db8:7:1::{number + 1:x}", 5060)
        outsider = Phone(harness, number=str(2000 + number), username=f"{number}-x", password="guess", flow=flow)
        outsider.contact = "sip:x@[2001:db8::1]"
        statuses += attempts_v6(harness, outsider)
    assert statuses[-1] == 0


def attempts_v6(harness: SipHarness, outsider: Phone) -> list[int]:
    address = outsider.flow.host
    outsider.flow = Flow("udp", address, 5060)
    words = outsider.build

    def bracketed(*given: object, **more: object) -> bytes:
        return words(*given, **more).replace(f" {address}:".encode(), f" [{address}]:".encode())  # pyright: ignore

    outsider.build = bracketed  # pyright: ignore[reportAttributeAccessIssue]
    return attempts(harness, outsider, 1)


@pytest.mark.promise("C13")
@pytest.mark.promise("D3")
def test_logs_contain_no_personal_data(harness: SipHarness) -> None:
    with structlog.testing.capture_logs() as logs:
        for number in range(40):
            outsider = Phone(
                harness, number=f"1{number:03}", username=f"1{number:03}-x", password="guess", flow=ATTACKER
            )
            attempts(harness, outsider, 1)
        attempts(harness, Phone(harness, password="guess", flow=OTHER_FLOW), 9)
    assert {entry["event"] for entry in logs} == {"sip_source_refused", "sip_name_refused"}
    reported = str(logs)
    for value in (ATTACKER.host, OTHER_FLOW.host, "1001", "-x", DOMAIN):
        assert value not in reported
    assert len({entry["source"] for entry in logs}) == 2


@pytest.mark.parametrize(("password", "status"), [("secret-1001", 200), ("guess", 403)])
def test_credentials_are_checked_once_per_request(
    harness: SipHarness, monkeypatch: pytest.MonkeyPatch, password: str, status: int
) -> None:
    """A retransmission counts neither as a replay nor as a second failure."""
    results: list[object] = []
    check = harness.authenticator.check

    def counted(*given: object) -> object:
        results.append(check(*given))  # pyright: ignore[reportArgumentType]
        return results[-1]

    monkeypatch.setattr(harness.authenticator, "check", counted)
    phone, uri, to = Phone(harness, password=password), f"sip:{DOMAIN}", f"<sip:1001@{DOMAIN}>"
    phone.store_challenge(phone.request_once("REGISTER", uri, to))
    data = phone.build("REGISTER", uri, to, auth=phone.credentials("REGISTER", uri))
    answers = [harness.send(data)[0] for _ in range(5)]
    assert [answer.status for answer in answers if isinstance(answer, Response)] == [status] * 5
    assert [type(result).__name__ for result in results] == [
        "Challenge",
        "DeviceIdentity" if status == 200 else "Reject",
    ]


@pytest.mark.parametrize("flow", [PHONE_FLOW, Flow("wss", "192.0.2.7", 40_001, 7)])
@pytest.mark.parametrize("domain", [DOMAIN, "unknown.example"])
def test_no_request_without_credentials_creates_a_transaction(harness: SipHarness, flow: Flow, domain: str) -> None:
    phone = Phone(harness, flow=flow)
    assert phone.request_once("REGISTER", f"sip:{domain}", f"<sip:1001@{domain}>").status == 401
    assert harness.endpoint.transactions == (0, 0)


@pytest.mark.parametrize(
    ("credentials", "status"),
    [
        (
            'Digest username="1001-t1a", realm="acme.example", nonce="00", uri="sip:a", response="00", algorithm=MD5',
            407,
        ),
        ("Digest ?", 400),
    ],
)
def test_no_request_with_forged_credentials_creates_a_transaction(
    harness: SipHarness, credentials: str, status: int
) -> None:
    """Its source may be forged too: the response to an INVITE would be repeated there for half a minute."""
    phone, uri = Phone(harness, flow=ATTACKER), f"sip:1002@{DOMAIN}"
    data = phone.build("INVITE", uri, f"<{uri}>", auth=f"Proxy-Authorization: {credentials}")
    (answer,) = harness.send(data, ATTACKER)
    assert isinstance(answer, Response)
    assert (answer.status, harness.endpoint.transactions) == (status, (0, 0))
    assert harness.advance(40) == []
