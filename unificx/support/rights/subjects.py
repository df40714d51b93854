"""The data subjects that requests are about."""

from unificx.core.errors import Invalid, NotFound
from unificx.privacy import KeyStore, OutsideNumbers
from unificx.routing import PublicNumber, normalise
from unificx.support.rights.accounts import Accounts
from unificx.support.rights.schemas import NewRequest, RightsRequest

EMAIL_ALIAS = "email"


class RequestSubjects:
    """Finds the subjects that are known here, by account, number (E.164) or e-mail address."""

    def __init__(self, keys: KeyStore, outside_numbers: OutsideNumbers, accounts: Accounts) -> None:
        self._keys, self._outside_numbers, self._accounts = keys, outside_numbers, accounts

    async def of_new(self, tenant_id: str, new: NewRequest) -> str | None:
        """Return the subject of a request that is entered. Raise NotFound for another account."""
        if new.person_id:
            return (await self._accounts.get(new.sender_tenant or tenant_id, new.person_id)).subject
        if new.number:
            return self.of_number(tenant_id, new.number)
        return self._of_email(tenant_id, new.email)

    def of_proved(self, request: RightsRequest) -> str | None:
        """Return the subject of a request whose sender is proved now."""
        if request.about is not None:
            return request.about
        if request.number:
            return self.of_number(request.tenant_id, request.number)
        return self._of_email(request.tenant_id, request.email)

    def caller(self, tenant_id: str, text: str) -> tuple[str, str]:
        """Return number (E.164) and subject of a caller without an account, whose number is written as it is dialled in
        the country of the tenant. Raise Invalid, NotFound."""
        tenant = self._accounts.directory.tenant(tenant_id)
        found = normalise(text.strip(), tenant.country if tenant is not None else "")
        if not isinstance(found, PublicNumber):
            raise Invalid("This is not a telephone number outside.", hint="Write it as +49301234567.", field="number")
        subject = self.of_number(tenant_id, found.e164)
        if subject is None:
            hint = "Write it as the call history shows it."
            raise NotFound("Nothing is held about this number.", hint=hint, field="number")
        return found.e164, subject

    def of_number(self, tenant_id: str, number: str) -> str | None:
        """Return the subject of a number outside (E.164) if anything is stored about it."""
        return self._outside_numbers.find(tenant_id, number)

    def _of_email(self, tenant_id: str, address: str) -> str | None:
        return self._keys.find(tenant_id, EMAIL_ALIAS, address.lower()) if address else None
