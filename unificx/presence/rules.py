"""What a REGISTER does to a device's bindings (RFC 3261 section 10.3, RFC 3327, RFC 5626 section 6). Pure.

A device has its own credentials and its own set of bindings: it neither sees nor removes those of another device of the
same extension, for they say where its owner's other devices are.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from unificx.presence.contracts import Binding
from unificx.presence.ports import Device
from unificx.sip.errors import BadPeer
from unificx.sip.flow import Flow
from unificx.sip.headers import Address, parse_address, seconds
from unificx.sip.message import Request
from unificx.sip.uri import Uri

SHORTEST, LONGEST, USUAL = 60, 3600, 3600
"""Seconds a binding may last, and lasts when the phone does not say."""
NOTED_LONGER = 600
"""Seconds a binding is noted for beyond what was granted, at least: the refreshes in between cost no write. After a
restart it is held for no longer than it was granted the last time, counted from the restart."""
MOST_BINDINGS = 10
"""Of one device."""
MOST_TEXT = 512
"""Characters of a contact, a Path value, an instance, a Call-ID."""
MOST_AGENT = 120
_READ = ("contact", "expires", "supported", "user-agent")


class RegistrationRefused(BadPeer):
    """The REGISTER is refused; `headers` go into the response."""

    def __init__(self, status: int, reason: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(status, reason)
        self.headers = headers


@dataclass(frozen=True, slots=True)
class Wanted:
    """One contact of a REGISTER and how many seconds it shall last; 0 takes it away."""

    uri: Uri
    contact: str = field(repr=False)
    seconds: int
    q: float = 1.0
    instance: str = ""
    reg_id: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What a REGISTER asks for."""

    call_id: str = field(repr=False)
    cseq: int
    wanted: tuple[Wanted, ...] = ()
    nothing: bool = False
    """Contact was "*": all of the device's bindings shall go."""
    path: tuple[str, ...] = ()
    path_understood: bool = False
    outbound: bool = False
    user_agent: str = field(default="", repr=False)
    lines: str = field(default="", repr=False)
    """See `lines_of`."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How and when the REGISTER came."""

    flow: Flow = field(repr=False)
    now: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """The device's bindings afterwards; what of it is to be noted: new or changed, only longer than noted, gone."""

    bindings: tuple[Binding, ...]
    changed: tuple[Binding, ...] = ()
    extended: tuple[Binding, ...] = ()
    removed: tuple[Binding, ...] = ()


def read(request: Request, longest: int = LONGEST) -> Asked:
    """What the REGISTER asks for, nothing for more than `longest` seconds.

    Raises BadPeer, or RegistrationRefused for what no rule allows.
    """
    path = tuple([_route(value) for value in request.values("path")])
    supported = request.options("supported")
    wanted: tuple[Wanted, ...] = ()
    expires = request.first("expires")
    if request.contact_star:
        if expires is None or seconds(expires) != 0:
            raise BadPeer(400, "Contact * Needs Expires 0")
    else:
        usual = USUAL if expires is None else seconds(expires)
        outbound = "outbound" in supported
        wanted = tuple([_wanted(contact, usual, longest, outbound) for contact in request.contacts])
    if len(path) > MOST_BINDINGS or len(wanted) > MOST_BINDINGS:
        raise RegistrationRefused(403, "Too Many Contacts")
    flows = [one for one in wanted if one.reg_id]
    if flows and len(wanted) > 1:
        raise BadPeer(400, "One Contact At A Time With reg-id")
    if flows and not _first_hop_keeps_flows(request, path):
        raise RegistrationRefused(439, "First Hop Lacks Outbound Support")
    return Asked(
        call_id=_bounded(request.call_id),
        cseq=request.cseq.number,
        wanted=wanted,
        nothing=request.contact_star,
        path=path,
        path_understood="path" in supported,
        outbound=bool(flows),
        user_agent=_agent(request.first("user-agent") or ""),
        lines=lines_of(request),
    )


def lines_of(request: Request) -> str:
    """All that `read` looks at but what counts every REGISTER; "" where it came through a proxy."""
    index = request.by_name
    if len(index["via"]) > 1 or "," in index["via"][0] or "path" in index:
        return ""
    return "\n".join([f"{name}:{value}" for name in _READ for value in index.get(name, ())])


def again(held: tuple[Binding, ...], request: Request, arrival: Arrival, longest: int) -> Binding | None:
    """The device's binding, for a REGISTER that asks once more for what it has; None for any other, which is judged.

    Nearly every REGISTER is one: to see that it says the same costs a third of reading it.
    """
    if len(held) != 1:
        return None
    old, now, call_id, number = held[0], arrival.now, request.call_id, request.cseq.number
    same_way = old.lines != "" and old.lines == lines_of(request) and old.flow == arrival.flow and not old.cut
    if not same_way or old.lasts > longest or old.noted_until < now + old.lasts:
        return None
    if number <= old.cseq and call_id == old.call_id:
        return None
    return Binding(
        old.id, old.tenant_id, old.extension_id, old.device_id, now + old.lasts, number, _bounded(call_id), old.contact,
        old.flow, old.path, old.q, old.instance, old.reg_id, old.user_agent, False, old.lasts, old.lines,
        old.noted_until,
    )  # fmt: skip


def decide(
    held: tuple[Binding, ...], asked: Asked, device: Device, arrival: Arrival, new_id: Callable[[], str]
) -> Outcome:
    """All of what was asked, or nothing: raises RegistrationRefused. `held` are the device's bindings, none expired."""
    if asked.nothing:
        _in_order(held, asked)
        return Outcome((), removed=held)
    bindings = list(held)
    changed: list[Binding] = []
    extended: list[Binding] = []
    removed: list[Binding] = []
    for wanted in asked.wanted:
        old = _match(bindings, wanted)
        if old is not None:
            _in_order((old,), asked)
            bindings.remove(old)
        if not wanted.seconds:
            removed += [] if old is None else [old]
        elif old is not None and _same_way(old, wanted, asked, arrival.flow):
            noted_until = old.noted_until if old.noted_until >= arrival.now + wanted.seconds else None
            new = _binding(old.id, wanted, asked, device, arrival, noted_until=noted_until)
            bindings.append(new)
            if noted_until is None:
                extended.append(new)
        else:
            new = _binding(new_id() if old is None else old.id, wanted, asked, device, arrival)
            bindings.append(new)
            changed.append(new)
    if len(bindings) > MOST_BINDINGS:
        raise RegistrationRefused(403, "Too Many Contacts")
    return Outcome(tuple(bindings), tuple(changed), tuple(extended), tuple(removed))


def contact_value(binding: Binding, now: float) -> str:
    """The binding as a Contact value of the response."""
    left = max(1, round(binding.expires_at - now))
    text = f"<{binding.contact}>;expires={left}"
    if binding.q != 1.0:
        text += f";q={binding.q:.3g}"
    if binding.instance:
        text += f';+sip.instance="{binding.instance}"'
    if binding.reg_id:
        text += f";reg-id={binding.reg_id}"
    return text


def _wanted(contact: Address, usual: int, longest: int, outbound: bool) -> Wanted:
    if contact.uri.scheme not in ("sip", "sips"):
        raise BadPeer(400, "A Contact Must Be A SIP URI")
    asked = contact.expires
    lasts = min(usual if asked is None else asked, longest)
    if 0 < lasts < SHORTEST:
        raise RegistrationRefused(423, "Interval Too Brief", (("Min-Expires", str(SHORTEST)),))
    instance = _bounded(contact.param("+sip.instance") or "")
    if '"' in instance or "\\" in instance:
        raise BadPeer(400, "Bad Instance")
    reg_id = _reg_id(contact.param("reg-id")) if outbound and instance else 0
    return Wanted(contact.uri, _bounded(str(contact.uri)), lasts, contact.q, instance, reg_id)


def _reg_id(text: str | None) -> int:
    """0 if there is none."""
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise BadPeer(400, "Bad reg-id")
    return int(text)


def _bounded(text: str) -> str:
    """Refuse what is too long to keep, and what is no text at all: bytes that were no UTF-8 among it."""
    if len(text) > MOST_TEXT or not text.isprintable():
        raise BadPeer(400, "Unusable Value")
    return text


def _agent(text: str) -> str:
    text = text[:MOST_AGENT]
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def _route(value: str) -> str:
    parse_address(_bounded(value))
    return value


def _first_hop_keeps_flows(request: Request, path: tuple[str, ...]) -> bool:
    """Whether the phone came straight to us, or by an edge that said it keeps the flow (RFC 5626 section 6)."""
    if len(request.vias) == 1:
        return True
    return bool(path) and parse_address(path[-1]).uri.has("ob")


def _match(bindings: list[Binding], wanted: Wanted) -> Binding | None:
    """The binding this contact is about: the same flow of the same instance, else the same URI.

    Several flows of a phone have one URI, so the URI does not tell them apart (RFC 5626 section 6).
    """
    if wanted.reg_id:
        for binding in bindings:
            if binding.reg_id == wanted.reg_id and binding.instance == wanted.instance:
                return binding
    for binding in bindings:
        if wanted.reg_id and binding.reg_id:
            continue
        if binding.contact == wanted.contact or Uri.parse(binding.contact).equals(wanted.uri):
            return binding
    return None


def _in_order(held: tuple[Binding, ...], asked: Asked) -> None:
    """A REGISTER that was overtaken by a later one changes nothing (RFC 3261 section 10.3, step 7)."""
    for binding in held:
        if binding.call_id == asked.call_id and asked.cseq <= binding.cseq:
            raise RegistrationRefused(500, "CSeq Out Of Order")


def _binding(
    own_id: str, wanted: Wanted, asked: Asked, device: Device, arrival: Arrival, *, noted_until: float | None = None
) -> Binding:
    expires = arrival.now + wanted.seconds
    return Binding(
        id=own_id,
        tenant_id=device.tenant_id,
        extension_id=device.extension_id,
        device_id=device.device_id,
        expires_at=expires,
        cseq=asked.cseq,
        call_id=asked.call_id,
        contact=wanted.contact,
        flow=arrival.flow,
        path=asked.path,
        q=wanted.q,
        instance=wanted.instance,
        reg_id=wanted.reg_id,
        user_agent=asked.user_agent,
        lasts=wanted.seconds,
        lines=asked.lines,
        noted_until=expires + max(wanted.seconds, NOTED_LONGER) if noted_until is None else noted_until,
    )


def _same_way(old: Binding, wanted: Wanted, asked: Asked, flow: Flow) -> bool:
    """Whether nothing changed but the times and the count."""
    return (
        old.flow == flow
        and old.contact == wanted.contact
        and old.path == asked.path
        and old.q == wanted.q
        and old.instance == wanted.instance
        and old.reg_id == wanted.reg_id
        and old.user_agent == asked.user_agent
        and not old.cut
    )
