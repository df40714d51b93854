"""Certificates of signed caller ids: the cache and its limits."""

import asyncio

import pytest

from unificx.core.access import Access, stating
from unificx.core.clock import ManualClock
from unificx.integrations import caller_certificates
from unificx.integrations.caller_certificates import CACHE_SECONDS, FAILURE_SECONDS, MAX_BYTES, CallerCertificates

URL = "https://carrier.example/calls.pem"


async def test_a_certificate_is_fetched_once_and_again_after_an_hour() -> None:
    clock, asked, answers = ManualClock(), list[str](), {URL: b"pem"}

    async def fetch(url: str) -> bytes:
        asked.append(url)
        await asyncio.sleep(0)
        if url not in answers:
            raise OSError
        return answers[url]

    found = CallerCertificates(clock, fetch)
    assert found.cached(URL) is None
    assert await asyncio.gather(found.get(URL), found.get(URL)) == [b"pem", b"pem"]
    assert (found.cached(URL), asked) == (b"pem", [URL])
    clock.advance(CACHE_SECONDS)
    answers[URL] = bytes(MAX_BYTES + 1)
    assert await found.get(URL) == b""
    assert await found.get("https://unknown.example/") == b""
    assert (found.cached(URL), found.cached("https://unknown.example/"), len(asked)) == (b"", b"", 3)
    clock.advance(FAILURE_SECONDS)
    assert found.cached(URL) is None


async def test_a_slow_server_and_inside_addresses_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caller_certificates, "TIMEOUT", 0.01)
    assert await CallerCertificates(ManualClock(), lambda url: asyncio.Event().wait()).get(URL) == b""  # pyright: ignore
    with stating(Access("telephony", "test")):
        for url in ("http://carrier.example/calls.pem", "https://127.0.0.1/calls.pem"):
            assert await CallerCertificates(ManualClock()).get(url) == b""
