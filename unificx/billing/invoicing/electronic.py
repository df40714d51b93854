"""Electronic invoice: Cross Industry Invoice of UN/CEFACT in the profile EN 16931 of Factur-X 1.0, as XML."""

import logging
from datetime import timedelta
from decimal import Decimal
from typing import Any

from unificx.billing.invoicing.texts import Wording
from unificx.billing.machine.invoice import Document, Line, Party
from unificx.billing.machine.money import MICROS, minor_unit, rounded

FILE_NAME = "factur-x.xml"
PROFILE = "en16931"
_INVOICE, _CREDIT_NOTE = "380", "381"
_TRANSFER, _DIRECT_DEBIT, _UNDEFINED = "58", "59", "1"
_UNITS = {"month": "MON", "extension": "C62", "number": "C62", "gigabyte": "E34", "minute": "MIN"}
_ONE = "C62"


def to_xml(document: Document) -> bytes:
    """Return the electronic invoice of a document. The library checks it against the schema (XSD)."""
    from facturx.generate_xml import generate_cii_xml

    logging.getLogger("factur-x").setLevel(logging.ERROR)
    return generate_cii_xml(_fields(document), level=PROFILE, check_xsd=True, check_schematron="")


def _fields(document: Document) -> dict[str, Any]:
    """Return the business terms (BT) and groups (BG) of EN 16931."""
    wording = Wording(document)
    outside_scope = any(each.tax.category == "O" for each in document.lines)
    fields: dict[str, Any] = {
        "BT-1": document.number,
        "BT-2": document.issued,
        "BT-3": _CREDIT_NOTE if document.kind == "credit_note" else _INVOICE,
        "BT-5": document.currency,
        "BT-9": document.due,
        "BT-20": wording.payment(),
        "BT-72": document.until - timedelta(days=1),
        "BT-73": document.since,
        "BT-74": document.until - timedelta(days=1),
        "BT-83": document.number,
        "BG-1": [{"BT-22": note} for note in wording.notes()],
        "BG-4": _party(document.seller, outside_scope=outside_scope),
        "BG-7": _party(document.buyer, outside_scope=outside_scope),
        "BG-23": [
            {
                "BT-116": _amount(each.net, document.currency),
                "BT-117": _amount(each.tax, document.currency),
                "BT-118": each.category,
                **({} if each.category == "O" else {"BT-119": f"{each.rate / 100:.2f}"}),
                **_reason(each.category, wording),
            }
            for each in document.taxes
        ],
        "BG-25": [_line(number, each, document, wording) for number, each in enumerate(document.lines, 1)],
        "BT-106": _amount(document.net, document.currency),
        "BT-109": _amount(document.net, document.currency),
        "BT-110": _amount(document.tax, document.currency),
        "BT-112": _amount(document.total, document.currency),
        "BT-115": _amount(document.total, document.currency),
    }
    if document.cancels:
        fields["BG-3"] = [{"BT-25": document.cancels}]
    return fields | _payment(document)


def _party(party: Party, *, outside_scope: bool) -> dict[str, Any]:
    """Return a seller or buyer. Without tax no VAT id may be given (BR-O-02), so it is an identifier of its own."""
    fields: dict[str, Any] = {
        "name": party.name,
        "addr_l1": party.street,
        "postcode": party.postcode,
        "city": party.city,
        "country_code": party.country,
    }
    if party.vat_id and not outside_scope:
        fields["vat_identifier"] = party.vat_id
    if party.tax_number:
        fields["tax_identifier"] = party.tax_number
    if not party.vat_id or outside_scope:
        # BR-CO-26: the seller has an identifier even without a VAT id.
        identifier = party.vat_id or party.tax_number
        fields |= {"legal_identifier": identifier} if identifier else {}
    contact = {name: value for name, value in (("name", party.contact), ("email", party.email)) if value}
    return fields | ({"contacts": [contact]} if contact else {})


def _payment(document: Document) -> dict[str, Any]:
    if document.mandate is not None:
        return {
            "BT-81": _DIRECT_DEBIT,
            "BT-89": document.mandate.reference,
            "BT-90": document.account.creditor_id,
            "BT-91": document.mandate.iban,
        }
    if not document.account.iban:
        return {"BT-81": _UNDEFINED}
    account = {"BT-81": _TRANSFER, "BT-84": document.account.iban, "BT-85": document.seller.name}
    return account | ({"BT-86": document.account.bic} if document.account.bic else {})


def _line(number: int, line: Line, document: Document, wording: Wording) -> dict[str, Any]:
    quantity, unit, price = _priced(line, document.currency)
    return {
        "BT-126": str(number),
        "BT-129": str(quantity),
        "BT-130": unit,
        "BT-131": _amount(line.amount, document.currency),
        "BT-134": line.since,
        "BT-135": line.until - timedelta(days=1),
        "BT-146": _decimal(price, 6).rstrip("0").rstrip("."),
        "BT-151": line.tax.category,
        **({} if line.tax.category == "O" else {"BT-152": f"{line.tax.rate / 100:.2f}"}),
        "BT-153": wording.item(line),
        **({"BT-154": text} if (text := wording.quantity(line)) else {}),
    }


def _priced(line: Line, currency: str) -> tuple[int | Decimal, str, int]:
    """Return quantity, unit and price, whose product is the amount of the line. A share of a month, or a sum of
    several prices, is one piece. A price is never negative (BR-27), so a credit has a negative quantity."""
    if line.unit_price is not None and rounded(int(line.quantity * line.unit_price), currency) == line.amount:
        return line.quantity, _UNITS[line.unit], line.unit_price
    return (-1 if line.amount < 0 else 1), _ONE, abs(line.amount)


def _reason(category: str, wording: Wording) -> dict[str, str]:
    """Return why there is no tax, by text and code (VATEX)."""
    if category == "AE":
        return {"BT-120": wording["reverse_charge"], "BT-121": "VATEX-EU-AE"}
    return {"BT-120": wording["outside_scope"], "BT-121": "VATEX-EU-O"} if category == "O" else {}


def _amount(micros: int, currency: str) -> str:
    return _decimal(micros, len(str(MICROS // minor_unit(currency))) - 1)


def _decimal(micros: int, decimals: int) -> str:
    whole, fraction = divmod(abs(micros), MICROS)
    digits = f".{fraction:06}"[: decimals + 1] if decimals else ""
    return f"{'-' if micros < 0 else ''}{whole}{digits}"
