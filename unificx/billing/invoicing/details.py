"""Billing details of tenants and of the seller: validation and storage."""

import re
from dataclasses import replace
from datetime import date

from unificx.billing.invoicing import repository, typeface
from unificx.billing.invoicing.schemas import BillingDetails
from unificx.billing.machine.dunning import MAX_STOP_DAYS
from unificx.billing.machine.taxes import in_eu
from unificx.core.clock import random_id
from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase
from unificx.db import Database, Keys
from unificx.identity import DirectoryCache

MAX_TEXT = 100
MAX_PAYMENT_DAYS = 90
MAX_ISSUE_DAY = 28
"""The last day that each month has."""
_COUNTRY = re.compile(r"[A-Z]{2}\Z", re.ASCII)
_EMAIL = re.compile(r"[^\s@<>\"]{1,64}@[A-Za-z0-9.-]{1,253}\Z", re.ASCII)
_TAX_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]{0,29}\Z", re.ASCII)
_OTHER_VAT_ID = re.compile(r"[A-Z]{2}[A-Z0-9.-]{2,18}\Z", re.ASCII)
_MANDATE = re.compile(r"[A-Za-z0-9+?/:().,'-]{1,35}\Z", re.ASCII)
_CREDITOR_ID = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{3}[A-Z0-9]{1,28}\Z", re.ASCII)
_PREFIX = re.compile(r"[A-Z0-9-]{0,8}\Z", re.ASCII)
_REQUIRED = ("name", "street", "postcode", "city")
_TEXTS = (*_REQUIRED, "contact")


class Details:
    """The billing details of all tenants."""

    def __init__(self, database: Database, keys: Keys, directory: DirectoryCache) -> None:
        self._database, self._keys, self._directory = database, keys, directory

    async def find(self, tenant_id: str) -> BillingDetails | None:
        """Return the details of a tenant, None if they are not given."""
        async with self._database.read() as session:
            return await repository.find_details(session, self._keys, tenant_id)

    async def replace(self, tenant_id: str, details: BillingDetails) -> BillingDetails:
        """Store the details of a tenant. Raise Invalid."""
        today = self._database.clock.now().astimezone(self._directory.time_zone(tenant_id)).date()
        valid, subject = checked(details, today), random_id(self._database.clock)
        async with self._database.begin() as uow:
            await repository.put_details(uow.session, self._keys, tenant_id, subject, valid)
        return valid


def checked(details: BillingDetails, today: date) -> BillingDetails:
    """Return details in their usual form. Raise Invalid."""
    texts = {name: _text(name, getattr(details, name)) for name in _TEXTS}
    for name in _REQUIRED:
        if not texts[name]:
            raise Invalid("Name, street, postcode and city are needed.", field=name)
    country = details.country.strip().upper()
    if not _COUNTRY.match(country):
        raise Invalid("A country is written with two letters.", hint="Use DE, for example.", field="country")
    email, tax_number = details.email.strip(), details.tax_number.strip()
    if email and not _EMAIL.match(email):
        raise Invalid("An e-mail address looks like name@example.com.", field="email")
    if tax_number and not _TAX_NUMBER.match(tax_number):
        raise Invalid("A tax number has at most 30 letters, digits and . / -", field="tax_number")
    if not 0 <= details.payment_days <= MAX_PAYMENT_DAYS:
        raise Invalid(Phrase("Invoices are due within 0 to {} days.", MAX_PAYMENT_DAYS), field="payment_days")
    if not 0 <= details.issue_day <= MAX_ISSUE_DAY:
        raise Invalid("Invoices are issued on a day from 1 to 28, or with 0 by hand.", field="issue_day")
    if not 0 <= details.stop_days <= MAX_STOP_DAYS:
        raise Invalid(Phrase("Calls end after 1 to {} days, or with 0 never.", MAX_STOP_DAYS), field="stop_days")
    if not _PREFIX.match(details.number_prefix):
        raise Invalid("A prefix has at most 8 capital letters, digits and hyphens.", field="number_prefix")
    return replace(
        details,
        **texts,
        country=country,
        email=email,
        tax_number=tax_number,
        vat_id=_vat_id(details.vat_id, country),
        **_bank(details, today),
    )


def _text(name: str, text: str) -> str:
    stripped = " ".join(text.split())
    if len(stripped) > MAX_TEXT or not stripped.isprintable():
        raise Invalid(Phrase("Use at most {} printable characters.", MAX_TEXT), field=name)
    if missing := typeface.missing(stripped):
        hint = "Invoices have Latin, Greek and Cyrillic letters."
        raise Invalid(Phrase("Invoices cannot show the character {}.", missing), hint=hint, field=name)
    return stripped


def _vat_id(text: str, country: str) -> str:
    """Return a VAT id without spaces. That of a country of the EU has its form and its check digits."""
    from stdnum.eu import vat
    from stdnum.exceptions import ValidationError

    compact = re.sub(r"[\s.-]", "", text).upper()
    if not compact:
        return ""
    try:
        if not in_eu(country):
            if not _OTHER_VAT_ID.match(compact):
                raise ValidationError
            return compact
        valid = vat.validate(compact)
    except ValidationError:
        raise Invalid("This is not a valid VAT id.", hint="It looks like DE136695976.", field="vat_id") from None
    if valid[:2] != {"GR": "EL"}.get(country, country):
        raise Invalid("The VAT id is of another country than the address.", field="vat_id")
    return valid


def _bank(details: BillingDetails, today: date) -> dict[str, str]:
    """Return the fields of bank account and mandate."""
    from stdnum import bic, iban
    from stdnum.iso7064 import mod_97_10

    found = {name: re.sub(r"\s", "", getattr(details, name)).upper() for name in ("iban", "bic", "creditor_id")}
    mandate = details.mandate.strip()
    if found["iban"] and not iban.is_valid(found["iban"]):
        raise Invalid("This is not a valid IBAN.", hint="Check its digits.", field="iban")
    if found["bic"] and not bic.is_valid(found["bic"]):
        raise Invalid("This is not a valid BIC.", field="bic")
    creditor = found["creditor_id"]
    if creditor and not (_CREDITOR_ID.match(creditor) and mod_97_10.is_valid(creditor[7:] + creditor[:4])):
        raise Invalid(
            "This is not a valid creditor identifier.", hint="It looks like DE98ZZZ09999999999.", field="creditor_id"
        )
    if mandate:
        if not _MANDATE.match(mandate):
            raise Invalid("A mandate reference has at most 35 letters, digits and signs.", field="mandate")
        if not found["iban"]:
            raise Invalid("A mandate needs the IBAN of the account.", field="iban")
        if details.mandate_signed is None or details.mandate_signed > today:
            raise Invalid("A mandate needs the day of its signature.", field="mandate_signed")
    elif details.mandate_signed is not None:
        raise Invalid("The day of a signature needs a mandate reference.", field="mandate")
    return {**found, "mandate": mandate}
