"""Settings files and phone books of desk phones: each file is parsed in its syntax."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from unificx.core.errors import Invalid
from unificx.provisioning.addresses import PhoneAddresses, parse_code
from unificx.provisioning.rendering import render_phone_book, render_settings, settings_file_name
from unificx.provisioning.schemas import Maker, PhoneKey, PhoneServer, PhoneValues
from unificx.provisioning.time_zones import posix_rule, utc_offset
from unificx.provisioning.values import check_keys, names_mac, parse_mac
from unificx.routing import CodeTable
from unificx.routing.codes.table import DEFAULT_CODES

MAKERS: tuple[Maker, ...] = get_args(Maker)
EVIL = "A\"'<&>\x07\r\nB = 1;auth_pass=x\ufffe"
VALUES = PhoneValues(
    number="1001", name="Anna", domain="acme.example", username="1001-abcd", password="s3cr-et",
    server=PhoneServer("pbx.example.com", 5061, "tls", srtp=True), mac="001122aabbcc",
    keys=(PhoneKey("blf", "1002", "Bert"), PhoneKey("blf", "*861"), PhoneKey("speed_dial", "+4930123")),
    settings_url="https://pbx.example.com/a/", book_url="https://pbx.example.com/b/phonebook.xml",
    utc_offset=60, time_zone="CET-1CEST,M3.5.0,M10.5.0/3", language="de",
)  # fmt: skip
PASSWORD = {"yealink": "account.1.password", "grandstream": "P34", "snom": "user_pass", "fanvil": "RegisterPswd"}


def settings(maker: Maker, values: PhoneValues = VALUES, codes: CodeTable = DEFAULT_CODES) -> dict[str, str]:
    """Render a file, parse it, and return its settings by name; later ones of the same name win."""
    made = render_settings(maker, values, codes)
    if maker == "generic":
        *comments, account = [line for line in made.body.splitlines() if line]
        assert all(line.startswith("# ") for line in comments)
        name, uri, parameters = re.fullmatch(r'"([^"<>]*)" <(sip:[^>]+)>;(.*)', account).groups()  # type: ignore[union-attr]
        found = dict(part.split("=", 1) for part in re.findall(r'((?:[^;"]|"[^"]*")+)', parameters))
        return {"name": name, "uri": uri, **found}
    if maker == "yealink":
        head, *lines = made.body.splitlines()
        assert head == "#!version:1.0.0.1"
        return dict(re.fullmatch(r"([a-z0-9_.]+) = (.*)", line).groups() for line in lines)  # type: ignore[union-attr]
    root = ET.fromstring(made.body.encode())
    return {one.tag if one.tag != "fkey" else f"fkey{one.get('idx')}": one.text or "" for one in root.iter()}


@pytest.mark.parametrize("maker", MAKERS)
def test_the_file_has_login_and_addresses(maker: Maker) -> None:
    text = render_settings(maker, VALUES, DEFAULT_CODES).body
    for value in ("1001-abcd", "s3cr-et", "acme.example", "pbx.example.com", "5061", "*97", "1002", "*861", "+4930123"):
        assert value in text, value
    assert "pbx.example.com/b/phonebook.xml" in text or maker == "grandstream"
    assert settings(maker)[{**PASSWORD, "generic": "auth_pass"}[maker]] == "s3cr-et"


@pytest.mark.parametrize("maker", [maker for maker in MAKERS if maker != "generic"])
def test_a_file_without_password_does_not_name_the_setting(maker: Maker) -> None:
    assert PASSWORD[maker] not in settings(maker, replace(VALUES, password=None))


@pytest.mark.parametrize("maker", MAKERS)
def test_no_name_breaks_the_syntax(maker: Maker) -> None:
    key = PhoneKey("blf", "1002", EVIL)
    plain, evil = settings(maker), settings(maker, replace(VALUES, name=EVIL, keys=(key, *VALUES.keys[1:])))
    assert set(plain) == set(evil)
    names = {each: (plain[each], evil[each]) for each in plain if plain[each] != evil[each]}
    assert all("Anna" in before or "Bert" in before for before, _ in names.values())
    root = render_phone_book(maker, [(EVIL, "1001"), ("Bert", "1002")])
    assert [one.text for one in ET.fromstring(root.body.encode()).iter() if one.tag in ("Telephone", "phonenumber")] == [
        "1001", "1002",
    ]  # fmt: skip


@pytest.mark.parametrize("maker", MAKERS)
def test_names_of_all_scripts_are_unchanged(maker: Maker) -> None:
    for name in ("می\u200cخواهم", "क्\u200dष"):
        keys = check_keys([PhoneKey("blf", "1002", name)])
        assert render_settings(maker, replace(VALUES, name=name, keys=()), DEFAULT_CODES).body.count(name)
        assert render_settings(maker, replace(VALUES, keys=keys), DEFAULT_CODES).body.count(name)


def test_transport_and_encryption_of_each_maker() -> None:
    plain = replace(VALUES, server=PhoneServer("192.0.2.1", 5060, "udp", srtp=False))
    names = {
        "yealink": ("account.1.sip_server.1.transport_type", "account.1.srtp_encryption"), "grandstream": ("P130", "P183"),
        "snom": ("user_outbound", "user_srtp"), "fanvil": ("Transport", "MediaCrypto"),
    }  # fmt: skip
    seen = {
        maker: [[settings(maker, each)[name] for name in names[maker]] for each in (VALUES, plain)] for maker in names
    }
    assert seen == {
        "yealink": [["2", "2"], ["0", "0"]], "grandstream": [["2", "2"], ["0", "0"]],
        "snom": [["sip:pbx.example.com:5061;transport=tls", "on"], ["sip:192.0.2.1:5060;transport=udp", "off"]],
        "fanvil": [["3", "1"], ["0", "0"]],
    }  # fmt: skip
    assert settings("generic")["mediaenc"] == "srtp-mand"
    assert "mediaenc" not in settings("generic", plain)


def test_keys_pick_up_calls_of_extensions_only() -> None:
    assert settings("yealink")["linekey.2.extension"] == "*4"
    assert "linekey.3.extension" not in settings("yealink")
    snom = settings("snom")
    assert (snom["fkey0"], snom["fkey1"]) == ("blf sip:1002@acme.example|*4", "blf sip:*861@acme.example")


@pytest.mark.parametrize("maker", MAKERS)
def test_a_requested_file_must_name_the_phone(maker: Maker) -> None:
    assert names_mac(settings_file_name(maker, VALUES.mac), VALUES.mac)
    for name in ("001122AABBCC.cfg", "cfg001122aabbcc.xml", "snomD785-001122AABBCC.htm", "00-11-22-aa-bb-cc.cfg"):
        assert names_mac(name, VALUES.mac)
    for name in ("y000000000058.cfg", "001122aabbcd.cfg", "", ".", "001122aabbcc0.cfg"):
        assert not names_mac(name, VALUES.mac)


@pytest.mark.parametrize("text", ["00:11:22:AA:BB:CC", "00-11-22-aa-bb-cc", "001122AABBCC", "0011.22aa.bbcc"])
def test_mac_addresses_are_written_in_several_ways(text: str) -> None:
    assert parse_mac(text) == "001122aabbcc"


@pytest.mark.parametrize(
    "text", ["", "001122aabbc", "001122aabbccd", "001122aabbcg", "0" * 12, "ff:ff:ff:ff:ff:ff", "٠" * 12]
)
def test_other_text_is_not_a_mac_address(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_mac(text)
    assert caught.value.field == "mac"


def test_keys_are_checked() -> None:
    assert check_keys([PhoneKey("blf", " *861 ", " a\nb\x00 ")]) == (PhoneKey("blf", "*861", "ab"),)
    assert check_keys([PhoneKey("blf", "*861", " \u200d")]) == (PhoneKey("blf", "*861", ""),)
    for keys in ([PhoneKey("blf", "10;rm")], [PhoneKey("blf", "")], [PhoneKey("blf", "1002")] * 61):
        with pytest.raises(Invalid):
            check_keys(keys)


def test_codes_of_addresses() -> None:
    addresses = PhoneAddresses(b"s" * 32)
    made = {
        addresses.code(*each) for each in (
            ("t", "d", "salt", "settings"), ("t", "d", "salt", "book"), ("t", "d", "other", "settings"), ("t", "e", "salt", "book"),
        )
    }  # fmt: skip
    assert len({code.rpartition(".")[2] for code in made}) == 4
    parsed = parse_code(addresses.code("t", "d", "salt", "book"))
    assert parsed is not None
    assert addresses.is_valid(parsed, "salt", "book")
    assert not addresses.is_valid(parsed, "salt", "settings")
    assert not addresses.is_valid(parsed, "other", "book")
    assert [parse_code(code) for code in ("", "a.b", "a..c", "a.b.c.d", "ä.b.c")] == [None] * 5


def test_time_zones() -> None:
    berlin, summer = ZoneInfo("Europe/Berlin"), datetime(2026, 7, 1, tzinfo=UTC)
    assert (posix_rule(berlin), utc_offset(berlin, summer)) == ("CET-1CEST,M3.5.0,M10.5.0/3", 120)
    assert utc_offset(ZoneInfo("Asia/Kolkata"), summer) == 330
    assert posix_rule(None) == "UTC0"
    assert settings("yealink", replace(VALUES, utc_offset=-210))["local_time.time_zone"] == "-3:30"
