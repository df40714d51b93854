"""Bearer tokens in SIP (RFC 8898)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.sip.bearer import BearerTokens, bearer_challenge, bearer_token
from unificx.sip.incarnation import Incarnation
from unificx.sip.message import Request

DEVICE = "0193a1b2-0000-7000-8000-000000000001"


def test_token_has_its_subject_until_it_expires() -> None:
    bearers = BearerTokens(b"s" * 32, lifetime=300)
    token = bearers.issue(DEVICE, 1000.0)
    assert bearers.verified_subject(token, 1000.0) == bearers.verified_subject(token, 1300.0) == DEVICE
    assert bearers.verified_subject(token, 1300.1) is None


def test_token_of_another_secret_or_with_changed_text_is_invalid() -> None:
    bearers = BearerTokens(b"s" * 32)
    token = bearers.issue(DEVICE, 0.0)
    assert BearerTokens(b"t" * 32).verified_subject(token, 0.0) is None
    for at in range(80):  # the last characters are half padding
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert bearers.verified_subject(changed, 0.0) is None


def test_token_outlives_the_process_that_issued_it() -> None:
    token = BearerTokens(b"s" * 32, incarnation=Incarnation(unix_at_zero=1e9)).issue(DEVICE, 1000.0)
    following = BearerTokens(b"s" * 32, incarnation=Incarnation(unix_at_zero=1e9 + 990))
    assert following.verified_subject(token, 15.0) == following.verified_subject(token, 310.0) == DEVICE
    assert following.verified_subject(token, 310.1) is None


def test_token_from_before_the_clock_was_set_back_is_refused() -> None:
    token = BearerTokens(b"s" * 32, incarnation=Incarnation(unix_at_zero=1e9)).issue(DEVICE, 1000.0)
    assert (
        BearerTokens(b"s" * 32, incarnation=Incarnation(unix_at_zero=1e9 - 60)).verified_subject(token, 1000.0) is None
    )


@given(st.text(max_size=80))
def test_any_text_is_handled(token: str) -> None:
    assert BearerTokens(b"s" * 32).verified_subject(token, 0.0) is None


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
    assert bearer_token(Request("REGISTER", "sip:acme.example", headers, b"")) == token


def test_challenge_reports_an_invalid_token() -> None:
    assert bearer_challenge('a"b', invalid_token=False) == 'Bearer realm="a\\"b"'
    assert bearer_challenge("acme.example", invalid_token=True) == 'Bearer realm="acme.example", error="invalid_token"'
