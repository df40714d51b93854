"""RTCP of all legs (RFC 3550 section 6): reception statistics and compound report packets."""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np

from unificx.media import rtp
from unificx.media.mixer.arrays import FRAME, Index
from unificx.media.mixer.leg_table import LegTable
from unificx.media.mixer.packets import RtpBatch

REPORT_INTERVAL = 250
"""Ticks between two reports to a leg."""
_CLOCK_RATE = 8000


class ReceptionStats:
    """Reception statistics of every slot: loss and jitter as in RFC 3550 appendix A.3 and A.8.

    Packets are processed once per tick, so smaller jitter is measured as zero or one tick.
    """

    def __init__(self, slots: int) -> None:
        self._ssrc = np.zeros(slots, np.uint32)
        self._known = np.zeros(slots, np.bool_)
        self._first = np.zeros(slots, np.int64)
        self._highest = np.zeros(slots, np.int64)
        self._received = np.zeros(slots, np.int64)
        self._at_last_block = np.zeros((2, slots), np.int64)
        self._jitter = np.zeros(slots, np.float32)
        self._transit = np.zeros(slots, np.uint32)
        self._last_report = np.zeros(slots, np.uint32)
        self._last_report_time = np.zeros(slots, np.float64)

    def clear(self, slot: int) -> None:
        self._known[slot] = False
        self._last_report[slot] = 0

    def receive(self, packets: RtpBatch, which: Index, tick: int) -> None:
        """Update the statistics with a batch's packets, given by their rows."""
        slot, number = packets.slot[which], packets.sequence[which]
        arrival = np.uint32(tick * FRAME & 0xFFFFFFFF)
        new = ~self._known[slot] | (self._ssrc[slot] != packets.ssrc[which])
        if new.any():
            first = np.flatnonzero(new)[::-1]
            slots = slot[first]
            self._known[slots] = True
            self._ssrc[slots] = packets.ssrc[which[first]]
            self._first[slots] = self._highest[slots] = number[first]
            self._received[slots] = self._jitter[slots] = 0
            self._at_last_block[:, slots] = 0
            self._transit[slots] = arrival - packets.timestamp[which[first]]
        highest = self._highest[slot]
        step = (number - highest & 0xFFFF).astype(np.uint16).view(np.int16)
        np.maximum.at(self._highest, slot, highest + step)
        np.add.at(self._received, slot, 1)
        transit = arrival - packets.timestamp[which]
        change = np.abs((transit - self._transit[slot]).view(np.int32)).astype(np.float32)
        # A jump of the clock is not jitter.
        change = np.where(change < _CLOCK_RATE, change, np.float32(0))
        np.add.at(self._jitter, slot, (change - self._jitter[slot]) / 16)
        self._jitter[slot] = np.maximum(self._jitter[slot], 0)  # many packets in one batch subtract it many times
        self._transit[slot] = transit

    def receive_report(self, slot: int, report: rtp.Report, now: float) -> None:
        """Store a sender report of the leg, so that our report lets it compute the round trip time."""
        if report.ntp is not None:
            self._last_report[slot] = report.ntp >> 16 & 0xFFFFFFFF
            self._last_report_time[slot] = now

    def report_block(self, slot: int, now: float) -> tuple[rtp.ReportBlock, ...]:
        """Return the slot's report block, or nothing if no packet has arrived; resets the fraction lost."""
        if not self._known[slot]:
            return ()
        expected = int(self._highest[slot] - self._first[slot]) + 1
        received = int(self._received[slot])
        expected_since, received_since = (
            expected - int(self._at_last_block[0, slot]),
            received - int(self._at_last_block[1, slot]),
        )
        self._at_last_block[:, slot] = expected, received
        fraction = (
            min(255, (expected_since - received_since << 8) // expected_since)
            if expected_since > received_since and expected_since > 0
            else 0
        )
        report = int(self._last_report[slot])
        return (
            rtp.ReportBlock(
                ssrc=int(self._ssrc[slot].byteswap()),
                fraction_lost=fraction,
                lost=min(max(expected - received, -(1 << 23)), (1 << 23) - 1),
                highest=int(self._highest[slot]) & 0xFFFFFFFF,
                jitter=int(self._jitter[slot]),
                last_report=report,
                delay=int(max(0.0, now - float(self._last_report_time[slot])) * 65536) & 0xFFFFFFFF if report else 0,
            ),
        )


def compound_packet(legs: LegTable, stats: ReceptionStats, slot: int, cname: bytes, now: float) -> bytes:
    """Return a sender or receiver report for a leg with our CNAME `name`. `now` is Unix time."""
    ssrc, sent = int(legs.ssrc[slot]), int(legs.packets_sent[slot])
    report = rtp.Report(
        ssrc=ssrc,
        blocks=stats.report_block(slot, now),
        ntp=rtp.to_ntp(now) if sent else None,
        timestamp=int(legs.timestamp[slot]),
        packets=sent,
        octets=sent * FRAME & 0xFFFFFFFF,
    )
    return bytes(report) + _sdes_packet(ssrc, cname)


def _sdes_packet(ssrc: int, cname: bytes) -> bytes:
    """Return an SDES packet with only a CNAME (RFC 3550 section 6.5, RFC 7022)."""
    item = ssrc.to_bytes(4, "big") + bytes((1, len(cname))) + cname
    item += bytes(4 - len(item) % 4)
    return bytes((0x81, 202)) + (len(item) // 4).to_bytes(2, "big") + item
