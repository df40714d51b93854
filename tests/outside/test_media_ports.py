"""Media port ranges: two installations on one machine use different ports."""

import re
from contextlib import ExitStack
from pathlib import Path

import pytest
from server import Server
from structlog.testing import capture_logs

from unificx.core.errors import StartupError
from unificx.rtpengine import port_ranges
from unificx.rtpengine.port_ranges import reserve_media_ports as taken
from unificx.server.settings import calls_per_tenant, media_ports


def media_port_range(server: Server) -> tuple[int, int]:
    """Return the port range in the command line of its rtpengine."""
    words = Path(f"/proc/{server.child('rtpengine')}/cmdline").read_text()
    found = dict(re.findall(r"--port-(min|max)=(\d+)", words))
    return int(found["min"]), int(found["max"])


def are_disjoint(one: Server, two: Server) -> bool:
    return media_port_range(one)[1] < media_port_range(two)[0] or media_port_range(two)[1] < media_port_range(one)[0]


def test_two_installations_on_one_machine_use_different_ports(tmp_path: Path) -> None:
    one, two = (Server(tmp_path / name, chooses_media_ports=True) for name in ("one", "two"))
    with one, two:
        assert are_disjoint(one, two)
        one.kill()
        one.start()
        assert are_disjoint(one, two)


def test_ranges_are_released_and_shared_when_all_are_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    ranges = ((101, 200), (201, 300))
    monkeypatch.setattr(port_ranges, "RANGES", ranges)
    with ExitStack() as stack, capture_logs() as logs:
        assert [stack.enter_context(taken(None)) for _ in ranges] == list(ranges)
        assert stack.enter_context(taken((1024, 2047))) == (1024, 2047)
        assert not logs
        assert stack.enter_context(taken(None)) == ranges[0]
        assert [entry["event"] for entry in logs] == ["media_ports_shared"]
    with taken(None) as again:
        assert again == ranges[0]


@pytest.mark.parametrize("text", ["30000", "39999-30000", "1000-2000", "60000-70000", "30000-30050", "a-b", "-", "²-³"])
def test_invalid_range_is_refused(text: str) -> None:
    with pytest.raises(StartupError, match="UNIFICX_MEDIA_PORTS"):
        media_ports({"UNIFICX_MEDIA_PORTS": text})


def test_settings_are_parsed() -> None:
    assert media_ports({"UNIFICX_MEDIA_PORTS": "30000-30099"}) == (30000, 30099)
    assert media_ports({}) is None
    assert calls_per_tenant({}) == 500
    assert calls_per_tenant({"UNIFICX_CALLS_PER_TENANT": "20000"}) == 20_000
    for text in ("0", "20001", "many", "-1"):
        with pytest.raises(StartupError, match="UNIFICX_CALLS_PER_TENANT"):
            calls_per_tenant({"UNIFICX_CALLS_PER_TENANT": text})
