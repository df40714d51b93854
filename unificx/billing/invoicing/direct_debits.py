"""Files of SEPA direct debits (pain.008.001.08) for the open invoices of tenants with a mandate.

The first debit of a mandate is marked as such, also again after the bank has returned it.
An invoice that is in a file is in no further one until its debit is marked as returned, so its account is never debited
twice.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

from unificx.billing.invoicing import debit_repository
from unificx.billing.invoicing.details import Details
from unificx.billing.invoicing.invoices import Invoices
from unificx.billing.invoicing.repository import Books
from unificx.billing.invoicing.schemas import BillingDetails, DirectDebit, DirectDebitFile
from unificx.billing.locks import Lock, lock
from unificx.billing.machine.invoice import Document
from unificx.billing.machine.money import minor_unit
from unificx.billing.seller import seller_of
from unificx.core.clock import random_id
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.db import Database
from unificx.identity import OPERATOR_SLUG, DirectoryCache

SCHEMA = "pain.008.001.08"
MAX_FILES = 100
"""Files that are listed."""
_EURO = "EUR"
_LONGEST_NOTICE = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Collection:
    """An amount in micros that is collected of an invoice, and the document with its mandate."""

    debit: DirectDebit
    document: Document


class DirectDebits:
    """Collects open invoices. The payments are recorded once the bank has booked them."""

    def __init__(self, database: Database, directory: DirectoryCache, details: Details, invoices: Invoices) -> None:
        self._database, self._directory, self._details, self._invoices = database, directory, details, invoices

    async def create(self, day: date) -> DirectDebitFile:
        """Make the file that collects on a day the open invoices in EUR with a mandate that are due then and are in no
        other file. An invoice announces its due day as the earliest one (pre-notification).

        Raise Invalid; Conflict if there are none, or the seller has no bank account or creditor identifier."""
        now, today = self._database.clock.now(), self._invoices.today()
        if not today < day <= today + _LONGEST_NOTICE:
            raise Invalid("The day of collection is tomorrow or at most 60 days later.", field="day")
        seller_id, _ = await self._seller()
        file_id = random_id(self._database.clock).replace("-", "")
        async with self._database.begin() as uow:
            await lock(uow.session, Lock.DEBITS, seller_id)
            await lock(uow.session, Lock.NUMBERS, seller_id)  # none is cancelled meanwhile
            found = [
                debit
                for tenant in self._directory.tenants()
                if tenant.slug != OPERATOR_SLUG
                for debit in await self._debits(tenant.id, file_id, day, now)
            ]
            if not found:
                raise Conflict(
                    "No invoice in EUR with a mandate is due by then and left to collect.",
                    hint="List them by `unificx invoice list`.",
                )
            await debit_repository.insert_debits(uow.session, seller_id, found)
        return DirectDebitFile(file_id, day, now, len(found), sum(each.amount for each in found))

    async def files(self) -> Sequence[DirectDebitFile]:
        """Return the last files, newest first."""
        async with self._database.read() as session:
            return await debit_repository.list_files(session, seller_of(self._directory).id, MAX_FILES)

    async def file(self, file_id: str) -> bytes:
        """Return a file for the bank, made again from its rows. Raise NotFound; Conflict as `create`."""
        async with self._database.read() as session:
            debits = await debit_repository.debits_of_file(session, seller_of(self._directory).id, file_id)
        if not debits:
            raise NotFound("File of direct debits not found.", hint="List them by `unificx invoice debits`.")
        seller_id, seller = await self._seller()
        documents = await self._invoices.documents(seller_id, [each.number for each in debits])
        if len(documents) < len(debits):
            raise NotFound("Invoices of this file were deleted.", hint="List files by `unificx invoice debits`.")
        found = [Collection(each, documents[each.number]) for each in debits]
        return await asyncio.to_thread(to_pain, seller, found)

    async def mark_returned(self, tenant_id: str, number: str) -> None:
        """Mark the direct debit of an invoice as returned by the bank, so that it is open again. Raise NotFound;
        Conflict if it is in no file."""
        await self._invoices.get(tenant_id, number)
        books = Books(seller_of(self._directory).id, tenant_id)
        async with self._database.begin() as uow:
            if not await debit_repository.return_debit(uow.session, books, number):
                raise Conflict(
                    "This invoice is in no file of direct debits.", hint="List files by `unificx invoice debits`."
                )

    async def _seller(self) -> tuple[str, BillingDetails]:
        seller_id = seller_of(self._directory).id
        seller = await self._details.find(seller_id)
        if seller is None or not (seller.iban and seller.creditor_id):
            raise Conflict(
                "The seller needs an IBAN and a creditor identifier.",
                hint="Set them by `unificx invoice details --tenant operator`.",
            )
        return seller_id, seller

    async def _debits(self, tenant_id: str, file_id: str, day: date, now: datetime) -> list[DirectDebit]:
        unpaid = [
            each
            for each in await self._invoices.list(tenant_id)
            if each.state in ("open", "overdue") and each.currency == _EURO and each.due <= day
        ]
        if not unpaid:
            return []
        books = Books(seller_of(self._directory).id, tenant_id)
        async with self._database.read() as session:
            debits = await debit_repository.collections(session, books)
        documents = await self._invoices.documents(books.seller_id, [*(each.number for each in unpaid), *debits])
        mandates = {number: each.mandate.reference for number, each in documents.items() if each.mandate is not None}
        # A mandate is used once there is a debit of it that the bank has not returned.
        used = {mandates[number] for number in debits if number in mandates}
        found: list[DirectDebit] = []
        for each in unpaid:
            mandate = mandates.get(each.number)
            if mandate is None:
                continue
            sequence = "RCUR" if mandate in used else "FRST"
            used.add(mandate)
            found.append(DirectDebit(file_id, each.number, tenant_id, each.left, day, now, sequence))
        return found


def to_pain(seller: BillingDetails, collections: Sequence[Collection]) -> bytes:
    """Return the file, checked against the schema of ISO 20022. The invoice number is the end-to-end id.

    Ids and time are those of the file instead of the library's random ones, so a bank notices a second copy of it.
    """
    from sepaxml import SepaDD

    first = collections[0].debit
    config = {"name": seller.name[:70], "IBAN": seller.iban, "batch": True, "creditor_id": seller.creditor_id}
    config |= {"currency": _EURO} | ({"BIC": seller.bic} if seller.bic else {})
    file = SepaDD(config, schema=SCHEMA, clean=True)
    for each in collections:
        mandate = each.document.mandate
        if mandate is None:
            continue
        file.add_payment(
            {
                "name": each.document.buyer.name,
                "IBAN": mandate.iban,
                "amount": each.debit.amount // minor_unit(_EURO),
                "type": each.debit.sequence,
                "collection_date": first.day,
                "mandate_id": mandate.reference,
                "mandate_date": mandate.signed,
                "description": each.debit.number,
                "endtoend_id": each.debit.number,
            }
        )
    made = file.export(validate=True)
    parts = count(1)
    made = re.sub(rb"<PmtInfId>[^<]*", lambda _: f"<PmtInfId>{first.file}-{next(parts)}".encode(), made)
    for tag, value in (("MsgId", first.file), ("CreDtTm", f"{first.created:%Y-%m-%dT%H:%M:%S}")):
        made = re.sub(rf"<{tag}>[^<]*".encode(), f"<{tag}>{value}".encode(), made)
    return made
