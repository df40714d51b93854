"""Input and output types of resellers."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from unificx.resale.policies import colours


@dataclass(frozen=True, slots=True)
class Brand:
    """How the product looks for the tenants of a reseller. `accent`: a colour such as #0b5563."""

    product: str
    accent: str
    support_email: str = ""
    logo: bytes | None = field(default=None, repr=False)
    """PNG."""

    @property
    def shades(self) -> Sequence[str]:
        """Ten shades of the accent colour, from light to dark."""
        return colours.shades(self.accent)

    @property
    def logo_path(self) -> str | None:
        """Path of the logo, another one for each logo; None without one."""
        return f"/api/v1/brand/logo?v={self.logo_version}" if self.logo is not None else None

    @property
    def logo_version(self) -> str:
        """A short hash of the logo, so that browsers load a changed one; "" without a logo."""
        return hashlib.sha256(self.logo).hexdigest()[:16] if self.logo is not None else ""


@dataclass(frozen=True, slots=True)
class Reseller:
    """A company that sells the service of the operator under a name of its own."""

    id: str
    tenant_id: str
    """The tenant of its own people."""
    name: str
    """Of the company."""
    brand: Brand
    created: datetime
    hosts: tuple[str, ...] = ()
    """Host names at which the product has its brand."""
    plans: tuple[str, ...] = ()
    """Ids of the plans that it may sell."""
    customers: frozenset[str] = frozenset()
    """Ids of its tenants."""


@dataclass(frozen=True, slots=True)
class NewReseller:
    tenant_id: str
    name: str
    product: str
    accent: str
    support_email: str = ""
    hosts: Sequence[str] = ()
    plans: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ResellerChange:
    """None leaves a value unchanged."""

    name: str | None = None
    product: str | None = None
    accent: str | None = None
    support_email: str | None = None
    hosts: Sequence[str] | None = None
    plans: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class FirstAdministrator:
    """The administrator of a new tenant, who is invited by e-mail."""

    name: str = field(repr=False)
    email: str = field(repr=False)
