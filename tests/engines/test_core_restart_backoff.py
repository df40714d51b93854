"""Delays between restarts."""

from unificx.core.restart_backoff import RESTART_DELAYS, STEADY_SECONDS, RestartBackoff


def test_restarts_in_succession_wait_longer_and_longer() -> None:
    backoff = RestartBackoff()
    delays: list[float] = []
    for _ in range(len(RESTART_DELAYS) + 2):
        backoff.ended(1.0)
        delays.append(backoff.next_delay())
    assert delays == [*RESTART_DELAYS, RESTART_DELAYS[-1], RESTART_DELAYS[-1]]
    assert backoff.crashes == len(delays)


def test_a_steady_process_is_restarted_at_once() -> None:
    backoff = RestartBackoff()
    for _ in range(4):
        backoff.next_delay()
    backoff.ended(STEADY_SECONDS)
    assert backoff.next_delay() == RESTART_DELAYS[4]
    backoff.ended(STEADY_SECONDS + 1)
    assert backoff.next_delay() == 0.0
