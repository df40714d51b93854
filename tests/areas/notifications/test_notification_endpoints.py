"""A client cannot make this server request internal addresses through a push endpoint."""

import socket

import pytest
from push_service import PushService

from unificx.core.errors import Invalid
from unificx.integrations.ssrf_guard import is_public
from unificx.integrations.web_push import WebPushClient
from unificx.notifications import PushServiceUnreachable
from unificx.notifications.policies.endpoints import check_endpoint
from unificx.notifications.policies.retry_policy import push_retry_delay


@pytest.mark.promise("T3", "U9")
@pytest.mark.parametrize(
    "url",
    [
        "http://push.example.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://10.0.0.1/x",
        "https://0x7f000001/x",
        "https://2130706433/x",
        "https://localhost/x",
        "https://push.example.com:8443/x",
        "https://ada@push.example.com/x",
        "https://push.example.com/x#y",
        "https://push.example.com/x y",
        "https://push.example.com/\r\nHost: inside",
        "https://push.exämple.com/x",
        "https://push.example.com:99999/x",
        "https://[::1/x",
        "ftp://push.example.com/x",
        "//push.example.com/x",
        "https:///x",
        "",
        "https://push.example.com/" + "x" * 1000,
    ],
)
def test_endpoints_that_are_rejected(url: str) -> None:
    with pytest.raises(Invalid):
        check_endpoint(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://fcm.googleapis.com/fcm/send/c1:APA91b",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAAA==",
        "https://web.push.apple.com:443/QGu",
    ],
)
def test_endpoints_that_are_accepted(url: str) -> None:
    assert check_endpoint(url) == url


def test_loopback_must_be_enabled() -> None:
    assert check_endpoint("http://127.0.0.1:4711/x", loopback=True) == "http://127.0.0.1:4711/x"
    for url in ("http://10.0.0.1/x", "http://push.example.com/x", "https://localhost/x"):
        with pytest.raises(Invalid):
            check_endpoint(url, loopback=True)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("2002:0a00:0001::1", False),
        ("64:ff9b::a00:1", False),
        ("fec0::2", False),
        ("64:ff9b::5db8:d822", True),
        ("push.example.com", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.promise("T3", "U9")
async def test_dns_rebinding_to_internal_addresses_is_blocked(
    service: PushService, gate: WebPushClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is public at subscription and resolves to internal addresses at delivery."""

    def rebind(host: object, port: int, *args: object, **kwargs: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("10.0.0.1", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", rebind)
    strict = WebPushClient()
    port = service.base.rpartition(":")[2]
    with pytest.raises(PushServiceUnreachable):
        await strict.deliver(f"http://push.example.com:{port}/x", {}, b"x")
    await strict.close()
    assert service.received == []
    assert (await gate.deliver(f"http://push.example.com:{port}/x", {}, b"x")).status == 201


async def test_redirects_are_not_followed(service: PushService, gate: WebPushClient) -> None:
    service.responses = [(307, {"Location": service.base + "/inside"})]
    answer = await gate.deliver(service.base + "/x", {"TTL": "5"}, b"x")
    assert (answer.status, [one.path for one in service.received]) == (307, ["/x"])


@pytest.mark.parametrize("value", ["", "soon", "-1", "9" * 40, "Tue, 24 Nov 2026 19:00:00 GMT"])
async def test_invalid_retry_after_is_ignored(service: PushService, gate: WebPushClient, value: str) -> None:
    service.responses = [(429, {"Retry-After": value})]
    assert (await gate.deliver(service.base + "/x", {}, b"x")).retry_after is None


async def test_non_http_endpoints_are_unreachable(gate: WebPushClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        for url in (f"https://127.0.0.1:{port + 0}/", "ftp://127.0.0.1/", "http://no-such-name.invalid/"):
            if url.startswith("https"):
                silent.close()
            with pytest.raises(PushServiceUnreachable):
                await gate.deliver(url, {}, b"x")


@pytest.mark.parametrize(
    ("status", "tries", "asked", "left", "wait"),
    [
        (None, 1, None, 30, 0.5),
        (503, 2, None, 30, 1.0),
        (503, 3, None, 30, 2.0),
        (503, 4, None, 30, None),
        (429, 1, 10, 30, 10),
        (429, 1, 10, 9, None),
        (429, 1, 31, 86_400, None),
        (201, 1, None, 30, None),
        (403, 1, None, 30, None),
    ],
)
def test_push_retry_delay(status: int | None, tries: int, asked: float | None, left: float, wait: float | None) -> None:
    assert push_retry_delay(status, tries, asked, left) == wait
