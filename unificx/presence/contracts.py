"""What goes in and out of the room. Personal values never show in a `repr`."""

from dataclasses import dataclass, field

from unificx.sip.flow import Flow


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a device whose credentials were verified. `subject` is whose data the call is."""

    tenant_id: str
    extension_id: str
    device_id: str
    subject: str
    number: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Binding:
    """One way to reach a device (RFC 3261 section 10.3).

    `contact` is the URI to call and `flow` the way the REGISTER came, by which every request goes back (RFC 5626);
    `path` are the Route values in between (RFC 3327). `expires_at` is in monotonic seconds.
    """

    id: str
    tenant_id: str
    extension_id: str
    device_id: str
    expires_at: float
    cseq: int
    call_id: str = field(repr=False)
    contact: str = field(repr=False)
    flow: Flow = field(repr=False)
    path: tuple[str, ...] = field(default=(), repr=False)
    q: float = 1.0
    instance: str = field(default="", repr=False)
    """+sip.instance with its angle brackets, "" if the phone gave none."""
    reg_id: int = 0
    """Which of its flows this is to a phone that speaks RFC 5626; 0 to one that does not."""
    user_agent: str = field(default="", repr=False)
    cut: bool = False
    """Its connection is gone: kept for the phone that comes back, but not rung."""
    lasts: int = 3600
    """Seconds it was granted the last time."""
    lines: str = field(default="", repr=False, compare=False)
    """What the REGISTER said that made or refreshed it: said again, nothing is new but the times. "" if not known."""
    noted_until: float = 0.0
    """How long the journal keeps it: longer than granted, so that not every refresh has to be noted."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What a REGISTER left behind: the bindings of the device that sent it."""

    bindings: tuple[Binding, ...]
    path: tuple[str, ...] = field(default=(), repr=False)
    """To be said back to a phone that understands it."""
    outbound: bool = False
    """Whether the rules of RFC 5626 were applied."""
