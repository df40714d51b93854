"""RTCP of all legs (RFC 3550 section 6): reception statistics and compound report packets."""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np

from unificx.media import rtp
from unificx.media.mixer.arrays import FRAME, Index
from unificx.media.mixer.leg_table import Legs
from unificx.media.mixer.packets import Packets

EVERY = 250
"""Ticks between two reports to a leg."""
_UNITS = 8000


class Receptions:
    """Reception statistics of every slot: loss and jitter as in RFC 3550 appendix A.3 and A.8.

    Packets are processed once per tick, so smaller jitter is measured as zero or one tick.
    """

    def __init__(self, slots: int) -> None:
        self._source = np.zeros(slots, np.uint32)
        self._known = np.zeros(slots, np.bool_)
        self._first = np.zeros(slots, np.int64)
        self._highest = np.zeros(slots, np.int64)
        self._received = np.zeros(slots, np.int64)
        self._before = np.zeros((2, slots), np.int64)
        self._jitter = np.zeros(slots, np.float32)
        self._transit = np.zeros(slots, np.uint32)
        self._report = np.zeros(slots, np.uint32)
        self._reported = np.zeros(slots, np.float64)

    def clear(self, slot: int) -> None:
        self._known[slot] = False
        self._report[slot] = 0

    def hear(self, packets: Packets, which: Index, tick: int) -> None:
        """Update the statistics with a batch's packets, given by their rows."""
        slot, number = packets.slot[which], packets.sequence[which]
        arrival = np.uint32(tick * FRAME & 0xFFFFFFFF)
        new = ~self._known[slot] | (self._source[slot] != packets.source[which])
        if new.any():
            first = np.flatnonzero(new)[::-1]
            slots = slot[first]
            self._known[slots] = True
            self._source[slots] = packets.source[which[first]]
            self._first[slots] = self._highest[slots] = number[first]
            self._received[slots] = self._jitter[slots] = 0
            self._before[:, slots] = 0
            self._transit[slots] = arrival - packets.timestamp[which[first]]
        highest = self._highest[slot]
        step = (number - highest & 0xFFFF).astype(np.uint16).view(np.int16)
        np.maximum.at(self._highest, slot, highest + step)
        np.add.at(self._received, slot, 1)
        transit = arrival - packets.timestamp[which]
        change = np.abs((transit - self._transit[slot]).view(np.int32)).astype(np.float32)
        # A jump of the clock is not jitter.
        change = np.where(change < _UNITS, change, np.float32(0))
        np.add.at(self._jitter, slot, (change - self._jitter[slot]) / 16)
        self._jitter[slot] = np.maximum(self._jitter[slot], 0)  # many packets in one batch subtract it many times
        self._transit[slot] = transit

    def told(self, slot: int, report: rtp.Report, now: float) -> None:
        """Store a sender report of the leg, so that our report lets it compute the round trip time."""
        if report.ntp is not None:
            self._report[slot] = report.ntp >> 16 & 0xFFFFFFFF
            self._reported[slot] = now

    def block(self, slot: int, now: float) -> tuple[rtp.ReportBlock, ...]:
        """Return the slot's report block, or nothing if no packet has arrived; resets the fraction lost."""
        if not self._known[slot]:
            return ()
        expected = int(self._highest[slot] - self._first[slot]) + 1
        received = int(self._received[slot])
        since, came = expected - int(self._before[0, slot]), received - int(self._before[1, slot])
        self._before[:, slot] = expected, received
        fraction = min(255, (since - came << 8) // since) if since > came and since > 0 else 0
        report = int(self._report[slot])
        return (
            rtp.ReportBlock(
                ssrc=int(self._source[slot].byteswap()),
                fraction_lost=fraction,
                lost=min(max(expected - received, -(1 << 23)), (1 << 23) - 1),
                highest=int(self._highest[slot]) & 0xFFFFFFFF,
                jitter=int(self._jitter[slot]),
                last_report=report,
                delay=int(max(0.0, now - float(self._reported[slot])) * 65536) & 0xFFFFFFFF if report else 0,
            ),
        )


def compound(legs: Legs, receptions: Receptions, slot: int, name: bytes, now: float) -> bytes:
    """Return a sender or receiver report for a leg with our CNAME `name`. `now` is Unix time."""
    source, sent = int(legs.source[slot]), int(legs.sent[slot])
    report = rtp.Report(
        ssrc=source,
        blocks=receptions.block(slot, now),
        ntp=rtp.ntp_time(now) if sent else None,
        timestamp=int(legs.stamp[slot]),
        packets=sent,
        octets=sent * FRAME & 0xFFFFFFFF,
    )
    return bytes(report) + _description(source, name)


def _description(source: int, name: bytes) -> bytes:
    """Return an SDES packet with only a CNAME (RFC 3550 section 6.5, RFC 7022)."""
    item = source.to_bytes(4, "big") + bytes((1, len(name))) + name
    item += bytes(4 - len(item) % 4)
    return bytes((0x81, 202)) + (len(item) // 4).to_bytes(2, "big") + item
