"""Effect of a REGISTER on a device's bindings (RFC 3261 section 10.3, RFC 3327, RFC 5626 section 6). Pure.

A device has its own credentials and bindings: it can neither query nor remove those of another device of the same
extension, since they reveal the location of the user's other devices.
"""

from collections.abc import Callable, Iterable
from dataclasses import field
from functools import lru_cache

from unificx.core.value import value
from unificx.registrar.location import latest_per_phone
from unificx.registrar.ports import Device
from unificx.registrar.schemas import Binding
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.flow import Flow
from unificx.sip.headers import Address, parse_address, parse_delta_seconds
from unificx.sip.message import Request
from unificx.sip.uri import Uri

MIN_EXPIRES, MAX_EXPIRES, DEFAULT_EXPIRES = 60, 3600, 3600
"""Minimum, maximum and default expiry in seconds."""
JOURNAL_MARGIN = 600
"""Minimum seconds by which the journalled expiry exceeds the granted one, so that refreshes in between do not write.
After a restart a binding is valid for the last granted time, counted from the restart."""
MAX_BINDINGS = 10
"""Bindings per device."""
MAX_TEXT_LENGTH = 512
"""Maximum characters of a contact, Path value, instance or Call-ID."""
MAX_USER_AGENT_LENGTH = 120
_FINGERPRINT_HEADERS = ("contact", "expires", "supported", "user-agent", "allow")
_ABSENT = ("",) * len(_FINGERPRINT_HEADERS)


class RegistrationRejected(RemoteProtocolError):
    """The REGISTER is rejected; `headers` are added to the response."""

    def __init__(self, status: int, reason: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(status, reason)
        self.headers = headers


@value
class RequestedContact:
    """One contact of a REGISTER and its requested expiry in seconds; 0 removes it."""

    uri: Uri
    uri_text: str = field(repr=False)
    seconds: int
    q: float = 1.0
    instance: str = ""
    reg_id: int = 0
    takes_texts: bool = False


@value
class ParsedRegister:
    """The parsed REGISTER."""

    call_id: str = field(repr=False)
    cseq: int
    contacts: tuple[RequestedContact, ...] = ()
    remove_all: bool = False
    """Contact was "*": remove all bindings of the device."""
    path: tuple[str, ...] = ()
    supports_path: bool = False
    outbound: bool = False
    user_agent: str = field(default="", repr=False)
    fingerprint: int = field(default=0, repr=False)
    """See `fingerprint_of`."""


@value
class RegisterContext:
    """Flow and monotonic time of the REGISTER."""

    flow: Flow = field(repr=False)
    now: float


@value
class RegisterOutcome:
    """The resulting bindings, and the changes to journal: new or changed, only extended, removed."""

    bindings: tuple[Binding, ...]
    changed: tuple[Binding, ...] = ()
    extended: tuple[Binding, ...] = ()
    removed: tuple[Binding, ...] = ()


def parse_register(request: Request, max_expires: int = MAX_EXPIRES) -> ParsedRegister:
    """Parse a REGISTER, limiting expiry to `max_expires` seconds.

    Raises RemoteProtocolError, or RegistrationRejected if it violates the registrar's policy.
    """
    path = tuple([_checked_route(value) for value in request.values("path")])
    supported = request.option_tags("supported")
    contacts: tuple[RequestedContact, ...] = ()
    expires = request.first("expires")
    if request.contact_star:
        if expires is None or parse_delta_seconds(expires) != 0:
            raise RemoteProtocolError(400, "Contact * Needs Expires 0")
    else:
        default = DEFAULT_EXPIRES if expires is None else parse_delta_seconds(expires)
        outbound = "outbound" in supported
        allows = _lists_message(request.values("allow"))
        contacts = tuple(
            [_requested_contact(contact, default, max_expires, outbound, allows) for contact in request.contacts]
        )
    if len(path) > MAX_BINDINGS or len(contacts) > MAX_BINDINGS:
        raise RegistrationRejected(403, "Too Many Contacts")
    flows = [one for one in contacts if one.reg_id]
    if flows and len(contacts) > 1:
        raise RemoteProtocolError(400, "One Contact At A Time With reg-id")
    if flows and not _first_hop_supports_outbound(request, path):
        raise RegistrationRejected(439, "First Hop Lacks Outbound Support")
    return ParsedRegister(
        call_id=checked_text(request.call_id),
        cseq=request.cseq_number,
        contacts=contacts,
        remove_all=request.contact_star,
        path=path,
        supports_path="path" in supported,
        outbound=bool(flows),
        user_agent=_user_agent((request.first("user-agent") or "")[:MAX_USER_AGENT_LENGTH]),
        fingerprint=fingerprint_of(request),
    )


def fingerprint_of(request: Request) -> int:
    """Return a hash of the headers evaluated by `parse_register` except CSeq and Call-ID, with the key of this process;
    0 if it came through a proxy or repeats a header."""
    found = request.first_values
    if len(found) != len(request.headers) or "," in found["via"] or "path" in found:
        return 0
    return hash("\n".join(map(found.get, _FINGERPRINT_HEADERS, _ABSENT)))


def is_refresh(binding: Binding, request: Request, flow: Flow, now: float, max_expires: int = MAX_EXPIRES) -> bool:
    """Return whether the REGISTER only repeats the one that made the only binding of its device.

    Nearly every REGISTER is such a refresh, and comparing headers costs a third of parsing them.
    """
    return (
        binding.fingerprint != 0
        and not binding.disconnected
        and binding.granted_seconds <= max_expires
        and binding.journalled_until >= now + binding.granted_seconds
        and (request.cseq_number > binding.cseq or request.call_id != binding.call_id)
        and (binding.flow is flow or binding.flow == flow)
        and binding.fingerprint == fingerprint_of(request)
    )


def apply_register(
    current: tuple[Binding, ...],
    register: ParsedRegister,
    device: Device,
    context: RegisterContext,
    new_id: Callable[[], str],
) -> RegisterOutcome:
    """Apply a REGISTER atomically, or raise RegistrationRejected. `current` are the device's unexpired bindings."""
    if register.remove_all:
        _check_cseq(current, register)
        return RegisterOutcome((), removed=current)
    bindings = list(current)
    changed: list[Binding] = []
    extended: list[Binding] = []
    removed: list[Binding] = []
    for contact in register.contacts:
        old = _find_binding(bindings, contact)
        if old is not None:
            _check_cseq((old,), register)
            bindings.remove(old)
        if not contact.seconds:
            removed += [] if old is None else [old]
        elif old is not None and _is_unchanged(old, contact, register, context.flow):
            journalled_until = old.journalled_until if old.journalled_until >= context.now + contact.seconds else None
            new = _binding(old.id, contact, register, device, context, journalled_until=journalled_until)
            bindings.append(new)
            if journalled_until is None:
                extended.append(new)
        else:
            new = _binding(new_id() if old is None else old.id, contact, register, device, context)
            bindings.append(new)
            changed.append(new)
    if len(bindings) > MAX_BINDINGS:
        unused = _unused(bindings)[: len(bindings) - MAX_BINDINGS]
        removed += unused
        bindings = [one for one in bindings if one not in unused]
    if len(bindings) > MAX_BINDINGS:
        raise RegistrationRejected(403, "Too Many Contacts")
    return RegisterOutcome(tuple(bindings), tuple(changed), tuple(extended), tuple(removed))


def _unused(bindings: list[Binding]) -> list[Binding]:
    """Return the bindings that are not dialled, the oldest first: those of a phone that registers from another port
    after each restart or loss of its connection."""
    dialled = latest_per_phone([one for one in bindings if not one.disconnected])
    return [one for one in bindings if one not in dialled]


def contact_value(binding: Binding, now: float) -> str:
    """Return the Contact value for the response."""
    left = max(1, round(binding.expires_at - now))
    text = f"<{binding.contact}>;expires={left}"
    if binding.q != 1.0:
        text += f";q={binding.q:.3g}"
    if binding.instance:
        text += f';+sip.instance="{binding.instance}"'
    if binding.reg_id:
        text += f";reg-id={binding.reg_id}"
    return text


def _requested_contact(
    contact: Address, default: int, max_expires: int, outbound: bool, allows_texts: bool
) -> RequestedContact:
    if contact.uri.scheme not in ("sip", "sips"):
        raise RemoteProtocolError(400, "A Contact Must Be A SIP URI")
    requested = contact.expires
    expires = min(default if requested is None else requested, max_expires)
    if 0 < expires < MIN_EXPIRES:
        raise RegistrationRejected(423, "Interval Too Brief", (("Min-Expires", str(MIN_EXPIRES)),))
    instance = checked_text(contact.param("+sip.instance") or "")
    if '"' in instance or "\\" in instance:
        raise RemoteProtocolError(400, "Bad Instance")
    reg_id = _reg_id(contact.param("reg-id")) if outbound and instance else 0
    takes_texts = allows_texts or _lists_message((contact.param("methods") or "").split(","))
    uri_text = checked_text(str(contact.uri))
    return RequestedContact(contact.uri, uri_text, expires, contact.q, instance, reg_id, takes_texts)


def _lists_message(methods: Iterable[str]) -> bool:
    """Whether methods in Allow (RFC 3261 section 20.5), or in `methods` of a Contact (RFC 3840), include MESSAGE."""
    return any(method.strip(" \t").upper() == "MESSAGE" for method in methods)


def _reg_id(text: str | None) -> int:
    """Return the reg-id, 0 if it is missing."""
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise RemoteProtocolError(400, "Bad reg-id")
    return int(text)


def checked_text(text: str) -> str:
    """Return the text; raise RemoteProtocolError if it is too long or not printable (e.g. invalid UTF-8)."""
    if len(text) > MAX_TEXT_LENGTH or not text.isprintable():
        raise RemoteProtocolError(400, "Unusable Value")
    return text


@lru_cache(maxsize=256)
def _user_agent(text: str) -> str:
    """Return the printable part of the text, as one string for all phones of a model."""
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def _checked_route(value: str) -> str:
    parse_address(checked_text(value))
    return value


def _first_hop_supports_outbound(request: Request, path: tuple[str, ...]) -> bool:
    """Whether the REGISTER came directly, or through an edge proxy that supports outbound (RFC 5626 section 6)."""
    if len(request.vias) == 1:
        return True
    return bool(path) and parse_address(path[-1]).uri.has("ob")


def _find_binding(bindings: list[Binding], contact: RequestedContact) -> Binding | None:
    """Return the binding of this contact: with the same instance and reg-id, else with the same URI.

    All flows of a phone have the same URI, so it does not distinguish them (RFC 5626 section 6).
    """
    if contact.reg_id:
        for binding in bindings:
            if binding.reg_id == contact.reg_id and binding.instance == contact.instance:
                return binding
    for binding in bindings:
        if contact.reg_id and binding.reg_id:
            continue
        if binding.contact == contact.uri_text or Uri.parse(binding.contact).equals(contact.uri):
            return binding
    return None


def _check_cseq(bindings: tuple[Binding, ...], register: ParsedRegister) -> None:
    """Reject a REGISTER that arrives after a later one (RFC 3261 section 10.3, step 7)."""
    for binding in bindings:
        if binding.call_id == register.call_id and register.cseq <= binding.cseq:
            raise RegistrationRejected(500, "CSeq Out Of Order")


def _binding(
    binding_id: str,
    contact: RequestedContact,
    register: ParsedRegister,
    device: Device,
    context: RegisterContext,
    *,
    journalled_until: float | None = None,
) -> Binding:
    expires = context.now + contact.seconds
    return Binding(
        id=binding_id,
        tenant_id=device.tenant_id,
        extension_id=device.extension_id,
        device_id=device.device_id,
        expires_at=expires,
        cseq=register.cseq,
        call_id=register.call_id,
        contact=contact.uri_text,
        flow=context.flow,
        path=register.path,
        q=contact.q,
        instance=contact.instance,
        reg_id=contact.reg_id,
        user_agent=register.user_agent,
        granted_seconds=contact.seconds,
        fingerprint=register.fingerprint,
        journalled_until=expires + max(contact.seconds, JOURNAL_MARGIN)
        if journalled_until is None
        else journalled_until,
        takes_texts=contact.takes_texts,
    )


def _is_unchanged(old: Binding, contact: RequestedContact, register: ParsedRegister, flow: Flow) -> bool:
    """Whether only times and CSeq differ."""
    return (
        old.flow == flow
        and old.contact == contact.uri_text
        and old.path == register.path
        and old.q == contact.q
        and old.instance == contact.instance
        and old.reg_id == contact.reg_id
        and old.user_agent == register.user_agent
        and old.takes_texts == contact.takes_texts
        and not old.disconnected
    )
