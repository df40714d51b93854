"""Validation of trunk settings, and the templates of carriers."""

from datetime import UTC, datetime

import pytest

from unificx.core.errors import Invalid
from unificx.trunks import NewTrunk
from unificx.trunks.templates import load_templates
from unificx.trunks.values import new_trunk

CERTIFICATE = "https://example.com/calls.pem"
CREATED = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewTrunk("two words", "sip.example.com"), "name"),
        (NewTrunk("a"), "server"),
        (NewTrunk("a", "sip.example.com:0"), "server"),
        (NewTrunk("a", "sip.example.com:70000"), "server"),
        (NewTrunk("a", "-bad-"), "server"),
        (NewTrunk("a", "0.0.0.0"), "server"),
        (NewTrunk("a", "sip.example.com\r\nVia: x"), "server"),
        (NewTrunk("a", "sip.example.com", domain="bad domain"), "domain"),
        (NewTrunk("a", "sip.example.com", username="a b"), "username"),
        (NewTrunk("a", "sip.example.com", registers=True), "username"),
        (NewTrunk("a", "sip.example.com", username="u", registers=True), "password"),
        (NewTrunk("a", "sip.example.com", accept_from=("0.0.0.0/0",)), "accept_from"),
        (NewTrunk("a", "sip.example.com", accept_from=("nonsense",)), "accept_from"),
        (NewTrunk("a", "sip.example.com", accept_from=("192.0.2.1",) * 65), "accept_from"),
        (NewTrunk("a", "sip.example.com", max_calls=10_001), "max_calls"),
        (NewTrunk("a", "sip.example.com", register_seconds=5), "register_seconds"),
        (NewTrunk("a", "sip.example.com", check_seconds=5), "check_seconds"),
        (NewTrunk("a", "sip.example.com", signing_key="no key", certificate_url=CERTIFICATE), "signing_key"),
        (NewTrunk("a", "sip.example.com", certificate_url="http://example.com/calls.pem"), "certificate_url"),
    ],
)
def test_bad_values_are_refused_naming_the_field(new: NewTrunk, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        new_trunk("t-1", "tenant", CREATED, new, None)
    assert refused.value.field == field


def test_each_template_is_complete() -> None:
    assert sorted(load_templates()) == ["companyflex", "easybell", "sipgate", "telnyx", "twilio"]
    for template in load_templates().values():
        assert template.note
        assert template.title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SIP.Example.com.", ("sip.example.com", 0)),
        ("sip.example.com:5070", ("sip.example.com", 5070)),
        ("192.0.2.1:5060", ("192.0.2.1", 5060)),
        ("[2001:db8::1]:5061", ("2001:db8::1", 5061)),
        ("[2001:db8::1]", ("2001:db8::1", 0)),
        ("2001:db8::1", ("2001:db8::1", 0)),
    ],
)
def test_servers_are_read_with_and_without_a_port(text: str, expected: tuple[str, int]) -> None:
    trunk = new_trunk("t-1", "tenant", CREATED, NewTrunk("a", text), None)
    assert (trunk.host, trunk.port) == expected
