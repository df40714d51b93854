"""Sources that may send SIP: `sip_server.source_filter`, and the files of the operator."""

from pathlib import Path

import pytest

from unificx.core.errors import StartupError
from unificx.server.source_lists import load_source_filter
from unificx.sip_server import SourceFilter, parse_ranges, parse_rules

RULES = """
allow 192.0.2.0/24    # offices
block 192.0.2.66
block 2001:db8::/32
allow country DE AT
block country FR
otherwise block
"""
COUNTRIES = """
198.51.100.0/25,DE
"198.51.100.128","198.51.100.191","fr"
203.0.113.0,203.0.113.255,CH
2001:db8:1::/48,DE
2001:db9::,2001:db9:ffff:ffff:ffff:ffff:ffff:ffff,AT
not an address,XX
"""


@pytest.mark.parametrize(
    ("host", "accepted"),
    [
        *[("192.0.2.1", True), ("192.0.2.66", False), ("192.0.3.1", False)],
        *[("198.51.100.127", True), ("198.51.100.128", False), ("198.51.100.192", False), ("203.0.113.9", False)],
        *[("2001:db8:1::1", False), ("2001:db9::5%eth0", True), ("2001:dba::1", False), ("::ffff:192.0.2.1", True)],
        *[("127.0.0.2", True), ("::1", True), ("", False), ("unix", False)],
    ],
)
def test_sources_are_accepted_by_network_then_by_country(host: str, accepted: bool) -> None:
    rules = parse_rules(RULES.splitlines())
    sources = SourceFilter(rules, parse_ranges(COUNTRIES.splitlines(), rules.countries))
    assert [sources.accepts(host) for _ in range(2)] == [accepted, accepted]


def test_sources_are_accepted_unless_a_rule_says_otherwise() -> None:
    sources = SourceFilter(parse_rules(["block 192.0.2.0/24"]))
    assert [sources.accepts(one) for one in ("192.0.2.9", "192.0.3.9", "2001:db8::1")] == [False, True, True]
    for number in range(5_000):
        sources.accepts(f"10.0.{number >> 8}.{number & 255}")
    assert len(sources._verdicts) <= 4_096


@pytest.mark.parametrize(
    ("rules", "countries", "message"),
    [
        ("allow nowhere", None, "line 1 is not a rule"),
        ("\nallow country Germany", None, "line 2 is not a rule"),
        ("otherwise maybe", None, "line 1 is not a rule"),
        ("allow country DE", None, "names countries, but no file"),
        ("allow country DE", "192.0.2.9,192.0.2.1,DE", "line 1 has no range"),
        ("allow country DE", "here,DE", "line 1 has no range"),
        (None, None, "cannot be read"),
        ("\xe4".encode("latin-1"), None, "it is not UTF-8"),
    ],
)
def test_files_that_cannot_be_used_stop_the_start(
    tmp_path: Path, rules: str | bytes | None, countries: str | None, message: str
) -> None:
    environ = {"UNIFICX_SIP_SOURCES": str(tmp_path / "rules")}
    if rules is not None:
        (tmp_path / "rules").write_bytes(rules if isinstance(rules, bytes) else rules.encode())
    if countries is not None:
        (tmp_path / "countries").write_text(countries)
        environ["UNIFICX_SIP_COUNTRIES"] = str(tmp_path / "countries")
    with pytest.raises(StartupError, match=message):
        load_source_filter(environ)


def test_without_a_file_there_is_no_filter() -> None:
    assert load_source_filter({}) is None


def test_long_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unificx.sip_server.source_filter.MAX_RULES", 2)
    monkeypatch.setattr("unificx.sip_server.source_filter.MAX_RANGES", 2)
    with pytest.raises(ValueError, match="more than 2 rules"):
        parse_rules([f"allow 192.0.2.{each}" for each in range(4)])
    with pytest.raises(ValueError, match="more than 2 lines"):
        list(parse_ranges(["198.51.100.0/25,DE"] * 3, {"DE"}))
