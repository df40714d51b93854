"""Data passed into and out of the registrar. Personal values are excluded from `repr`."""

from dataclasses import dataclass, field

from unificx.core.value import value
from unificx.identity import Extension
from unificx.sip.flow import Flow

MAX_SHOWN_NAME = 100
"""Characters of a caller name that phones get: a longer one could split an INVITE over UDP."""


@value
class Caller:
    """An authenticated calling device, or a party outside: without extension and device, with its number in E.164.
    `subject` is the data subject of the call. A guest of a meeting is outside, with a name and without a number."""

    tenant_id: str
    extension_id: str
    device_id: str
    subject: str
    number: str = field(repr=False)
    name: str = field(repr=False)
    trunk_id: str = ""
    """The trunk of the carrier that delivered the call, "" for a call from inside."""
    is_guest: bool = False
    """A guest of a meeting, over the Web; `device_id` is the id of the guest."""
    calling_for: str = ""
    """The ring group or queue in whose name the party calls, such as `queue:6500`, "" for its own."""

    @property
    def is_outside(self) -> bool:
        """Whether the caller is outside of the tenant."""
        return bool(self.trunk_id) or self.is_guest

    @classmethod
    def of(cls, extension: Extension, device_id: str = "", name: str | None = None) -> "Caller":
        """Return an extension as a caller; `name` replaces the extension's own name."""
        shown = (extension.name if name is None else name)[:MAX_SHOWN_NAME]
        return cls(extension.tenant_id, extension.id, device_id, extension.subject, extension.number, shown)


@dataclass(slots=True)
class Binding:
    """A binding of a device (RFC 3261 section 10.3). Only its registrar changes it, and only by `refresh`.

    `contact` is the URI to call and `flow` the flow of the REGISTER, over which requests are sent (RFC 5626); `path`
    are the Route values (RFC 3327). `expires_at` is in monotonic seconds.
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
    """+sip.instance with its angle brackets, "" if the phone did not send one."""
    reg_id: int = 0
    """reg-id of the flow (RFC 5626); 0 if the phone does not support outbound."""
    user_agent: str = field(default="", repr=False)
    disconnected: bool = False
    """The connection is lost: the binding is kept in case the phone reconnects, but not dialled."""
    granted_seconds: int = 3600
    """Seconds granted by the latest REGISTER."""
    fingerprint: int = field(default=0, repr=False, compare=False)
    """Hash of the relevant headers of the latest REGISTER: if it is repeated, only the times change. 0 if unknown."""
    journalled_until: float = 0.0
    """Expiry in the journal: later than granted, so that not every refresh must be journalled."""
    takes_texts: bool = False
    """Whether the phone lists MESSAGE among its methods (RFC 3428)."""

    def __hash__(self) -> int:
        return hash(self.id)

    def refresh(self, call_id: str, cseq: int, now: float) -> None:
        """Extend the binding by the seconds granted before."""
        self.expires_at, self.call_id, self.cseq = now + self.granted_seconds, call_id, cseq


@value
class RegisterResult:
    """Result of a REGISTER: the bindings of the device."""

    bindings: tuple[Binding, ...]
    path: tuple[str, ...] = field(default=(), repr=False)
    """Path values for the response, if the phone supports Path."""
    outbound: bool = False
    """Whether RFC 5626 was applied."""
