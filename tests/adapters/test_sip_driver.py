"""The driver: output of work that is not caused by a message."""

import pytest
from sip_harness import SipHarness

from unificx.core.access import SIP_ACCESS, Access, current_access, stating
from unificx.core.clock import SystemClock
from unificx.sip.flow import Flow
from unificx.sip.message import Request
from unificx.sip_server import SipDriver

FLOW = Flow("udp", "192.0.2.7", 5060)


async def test_output_of_a_reply_is_sent_at_once_with_the_purpose_of_the_driver() -> None:
    harness, sent, accesses = SipHarness(), list[bytes](), list[Access]()
    driver = SipDriver(
        harness.endpoint, harness.handler, harness.rate_limiter, lambda data, flow: sent.append(data), SystemClock()
    )

    def act(name: str) -> None:
        accesses.append(current_access())
        harness.endpoint.send(Request("ACK", f"sip:{name}@192.0.2.7"), FLOW)

    def act_twice() -> None:
        act("first")
        driver.process(act, "second")
        assert sent == []
        raise LookupError

    with stating(SIP_ACCESS):
        driver.start()
    with stating(Access("history", "list")), pytest.raises(LookupError):
        driver.process(act_twice)
    assert [data.split(b"@")[0] for data in sent] == [b"ACK sip:first", b"ACK sip:second"]
    assert accesses == [SIP_ACCESS, SIP_ACCESS]
    driver.close()
