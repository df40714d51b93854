"""Emergency calls of devices whose tenant or user is suspended."""

from dataclasses import replace

import pytest
from sip_harness import Phone, SipHarness

from unificx.sip.message import Response

pytestmark = pytest.mark.promise("U9")


@pytest.fixture
def harness() -> SipHarness:
    harness = SipHarness()
    tenant = harness.directory.tenant("t1")
    assert tenant is not None
    harness.directory.put_tenant(replace(tenant, state="suspended"))
    return harness


def call(phone: Phone, number: str) -> Response:
    """Call, be challenged, and return the response to the call with credentials."""
    response = phone.invite(number)
    assert phone.challenge is not None
    return response


@pytest.mark.parametrize("dialled", ["112", "112;phone-context=+4930"])
def test_a_phone_of_a_suspended_tenant_calls_only_emergency_numbers(harness: SipHarness, dialled: str) -> None:
    assert call(Phone(harness), "1002").status == 403
    assert not harness.calls.incoming_calls
    call(Phone(harness, call_id="second"), dialled)
    assert [request.target.number for _, request in harness.calls.incoming_calls] == ["112"]


def test_a_wrong_password_and_a_disabled_device_stay_refused(harness: SipHarness) -> None:
    assert call(Phone(harness, password="guess"), "112").status == 403
    harness.directory.enable_device("d-t1-1001a", enabled=False)
    assert call(Phone(harness, call_id="second"), "112").status == 403
    assert not harness.calls.incoming_calls
