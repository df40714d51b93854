"""Unexpected exceptions in logs: where they come from, and nothing of what they say."""

import ipaddress

import pytest

from unificx.core import source_address
from unificx.core.faults import RepeatedFault, code_locations, describe_fault, place_of

PERSONAL = "+491701234567"


def test_a_fault_names_the_place_in_this_package_that_a_library_was_called_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class NoAddress(Exception):
        pass

    def refuse(host: str) -> None:
        raise NoAddress(f"{PERSONAL} {host}")

    monkeypatch.setattr(ipaddress, "IPv6Address", refuse)
    with pytest.raises(NoAddress) as caught:
        source_address.source_network("2001:db8::77")
    described = describe_fault(caught.value)
    assert described["fault"] == "NoAddress"
    assert described["place"].startswith("unificx.core.source_address:")
    assert code_locations(caught.value)[-1].startswith(f"{__name__}:")
    assert PERSONAL not in repr([described, code_locations(caught.value)])


def test_a_fault_outside_the_package_names_its_innermost_place() -> None:
    with pytest.raises(ValueError) as caught:
        ipaddress.IPv4Address("x")
    assert place_of(caught.value).startswith("ipaddress:")
    assert place_of(ValueError()) == ""


def test_a_repeated_fault_is_due_once_in_ten_minutes_and_anew_after_a_success() -> None:
    fault = RepeatedFault()
    assert [fault.is_due(OSError(), now) for now in (0, 1, 599, 600, 601)] == [True, False, False, True, False]
    assert fault.is_due(ValueError(), 602)
    fault.end()
    assert fault.is_due(ValueError(), 603)
