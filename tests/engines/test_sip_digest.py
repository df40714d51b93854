"""Digest: the examples of RFC 7616 and RFC 2617's algorithm, what is refused, and nonces that cannot be used twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.sip.digest import Freshness, Nonces, best_challenge, challenges, ha1, response_for, verify
from unificx.sip.errors import OurMistake
from unificx.sip.headers import parse_auth

FRESH, STALE, REPLAYED, FOREIGN = Freshness

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
def test_the_examples_of_rfc_7616_section_3_9_1(algorithm: str, response: str) -> None:
    challenge = parse_auth(RFC_7616_CHALLENGE.format(algorithm))
    value = response_for(challenge, "Mufasa", "Circle of Life", "GET", "/dir/index.html", cnonce=RFC_7616_CNONCE, nc=1)
    answer = parse_auth(value)
    assert answer.get("response") == response
    assert answer.get("opaque") == challenge.get("opaque")
    known = {algorithm: ha1(algorithm, "Mufasa", "http-auth@example.org", "Circle of Life")}
    assert verify(answer, "GET", known)
    assert not verify(answer, "POST", known)


def test_a_peer_without_qop_is_answered_in_the_old_form_and_never_believed() -> None:
    challenge = parse_auth('Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"')
    value = response_for(challenge, "Mufasa", "CircleOfLife", "GET", "/dir/index.html", cnonce="x")
    answer = parse_auth(value)
    assert "cnonce" not in answer.params
    assert "nc" not in answer.params
    assert answer.get("response") == "1949323746fe6a43ef61f9606e7febea"  # RFC 2069 section 2.4, as corrected by errata
    assert not verify(answer, "GET", {"MD5": ha1("MD5", "Mufasa", "testrealm@host.com", "CircleOfLife")})


def test_challenges_offer_the_stronger_algorithm_first() -> None:
    first, second = (parse_auth(value) for value in challenges('a "quoted" realm', "n0nce", stale=True))
    assert (first.get("algorithm"), second.get("algorithm")) == ("SHA-256", "MD5")
    assert first.get("realm") == 'a "quoted" realm'
    assert first.get("qop") == "auth"
    assert first.get("stale") == "true"
    assert "stale" not in parse_auth(challenges("realm", "n")[0]).params


def test_the_first_challenge_one_can_answer_is_chosen() -> None:
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


def test_right_credentials_are_believed_whatever_the_case_of_their_hexadecimal() -> None:
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
def test_wrong_credentials_are_refused(changes: dict[str, str]) -> None:
    assert not verify(credentials(**changes), "REGISTER", KNOWN)


def test_another_scheme_is_refused() -> None:
    assert not verify(parse_auth("NoOneKnowsThisScheme opaque-data=here"), "REGISTER", KNOWN)


def test_asking_for_an_algorithm_we_do_not_speak_is_our_mistake() -> None:
    with pytest.raises(OurMistake):
        ha1("SHA-512-256", "1001", "demo.example", "secret")


def nonces(**options: float) -> Nonces:
    return Nonces(b"\x01" * 32, **options)  # type: ignore[arg-type]


def check(ours: Nonces, nonce: str, nc: str, now: float) -> Freshness:
    head = ours.opened(nonce)
    return FOREIGN if head is None else ours.use(head, nc, now)


def test_a_nonce_is_good_for_whom_it_was_given_to() -> None:
    ours = nonces()
    nonce = ours.issue(1000.0, "192.0.2.7")
    assert ours.opened(nonce, "192.0.2.7") is not None
    for other in ("192.0.2.70", "192.0.2.", "", "\udcff"):
        assert ours.opened(nonce, other) is None


def test_a_nonce_is_fresh_with_each_count_once() -> None:
    ours = nonces()
    nonce = ours.issue(1000.0)
    assert check(ours, nonce, "00000001", 1000.0) is FRESH
    assert check(ours, nonce, "00000001", 1001.0) is REPLAYED
    assert check(ours, nonce, "00000003", 1001.0) is FRESH
    assert check(ours, nonce, "00000002", 1001.0) is FRESH, "datagrams may overtake each other"
    assert check(ours, nonce, "00000002", 1001.0) is REPLAYED
    assert check(ours, nonce, "ffffffff", 1001.0) is FRESH
    assert check(ours, nonce, "00000004", 1001.0) is REPLAYED, "too far behind to be remembered"


def test_a_nonce_goes_stale_and_is_not_of_the_future() -> None:
    ours = nonces(lifetime=300.0)
    nonce = ours.issue(1000.0)
    assert check(ours, nonce, "00000001", 1300.0) is FRESH
    assert check(ours, nonce, "00000002", 1300.1) is STALE
    assert check(ours, nonce, "00000002", 999.0) is STALE


def test_two_nonces_of_one_moment_differ() -> None:
    ours = nonces()
    assert ours.issue(1.0) != ours.issue(1.0)


@pytest.mark.parametrize("nonce", ["", "abc", "a" * 66, "ä" * 66, "\x00", "=" * 66, "QQ", "\udcff"])
def test_a_nonce_of_somebody_else_is_foreign(nonce: str) -> None:
    assert check(nonces(), nonce, "00000001", 1000.0) is FOREIGN
    assert check(nonces(), Nonces(b"\x02" * 32).issue(1000.0), "00000001", 1000.0) is FOREIGN


def test_every_way_to_write_a_nonce_counts_as_the_same() -> None:
    ours = nonces()
    nonce = next(n for n in (ours.issue(1000.0) for _ in range(200)) if n.upper() != n)
    assert check(ours, nonce, "00000001", 1000.0) is FRESH
    for other in (nonce.upper(), nonce + "\n", f"{nonce[:4]} {nonce[4:]}", nonce + "====", " " + nonce):
        assert check(ours, other, "00000001", 1000.0) in (REPLAYED, FOREIGN)


@pytest.mark.parametrize("count", ["", "1", "000000001", "0000000g", "+0000001", "٠٠٠٠٠٠٠١"])
def test_a_count_that_is_no_count_is_foreign(count: str) -> None:
    ours = nonces()
    assert check(ours, ours.issue(1000.0), count, 1000.0) is FOREIGN


def test_what_had_to_be_forgotten_is_stale_rather_than_usable_again() -> None:
    ours = nonces(remembered=2)
    first, second, third, unused = (ours.issue(1000.0 + i) for i in range(4))
    for nonce in (first, second, third):
        assert check(ours, nonce, "00000001", 1010.0) is FRESH
    assert check(ours, first, "00000001", 1010.0) is STALE
    assert check(ours, second, "00000001", 1010.0) is REPLAYED
    assert check(ours, unused, "00000001", 1010.0) is FRESH


@given(st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 200), max_size=80))
def test_no_count_is_fresh_twice(counts: list[int]) -> None:
    ours = nonces()
    nonce = ours.issue(1000.0)
    fresh = [count for count in counts if check(ours, nonce, f"{count:08x}", 1000.0) is FRESH]
    assert len(fresh) == len(set(fresh))


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(["MD5", "SHA-256"]))
def test_whatever_the_name_and_password_are_made_of(user: str, password: str, algorithm: str) -> None:
    user = "".join(c for c in user if c.isprintable())
    challenge = parse_auth(f'Digest realm="r", nonce="n", algorithm={algorithm}, qop="auth"')
    answer = parse_auth(response_for(challenge, user, password, "INVITE", "sip:1002@r", cnonce="c", nc=7))
    assert answer.get("username") == user
    assert verify(answer, "INVITE", {algorithm: ha1(algorithm, user, "r", password)})
