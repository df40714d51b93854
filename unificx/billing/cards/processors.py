"""The operator's account at the processor of payments by card."""

import re

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing.cards import repository
from unificx.billing.cards.ports import CardGateway
from unificx.billing.cards.schemas import Processor, ProcessorKeys
from unificx.billing.seller import seller_of
from unificx.core.clock import random_id
from unificx.core.errors import Conflict, Invalid, ServiceUnavailable
from unificx.db import Database, Keys
from unificx.identity import DirectoryCache

_SECRET_KEY = re.compile(r"(?:sk|rk)_(live|test)_[A-Za-z0-9]{8,250}\Z", re.ASCII)
_WEBHOOK_SECRET = re.compile(r"whsec_[A-Za-z0-9+/=_-]{8,250}\Z", re.ASCII)


class Processors:
    """The account of the operators. Payments by card are off until it is set."""

    def __init__(self, database: Database, keys: Keys, directory: DirectoryCache, gateway: CardGateway) -> None:
        self._database, self._keys, self._directory, self.gateway = database, keys, directory, gateway

    async def set(self, given: ProcessorKeys) -> Processor:
        """Store the secrets of the account, after the processor has accepted the key. Raise Invalid;
        Conflict if it does not answer."""
        found = _SECRET_KEY.match(given.secret_key)
        if found is None:
            raise Invalid("A secret key looks like sk_live_...", hint="See Developers, API keys.", field="secret_key")
        if not _WEBHOOK_SECRET.match(given.webhook_secret):
            raise Invalid(
                "A signing secret looks like whsec_...", hint="See Developers, Webhooks.", field="webhook_secret"
            )
        try:
            await self.gateway.check(given.secret_key)
        except ServiceUnavailable:
            raise Conflict(
                "The processor does not answer, so the key was not checked.", hint="Try again in some minutes."
            ) from None
        processor = Processor("live" if found[1] == "live" else "test", self._database.clock.now())
        subject = random_id(self._database.clock)
        async with self._database.begin() as uow:
            await repository.put_processor(uow.session, self._keys, self.seller_id(), subject, (processor, given))
        return processor

    async def find(self) -> Processor | None:
        """Return the account, None if there is none."""
        async with self._database.read() as session:
            return await repository.show_processor(session, self.seller_id())

    async def remove(self) -> None:
        """End payments by card. Those that were begun can still be paid, but are not reported any more."""
        async with self._database.begin() as uow:
            await repository.delete_processor(uow.session, self.seller_id())

    async def secrets(self, session: AsyncSession) -> ProcessorKeys:
        """Return the secrets of the account. Raise Conflict if there is none."""
        found = await repository.find_processor(session, self._keys, self.seller_id())
        if found is None:
            raise Conflict("There are no payments by card here.", hint="Pay by bank transfer.")
        return found[1]

    def seller_id(self) -> str:
        """Return the tenant of the operators. Raise NotFound."""
        return seller_of(self._directory).id
