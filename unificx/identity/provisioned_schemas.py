"""Accounts as an identity provider sees them (SCIM). Frozen; personal values are excluded from `repr`."""

from dataclasses import dataclass, field

from unificx.identity.schemas import Language, Person


@dataclass(frozen=True, slots=True)
class ProvisionedValues:
    """Statements of an identity provider about an account; "" for those that it does not make.

    `active`: None leaves it as it is. `phone`: a work number, in any form. Without `email` the user name is the
    address, if it is one.
    """

    user_name: str = field(repr=False)
    external_id: str = field(default="", repr=False)
    display_name: str = field(default="", repr=False)
    given_name: str = field(default="", repr=False)
    family_name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    language: Language | None = None
    active: bool | None = None
    department: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """The name of the account: the display name, or that of its parts, or the user name."""
        return self.display_name or f"{self.given_name} {self.family_name}".strip() or self.user_name


@dataclass(frozen=True, slots=True)
class ProvisionedAccount:
    """An account with its present values."""

    person: Person
    values: ProvisionedValues


@dataclass(frozen=True, slots=True)
class ProvisionedPage:
    """Some accounts of a tenant, oldest first, and the number of all."""

    total: int
    items: tuple[ProvisionedAccount, ...]
