"""Carriers of a ladder: each is a phone of its own with "trunk" in the line of participants."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from phones import Phone

from unificx.locations import Location
from unificx.registrar import Caller
from unificx.routing import Destination, Fork, OutsideTarget, Plan, Step
from unificx.sip.flow import Flow
from unificx.sip.geolocation import CivicAddress
from unificx.trunks import Trunk, TrunkEndpoint
from unificx.trunks.schemas import TrunkOptions

TENANT, PASSWORD, CALL_SECONDS = "t1", "a secret", 3600.0
OWN_NUMBER = "+49301234500"
CERTIFICATE_URL = "https://pbx.example/calls.pem"
SIGNING_KEY = (
    ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
)


class FakeLines:
    """Stands for `TrunkDirectory`, and implements `PublicNumbers`: one trunk per carrier, and the destinations of the tenant's numbers."""

    def __init__(
        self, carriers: Iterable[Phone], inbound: Mapping[str, Destination], contacts: Mapping[str, str]
    ) -> None:
        self.trunks = {one.name: _trunk(one) for one in carriers}
        self.servers = {one.name: (replace(one.flow, connection=0),) for one in carriers}
        self.unused: dict[str, tuple[Flow, ...]] = {}
        """Servers of trunks that want no further calls."""
        self._inbound = inbound
        self.paused: list[tuple[str, float]] = []
        self.without_server: set[str] = set()
        """Trunks whose server has no known address."""
        self.silent: set[str] = set()
        """Trunks whose server has not answered lately."""
        self.without_own_numbers = False
        self.subjects: list[str] = []
        self.unknown_numbers: list[Sequence[str]] = []
        self.names = contacts

    def trunk(self, trunk_id: str) -> Trunk | None:
        return self.trunks.get(trunk_id)

    def endpoint(self, trunk_id: str, now: float) -> TrunkEndpoint | None:
        del now
        if trunk_id in self.without_server or trunk_id not in self.trunks:
            return None
        servers = self.servers[trunk_id]
        return TrunkEndpoint(0, servers, (*servers, *self.unused.get(trunk_id, ())), "account", PASSWORD)

    def available(self, trunk_id: str, now: float) -> bool:
        del now
        return trunk_id not in self.silent

    def pause(self, trunk_id: str, flow: Flow, until: float) -> None:
        del flow
        self.paused.append((trunk_id, until))

    def note_unknown_number(self, candidates: Sequence[Trunk], dialled: Sequence[str], at: datetime) -> None:
        del candidates, at
        self.unknown_numbers.append(dialled)

    def is_own(self, tenant_id: str, number: str) -> bool:
        del tenant_id
        return number == OWN_NUMBER and not self.without_own_numbers

    def e164(self, tenant_id: str, text: str) -> str:
        del tenant_id
        digits = text.lstrip("+")
        if not digits.isdecimal() or len(digits) < 6:
            return ""
        return f"+49{digits[1:]}" if digits.startswith("0") else f"+{digits}"

    def is_emergency(self, tenant_id: str, dialled: str) -> bool:
        del tenant_id
        return dialled == "112"

    def destination(self, tenant_id: str, trunk_id: str, called_number: str, caller_number: str) -> Destination | None:
        del tenant_id, trunk_id, caller_number
        return self._inbound.get(called_number)

    def name(self, tenant_id: str, number: str) -> str:
        """Return the name that the tenant has given the number."""
        del tenant_id
        return self.names.get(number, "")

    def place(self, caller: Caller) -> Location:
        """Return where a party is."""
        address = CivicAddress("DE", "Berlin", "Hauptstr.", "1", room="204")
        return Location("l", caller.tenant_id, "Berlin", datetime(2026, 1, 1, tzinfo=UTC), address)

    def subject(self, tenant_id: str, number: str) -> str:
        del tenant_id
        self.subjects.append(number)
        return f"s-{number}"


def _trunk(phone: Phone) -> Trunk:
    header = "p_asserted" if "asserts" in phone.options else "from"
    maximum = next((int(word.removeprefix("max")) for word in phone.options if word.startswith("max")), None)
    transport = "tls" if phone.flow.transport == "tls" else "udp" if phone.flow.transport == "udp" else "tcp"
    domain = "2001:db8::1" if "ipv6" in phone.options else f"{phone.name}.example"
    created = datetime(2026, 1, 1, tzinfo=UTC)
    return Trunk(
        phone.name, TENANT, phone.name, created, phone.flow.host, 0, transport, domain, registers=False,
        max_calls=maximum, options=TrunkOptions(
            header,
            dtmf="info" if "info" in phone.options else "rfc4733",
            signing_key=SIGNING_KEY if "signs" in phone.options else "",
            certificate_url=CERTIFICATE_URL if "signs" in phone.options else "",
            verification="reject" if "rejects" in phone.options else "mark" if "marks" in phone.options else "off",
        ),
    )  # fmt: skip


class Outside:
    """A destination outside: the number in E.164, called over the first carrier that can connect it."""

    def __init__(
        self, number: str, *carriers: str, withheld: bool = False, emergency: bool = False, located: bool = False
    ) -> None:
        self._targets = [
            OutsideTarget(number, one, number, OWN_NUMBER, withheld, emergency, sends_location)
            for sends_location in ((True, False) if located else (False,))
            for one in carriers
        ]

    def plan(self) -> Plan:
        first, *others = [Fork((one,), 60.0, CALL_SECONDS) for one in self._targets]
        failed = frozenset(("unreachable", "failed"))
        return Plan((Step(first), *[Step(each, failed) for each in others]))  # pyright: ignore[reportArgumentType]
