"""Digest authentication: examples of RFC 7616 and RFC 2069, rejected credentials, replay protection of nonces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.sip.digest import Nonces, NonceState, challenges, ha1, verify
from unificx.sip.digest_client import best_challenge, response_for
from unificx.sip.errors import LocalProtocolError
from unificx.sip.headers import parse_auth
from unificx.sip.incarnation import NODE_BYTES, Incarnation

FRESH, STALE, REPLAYED, FOREIGN = NonceState

RFC_7616_NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
RFC_7616_CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
RFC_7616_CHALLENGE = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    f'nonce="{RFC_7616_NONCE}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_examples_of_rfc_7616_section_3_9_1(algorithm: str, response: str) -> None:
    challenge = parse_auth(RFC_7616_CHALLENGE.format(algorithm))
    value = response_for(challenge, "Mufasa", "Circle of Life", "GET", "/dir/index.html", cnonce=RFC_7616_CNONCE, nc=1)
    answer = parse_auth(value)
    assert answer.get("response") == response
    assert answer.get("opaque") == challenge.get("opaque")
    known = {algorithm: ha1(algorithm, "Mufasa", "http-auth@example.org", "Circle of Life")}
    assert verify(answer, "GET", known)
    assert not verify(answer, "POST", known)


def test_challenge_without_qop_is_answered_but_such_credentials_are_rejected() -> None:
    challenge = parse_auth('Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"')
    value = response_for(challenge, "Mufasa", "CircleOfLife", "GET", "/dir/index.html", cnonce="x")
    answer = parse_auth(value)
    assert "cnonce" not in answer.params
    assert "nc" not in answer.params
    assert answer.get("response") == "1949323746fe6a43ef61f9606e7febea"  # RFC 2069 section 2.4, as corrected by errata
    assert not verify(answer, "GET", {"MD5": ha1("MD5", "Mufasa", "testrealm@host.com", "CircleOfLife")})


def test_challenges_list_the_stronger_algorithm_first() -> None:
    first, second = (parse_auth(value) for value in challenges('a "quoted" realm', "n0nce", stale=True))
    assert (first.get("algorithm"), second.get("algorithm")) == ("SHA-256", "MD5")
    assert first.get("realm") == 'a "quoted" realm'
    assert first.get("qop") == "auth"
    assert first.get("stale") == "true"
    assert "stale" not in parse_auth(challenges("realm", "n")[0]).params


def test_first_supported_challenge_is_chosen() -> None:
    offered = [
        parse_auth(text)
        for text in (
            'Basic realm="x"',
            'Digest realm="x", nonce="a", algorithm=SHA-512-256, qop="auth"',
            'Digest realm="x", nonce="b", algorithm=MD5-sess, qop="auth"',
            'Digest realm="x", nonce="c", algorithm=SHA-256, qop="auth-int"',
            'Digest realm="x", nonce="d", algorithm=md5, qop="auth-int,auth"',
            'Digest realm="x", nonce="e"',
        )
    ]
    chosen = best_challenge(offered)
    assert chosen is not None
    assert chosen.get("nonce") == "d"
    assert best_challenge(offered[:4]) is None


KNOWN = {algorithm: ha1(algorithm, "1001", "demo.example", "secret") for algorithm in ("MD5", "SHA-256")}


def credentials(**changes: str):
    challenge = parse_auth(challenges("demo.example", "abc")[0])
    value = response_for(challenge, "1001", "secret", "REGISTER", "sip:demo.example", cnonce="0a4f113b")
    answer = parse_auth(value)
    return type(answer)(answer.scheme, {**answer.params, **changes})


def test_correct_credentials_are_accepted_in_any_hexadecimal_case() -> None:
    right = credentials()
    assert verify(right, "REGISTER", KNOWN)
    assert verify(credentials(response=right.get("response").upper()), "REGISTER", KNOWN)


@pytest.mark.parametrize(
    "changes",
    [
        {"response": "0" * 64},
        {"response": ""},
        {"response": "\udcff"},
        {"qop": ""},
        {"qop": "auth-int"},
        {"nc": "1"},
        {"nc": ""},
        {"cnonce": ""},
        {"nonce": ""},
        {"uri": "sip:other.example"},
        {"algorithm": "MD5"},
        {"algorithm": "SHA-256-sess"},
        {"algorithm": "SHA-512-256"},
    ],
)
def test_wrong_credentials_are_rejected(changes: dict[str, str]) -> None:
    assert not verify(credentials(**changes), "REGISTER", KNOWN)


def test_another_scheme_is_rejected() -> None:
    assert not verify(parse_auth("NoOneKnowsThisScheme opaque-data=here"), "REGISTER", KNOWN)


def test_unsupported_algorithm_is_a_local_error() -> None:
    with pytest.raises(LocalProtocolError):
        ha1("SHA-512-256", "1001", "demo.example", "secret")


def nonces(*, lifetime: float = 300.0, remembered: int = 20_000) -> Nonces:
    return Nonces(b"\x01" * 32, lifetime=lifetime, max_tracked=remembered)


def check(issuer: Nonces, nonce: str, nc: str, now: float) -> NonceState:
    head = issuer.decode(nonce)
    return FOREIGN if head is None else issuer.use_count(head, nc, now)


def test_nonce_is_bound_to_its_client() -> None:
    issuer = nonces()
    nonce = issuer.issue(1000.0, "192.0.2.7")
    assert issuer.decode(nonce, "192.0.2.7") is not None
    for other in ("192.0.2.70", "192.0.2.", "", "\udcff"):
        assert issuer.decode(nonce, other) is None


def test_each_count_of_a_nonce_is_fresh_once() -> None:
    issuer = nonces()
    nonce = issuer.issue(1000.0)
    assert check(issuer, nonce, "00000001", 1000.0) is FRESH
    assert check(issuer, nonce, "00000001", 1001.0) is REPLAYED
    assert check(issuer, nonce, "00000003", 1001.0) is FRESH
    assert check(issuer, nonce, "00000002", 1001.0) is FRESH, "datagrams may be reordered"
    assert check(issuer, nonce, "00000002", 1001.0) is REPLAYED
    assert check(issuer, nonce, "ffffffff", 1001.0) is FRESH
    assert check(issuer, nonce, "00000004", 1001.0) is REPLAYED, "outside of the replay window"


def test_expired_or_future_nonce_is_stale() -> None:
    issuer = nonces(lifetime=300.0)
    nonce = issuer.issue(1000.0)
    assert check(issuer, nonce, "00000001", 1300.0) is FRESH
    assert check(issuer, nonce, "00000002", 1300.1) is STALE
    assert check(issuer, nonce, "00000002", 999.0) is STALE


def test_two_nonces_issued_at_the_same_time_differ() -> None:
    issuer = nonces()
    assert issuer.issue(1.0) != issuer.issue(1.0)


@pytest.mark.parametrize("nonce", ["", "abc", "a" * 66, "ä" * 66, "\x00", "=" * 66, "QQ", "\udcff"])
def test_nonce_of_another_server_is_foreign(nonce: str) -> None:
    assert check(nonces(), nonce, "00000001", 1000.0) is FOREIGN
    assert check(nonces(), Nonces(b"\x02" * 32).issue(1000.0), "00000001", 1000.0) is FOREIGN


def test_all_spellings_of_a_nonce_share_its_counts() -> None:
    issuer = nonces()
    nonce = next(n for n in (issuer.issue(1000.0) for _ in range(200)) if n.upper() != n)
    assert check(issuer, nonce, "00000001", 1000.0) is FRESH
    for other in (nonce.upper(), nonce + "\n", f"{nonce[:4]} {nonce[4:]}", nonce + "====", " " + nonce):
        assert check(issuer, other, "00000001", 1000.0) in (REPLAYED, FOREIGN)


@pytest.mark.parametrize("count", ["", "1", "000000001", "0000000g", "+0000001", "٠٠٠٠٠٠٠١"])
def test_malformed_count_is_foreign(count: str) -> None:
    issuer = nonces()
    assert check(issuer, issuer.issue(1000.0), count, 1000.0) is FOREIGN


def test_evicted_nonce_is_stale_and_cannot_be_replayed() -> None:
    issuer = nonces(remembered=2)
    first, second, third, unused = (issuer.issue(1000.0 + i) for i in range(4))
    for nonce in (first, second, third):
        assert check(issuer, nonce, "00000001", 1010.0) is FRESH
    assert check(issuer, first, "00000001", 1010.0) is STALE
    assert check(issuer, second, "00000001", 1010.0) is REPLAYED
    assert check(issuer, unused, "00000001", 1010.0) is FRESH


def test_nonces_of_another_process_with_the_same_secret_have_counts_of_their_own() -> None:
    one, other = nonces(), nonces()
    earlier, later = one.issue(1000.0), other.issue(1000.1)
    assert check(one, earlier, "00000001", 1001.0) is FRESH
    assert check(one, later, "00000001", 1001.0) is FRESH
    assert check(one, later, "00000001", 1001.0) is REPLAYED
    assert check(one, earlier, "00000001", 1001.0) is STALE, "its place is taken"


@given(st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 200), max_size=80))
def test_no_count_is_fresh_twice(counts: list[int]) -> None:
    issuer = nonces()
    nonce = issuer.issue(1000.0)
    fresh = [count for count in counts if check(issuer, nonce, f"{count:08x}", 1000.0) is FRESH]
    assert len(fresh) == len(set(fresh))


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(["MD5", "SHA-256"]))
def test_any_user_name_and_password(user: str, password: str, algorithm: str) -> None:
    user = "".join(c for c in user if c.isprintable())
    challenge = parse_auth(f'Digest realm="r", nonce="n", algorithm={algorithm}, qop="auth"')
    answer = parse_auth(response_for(challenge, user, password, "INVITE", "sip:1002@r", cnonce="c", nc=7))
    assert answer.get("username") == user
    assert verify(answer, "INVITE", {algorithm: ha1(algorithm, user, "r", password)})


# ---- restarts


def issuer_of(node: int, *, unix: float, at: float = 1000.0, secret: bytes = b"\x01" * 32) -> Nonces:
    """Return the nonces of a process that starts at Unix time `unix`, which is `at` on its monotonic clock."""
    return Nonces(secret, incarnation=Incarnation(bytes([node] * NODE_BYTES), unix - at, at))


def test_nonce_of_the_previous_process_is_accepted_until_it_expires() -> None:
    nonce = issuer_of(1, unix=1e9).issue(1010.0)  # at 1e9 + 10
    following = issuer_of(2, unix=1e9 + 60, at=5.0)
    assert check(following, nonce, "00000002", 5.0) is FRESH
    assert check(following, nonce, "00000003", 255.0) is FRESH
    assert check(following, nonce, "00000004", 255.1) is STALE


def test_counts_of_the_previous_process_ascend_only() -> None:
    """The counts that the previous process has seen are unknown: lower ones may be replays."""
    nonce = issuer_of(1, unix=1e9).issue(1000.0)
    following = issuer_of(2, unix=1e9 + 60)
    assert check(following, nonce, "00000005", 1000.0) is FRESH
    assert check(following, nonce, "00000005", 1000.0) is REPLAYED
    assert check(following, nonce, "00000004", 1000.0) is REPLAYED
    assert check(following, nonce, "00000006", 1000.0) is FRESH


def test_nonce_of_another_running_process_is_stale() -> None:
    nonce = issuer_of(1, unix=1e9).issue(1100.0)
    assert check(issuer_of(2, unix=1e9), nonce, "00000001", 1101.0) is STALE


def test_clock_set_back_before_a_restart_does_not_revive_nonces() -> None:
    nonce = issuer_of(1, unix=1e9).issue(1000.0)
    following = issuer_of(2, unix=1e9 - 3600)
    assert check(following, nonce, "00000001", 1000.0) is STALE
    assert check(following, nonce, "00000001", 4600.0) is STALE, "the clock has reached the time of issue again"
    fresh = following.issue(1000.0)
    assert check(following, fresh, "00000001", 1000.0) is FRESH


def test_nonces_of_processes_with_the_same_time_and_number_differ() -> None:
    assert issuer_of(1, unix=1e9).issue(1000.0) != issuer_of(2, unix=1e9).issue(1000.0)
