"""Python version of relay.c for machines without a C compiler: slower, sufficient for some hundred calls."""

import json
import socket
import struct
import sys
import time

HEAD = struct.Struct("!HHII")
MARK = struct.Struct("=qq")
TIMESTAMP = struct.Struct("=qq")
SO_TIMESTAMPNS = 35
NOISE = bytes(144)


def main(callers: int, callees: int, duration: float) -> None:
    sides = [socket.socket(fileno=fd) for fd in (callers, callees)]
    for each in sides:
        each.setblocking(False)
        each.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    ports = [tuple(map(int, line.split())) for line in sys.stdin]
    calls = len(ports)
    sent = misdirected = done = 0
    delays: list[int] = []
    begin = time.monotonic_ns()
    length = int(duration * 1e9)
    while (passed := time.monotonic_ns() - begin) < length + 200_000_000:
        due = min(passed, length) * calls // 20_000_000
        for number in range(done, due):
            call, turn = number % calls, number // calls
            for side, ours in enumerate(sides):
                head = HEAD.pack(0x8000, turn & 0xFFFF, turn * 160 & 0xFFFFFFFF, 2 * call + side + 1)
                packet = head + MARK.pack(2 * call + side, time.time_ns()) + NOISE
                ours.sendto(packet, ("127.0.0.1", ports[call][side]))
                sent += 1
        done = due
        for side, ours in enumerate(sides):
            try:
                while True:
                    packet, control, *_ = ours.recvmsg(2048, 64)
                    source, at = MARK.unpack_from(packet, 12)
                    seconds, nanoseconds = TIMESTAMP.unpack(control[0][2])
                    delays.append((seconds * 1_000_000_000 + nanoseconds - at) // 1000)
                    misdirected += source & 1 == side
            except BlockingIOError:
                pass
        time.sleep(0.001)
    delays.sort()
    p50, p99 = (delays[int(len(delays) * share)] for share in (0.5, 0.99))
    print(json.dumps({"sent": sent, "received": len(delays), "misdirected": misdirected, "p50_us": p50, "p99_us": p99}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
