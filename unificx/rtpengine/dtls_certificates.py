"""Fingerprints of rtpengine's DTLS certificates, each in two hash functions.

A party whose fingerprint is known is answered in its own hash function, whatever a request says. A profile that needs
another one has the fingerprint replaced in its SDP, after both were learnt from offers to a party without one.
rtpengine makes a new certificate after some two weeks, and calls keep the one they began with.
"""

from unificx import sdp

USUAL, OTHER = b"sha-256", b"sha-384"
"""Hash functions of the profiles WEBRTC and WEBRTC_ANEW."""
MAX_KNOWN = 8


class DtlsCertificates:
    """The latest certificates of one rtpengine."""

    def __init__(self) -> None:
        # Owner: this node: certificates of its rtpengine.
        self._others: dict[bytes, bytes] = {}

    def learn(self, usual: bytes, other: bytes) -> None:
        """Remember the fingerprints of the current certificate, from the SDP of two offers. Ignore any other reply."""
        first, second = sdp.fingerprint(usual), sdp.fingerprint(other)
        if not _uses(first, USUAL) or not _uses(second, OTHER):
            return
        self._others[first] = second
        while len(self._others) > MAX_KNOWN:
            del self._others[next(iter(self._others))]

    def is_known(self, description: bytes) -> bool:
        """Whether the fingerprint of this SDP can be replaced, or need not be."""
        given = sdp.fingerprint(description)
        return not _uses(given, USUAL) or given in self._others

    def with_other_hash(self, description: bytes) -> bytes:
        """Return an SDP of rtpengine with the fingerprint in the hash function `OTHER`, if it is known."""
        other = self._others.get(sdp.fingerprint(description))
        return sdp.with_fingerprint(description, other) if other is not None else description


def _uses(fingerprint: bytes, function: bytes) -> bool:
    return fingerprint[: len(function) + 1].lower() == function + b" "
