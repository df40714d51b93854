"""Bearer tokens in SIP (RFC 8898)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.sip.bearer import Bearers, bearer_challenge, bearer_of
from unificx.sip.message import Request

DEVICE = "0193a1b2-0000-7000-8000-000000000001"


def test_token_has_its_subject_until_it_expires() -> None:
    bearers = Bearers(b"s" * 32, lifetime=300)
    token = bearers.issue(DEVICE, 1000.0)
    assert bearers.holder(token, 1000.0) == bearers.holder(token, 1300.0) == DEVICE
    assert bearers.holder(token, 1300.1) is None


def test_token_of_another_secret_or_with_changed_text_is_invalid() -> None:
    bearers = Bearers(b"s" * 32)
    token = bearers.issue(DEVICE, 0.0)
    assert Bearers(b"t" * 32).holder(token, 0.0) is None
    for at in range(80):  # the last characters are half padding
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert bearers.holder(changed, 0.0) is None


@given(st.text(max_size=80))
def test_any_text_is_handled(token: str) -> None:
    assert Bearers(b"s" * 32).holder(token, 0.0) is None


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ([("Authorization", "Bearer abc.def-_~+/==")], "abc.def-_~+/=="),
        ([("authorization", "bearer  abc ")], "abc"),
        ([("Authorization", 'Digest username="a"'), ("Authorization", "Bearer abc")], "abc"),
        ([("Proxy-Authorization", "Bearer abc")], "abc"),
        ([("Authorization", "Bearer")], None),
        ([("Authorization", "Bearer a b")], None),
        ([("Authorization", "Bearer " + "a" * 500)], None),
        ([("Authorization", 'Digest username="Bearer"')], None),
        ([], None),
    ],
)
def test_token_is_found_in_authorization_headers(headers: list[tuple[str, str]], token: str | None) -> None:
    assert bearer_of(Request("REGISTER", "sip:acme.example", headers, b"")) == token


def test_challenge_reports_an_invalid_token() -> None:
    assert bearer_challenge('a"b', refused=False) == 'Bearer realm="a\\"b"'
    assert bearer_challenge("acme.example", refused=True) == 'Bearer realm="acme.example", error="invalid_token"'
