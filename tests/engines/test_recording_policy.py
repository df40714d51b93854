"""Recording policy: the strictest setting applies."""

import itertools
from typing import get_args

import pytest

from unificx.recording import ExtensionRecordingPolicy
from unificx.recording.policy import RecordingTrigger, TenantRecordingPolicy, allows_monitoring, decide


@pytest.mark.promise("C8")
def test_every_combination() -> None:
    directions = [
        ExtensionRecordingPolicy(when, mode) for when in get_args(RecordingTrigger) for mode in ("announce", "opt_in")
    ]
    for mode, one, other in itertools.product(("off", "announce", "opt_in"), directions, directions):
        found = decide(TenantRecordingPolicy(mode), [one], other)
        if mode == "off" or "never" in (one.when, other.when):
            assert found is None
            continue
        assert found is not None
        assert found.automatic is (one.when in ("incoming", "always") or other.when in ("outgoing", "always"))
        assert found.terms.mode == ("opt_in" if "opt_in" in (mode, one.mode, other.mode) else "announce")


def test_call_without_internal_party_is_not_recorded() -> None:
    assert decide(TenantRecordingPolicy("announce"), []) is None


def test_recording_is_off_by_default() -> None:
    assert decide(TenantRecordingPolicy(), [ExtensionRecordingPolicy("always")]) is None


def test_monitoring_needs_the_tenant_and_every_extension() -> None:
    on, off = TenantRecordingPolicy(monitoring=True), TenantRecordingPolicy()
    allowed, refused = ExtensionRecordingPolicy(), ExtensionRecordingPolicy(monitoring="refused")
    assert allows_monitoring(on, [allowed, allowed])
    assert not allows_monitoring(off, [allowed])
    assert not allows_monitoring(on, [allowed, refused])
    assert not allows_monitoring(on, [])
