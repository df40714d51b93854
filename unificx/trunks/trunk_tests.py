"""Tests of trunks that users ask for."""

from unificx.core.clock import Clock
from unificx.core.errors import TooManyRequests
from unificx.trunks.machine.verdict import judge
from unificx.trunks.ports import Prober
from unificx.trunks.schemas import Trunk, TrunkTest

TEST_SECONDS = 10.0
"""Least seconds between two tests of a trunk: carriers block an address that fails to register too often."""


class TrunkTests:
    """Tests of all trunks, each once in a while."""

    def __init__(self, prober: Prober, clock: Clock) -> None:
        self._prober, self._clock = prober, clock
        # Owner: this node: tests in the last `TEST_SECONDS`.
        self._tested: dict[str, float] = {}

    async def test(self, trunk: Trunk) -> TrunkTest:
        """Ask the servers of a trunk for an answer, and register if that has failed before. Raise TooManyRequests if it
        was tested a moment ago, ServiceUnavailable without a SIP server."""
        now = self._clock.monotonic()
        self._tested = {trunk_id: at for trunk_id, at in self._tested.items() if at + TEST_SECONDS > now}
        if trunk.id in self._tested:
            wait = self._tested[trunk.id] + TEST_SECONDS - now
            raise TooManyRequests(
                "The trunk was tested a moment ago.", retry_after=wait, hint="Try again in 10 seconds."
            )
        self._tested[trunk.id] = now
        return judge(await self._prober.probe(trunk))
