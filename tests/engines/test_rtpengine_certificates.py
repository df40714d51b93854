"""Fingerprints of rtpengine's certificates in two hash functions."""

from unificx.rtpengine.dtls_certificates import MAX_KNOWN, DtlsCertificates
from unificx.sdp import MINIMAL_OFFER


def offered(value: bytes) -> bytes:
    return MINIMAL_OFFER + b"a=fingerprint:" + value + b"\r\n" + b"a=setup:actpass\r\n"


def test_fingerprint_is_replaced_by_that_of_the_same_certificate() -> None:
    certificates = DtlsCertificates()
    for name in (b"AA", b"BB"):
        certificates.learn(offered(b"sha-256 " + name), offered(b"sha-384 " + name * 2))
    assert certificates.with_other_hash(offered(b"sha-256 AA")) == offered(b"sha-384 AAAA")
    assert certificates.with_other_hash(offered(b"sha-256 BB")) == offered(b"sha-384 BBBB")
    assert certificates.with_other_hash(offered(b"sha-256 CC")) == offered(b"sha-256 CC")


def test_only_a_certificate_that_was_not_learnt_is_unknown() -> None:
    certificates = DtlsCertificates()
    assert not certificates.is_known(offered(b"sha-256 AA"))
    certificates.learn(offered(b"sha-256 AA"), offered(b"sha-384 AAAA"))
    assert certificates.is_known(offered(b"sha-256 AA"))
    assert not certificates.is_known(offered(b"sha-256 BB"))
    for description in (offered(b"sha-384 AAAA"), offered(b"sha-1 AA"), MINIMAL_OFFER):
        assert certificates.is_known(description)


def test_other_replies_are_not_learnt() -> None:
    certificates = DtlsCertificates()
    certificates.learn(offered(b"sha-256 AA"), offered(b"sha-256 AA"))
    certificates.learn(MINIMAL_OFFER, MINIMAL_OFFER)
    assert not certificates.is_known(offered(b"sha-256 AA"))


def test_number_of_certificates_is_bounded() -> None:
    certificates = DtlsCertificates()
    names = [b"%02X" % number for number in range(MAX_KNOWN + 1)]
    for name in names:
        certificates.learn(offered(b"sha-256 " + name), offered(b"sha-384 " + name))
    assert [certificates.is_known(offered(b"sha-256 " + name)) for name in names] == [False] + [True] * MAX_KNOWN
