"""Texts of invoices in English and German, and numbers and days as they are written there."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from unificx.billing.machine.invoice import Document, Line
from unificx.billing.machine.money import MICROS, minor_unit
from unificx.billing.machine.months import month_of

_EN: Mapping[str, str] = MappingProxyType(
    {
        "invoice": "Invoice",
        "credit_note": "Credit note",
        "cancels": "Cancels invoice",
        "reduces": "To invoice",
        "number": "Number",
        "issued": "Date",
        "due": "Due",
        "period": "Period of service",
        "vat_id": "VAT id",
        "tax_number": "Tax number",
        "your_vat_id": "Your VAT id",
        "position": "Item",
        "quantity": "Quantity",
        "price": "Price per month",
        "amount": "Amount",
        "net": "Net total",
        "tax": "VAT",
        "total": "Total",
        "plan": "Plan",
        "extensions": "Extensions",
        "numbers": "Telephone numbers",
        "storage": "Storage above the included gigabytes",
        "calls": "Calls",
        "calls_covered": "Calls, covered by included minutes",
        "days": "{count} of {all} days",
        "earlier_calls": "Calls and corrections of earlier months",
        "month": "month",
        "extension": "extensions",
        "number_unit": "numbers",
        "gigabyte": "GB",
        "minute": "minutes",
        "reverse_charge": "Reverse charge: the recipient of the service owes the value added tax.",
        "outside_scope": "Not subject to value added tax: the place of supply is outside the European Union.",
        "transfer": "Please transfer the total to this account by {due}, with the number {number} as the reference.",
        "paid_by": "Please pay the total by {due}, with the number {number} as the reference.",
        "debit": "We will collect the total from your account {iban} on {due} or later, by mandate {mandate}, creditor "
        "identifier {creditor}.",
        "credited": "This credit note cancels invoice {number} in full.",
        "partly_credited": "This credit note reduces invoice {number} by the total above.",
        "account_owner": "Account holder",
        "left": "{amount} to pay",
        "reminder_due": "due on {due}",
        "reminder": "reminder {level} of 3",
        "page": "Page",
    }
)
_DE: Mapping[str, str] = MappingProxyType(
    {
        "invoice": "Rechnung",
        "credit_note": "Stornorechnung",
        "cancels": "Storniert Rechnung",
        "reduces": "Zu Rechnung",
        "number": "Nummer",
        "issued": "Datum",
        "due": "Fällig am",
        "period": "Leistungszeitraum",
        "vat_id": "USt-IdNr.",
        "tax_number": "Steuernummer",
        "your_vat_id": "Ihre USt-IdNr.",
        "position": "Leistung",
        "quantity": "Menge",
        "price": "Preis im Monat",
        "amount": "Betrag",
        "net": "Nettosumme",
        "tax": "USt.",
        "total": "Gesamtbetrag",
        "plan": "Tarif",
        "extensions": "Nebenstellen",
        "numbers": "Rufnummern",
        "storage": "Speicher über die enthaltenen Gigabyte hinaus",
        "calls": "Anrufe",
        "calls_covered": "Anrufe, durch Freiminuten abgedeckt",
        "days": "{count} von {all} Tagen",
        "earlier_calls": "Anrufe und Berichtigungen früherer Monate",
        "month": "Monat",
        "extension": "Nebenstellen",
        "number_unit": "Rufnummern",
        "gigabyte": "GB",
        "minute": "Minuten",
        "reverse_charge": "Steuerschuldnerschaft des Leistungsempfängers (Reverse Charge).",
        "outside_scope": "Nicht steuerbar: Der Ort der Leistung liegt außerhalb der Europäischen Union.",
        "transfer": "Bitte überweisen Sie den Gesamtbetrag bis zum {due} und nennen Sie die Nummer {number}.",
        "paid_by": "Bitte zahlen Sie den Gesamtbetrag bis zum {due} und nennen Sie die Nummer {number}.",
        "debit": "Wir ziehen den Gesamtbetrag frühestens am {due} von Ihrem Konto {iban} ein, Mandat {mandate}, "
        "Gläubiger-Identifikationsnummer {creditor}.",
        "credited": "Diese Stornorechnung hebt die Rechnung {number} vollständig auf.",
        "partly_credited": "Diese Korrektur mindert die Rechnung {number} um den genannten Gesamtbetrag.",
        "account_owner": "Kontoinhaber",
        "left": "{amount} offen",
        "reminder_due": "fällig am {due}",
        "reminder": "Erinnerung {level} von 3",
        "page": "Seite",
    }
)
_COUNTRIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "AT": ("Austria", "Österreich"),
        "BE": ("Belgium", "Belgien"),
        "BG": ("Bulgaria", "Bulgarien"),
        "CH": ("Switzerland", "Schweiz"),
        "CY": ("Cyprus", "Zypern"),
        "CZ": ("Czechia", "Tschechien"),
        "DE": ("Germany", "Deutschland"),
        "DK": ("Denmark", "Dänemark"),
        "EE": ("Estonia", "Estland"),
        "ES": ("Spain", "Spanien"),
        "FI": ("Finland", "Finnland"),
        "FR": ("France", "Frankreich"),
        "GB": ("United Kingdom", "Vereinigtes Königreich"),
        "GR": ("Greece", "Griechenland"),
        "HR": ("Croatia", "Kroatien"),
        "HU": ("Hungary", "Ungarn"),
        "IE": ("Ireland", "Irland"),
        "IT": ("Italy", "Italien"),
        "LI": ("Liechtenstein", "Liechtenstein"),
        "LT": ("Lithuania", "Litauen"),
        "LU": ("Luxembourg", "Luxemburg"),
        "LV": ("Latvia", "Lettland"),
        "MT": ("Malta", "Malta"),
        "NL": ("Netherlands", "Niederlande"),
        "NO": ("Norway", "Norwegen"),
        "PL": ("Poland", "Polen"),
        "PT": ("Portugal", "Portugal"),
        "RO": ("Romania", "Rumänien"),
        "SE": ("Sweden", "Schweden"),
        "SI": ("Slovenia", "Slowenien"),
        "SK": ("Slovakia", "Slowakei"),
        "US": ("United States", "Vereinigte Staaten"),
    }
)
"""English and German names of the countries in `tax_rates.json`, and of a large one outside."""
_NOTES = {"AE": "reverse_charge", "O": "outside_scope"}


class Wording:
    """Texts of a document in its language."""

    def __init__(self, document: Document) -> None:
        self._german = document.language == "de"
        self._texts = _DE if self._german else _EN
        self._document = document

    def __getitem__(self, key: str) -> str:
        return self._texts[key]

    def amount(self, micros: int) -> str:
        """Return an amount with the decimals of the currency, more for a price below its minor unit."""
        decimals = len(str(MICROS // minor_unit(self._document.currency))) - 1
        whole, fraction = divmod(abs(micros), MICROS)
        digits = f"{fraction:06}"
        decimals = max(decimals, len(digits.rstrip("0")))
        text = f"{whole:,}" + (f".{digits[:decimals]}" if decimals else "")
        if self._german:
            text = text.translate(str.maketrans({",": ".", ".": ","}))
        return f"-{text}" if micros < 0 else text

    def rate(self, rate: int) -> str:
        """Return a tax rate in per cent."""
        text = f"{rate / 100:g}"
        return f"{text.replace('.', ',')} %" if self._german else f"{text}%"

    def day(self, day: date) -> str:
        return f"{day:%d.%m.%Y}" if self._german else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def period(self, since: date, until: date) -> str:
        """Return the days of a period, whose end is exclusive."""
        last = until - timedelta(days=1)
        first = self.day(since)
        if not self._german and since.year == last.year:
            first = first.removesuffix(f" {since.year}")
        return f"{first} – {self.day(last)}"

    def item(self, line: Line) -> str:
        """Return the name of a line."""
        if line.kind == "calls" and not line.name and not line.amount:
            return self["calls_covered"]
        return f"{self[line.kind]} {line.name}".strip()

    def days(self, line: Line) -> str:
        """Return for how many days of its month a price per month is charged, nothing for the whole month."""
        month = month_of(line.since)
        if line.unit_price is None or (line.since, line.until) == (month.since, month.until):
            return ""
        return self["days"].format(count=(line.until - line.since).days, all=month.days)

    def country(self, code: str) -> str:
        """Return the name of a country, or its code, for an address."""
        names = _COUNTRIES.get(code)
        return code if names is None else names[self._german]

    def quantity(self, line: Line) -> str:
        """Return the quantity of a line with its unit."""
        if line.kind == "earlier_calls" or (line.unit_price is None and line.unit == "month"):
            return ""
        unit = self["number_unit" if line.unit == "number" else line.unit]
        quantity = str(line.quantity)
        return f"{quantity.replace('.', ',') if self._german else quantity} {unit}"

    def notes(self) -> list[str]:
        """Return the reasons why lines have no tax."""
        return [self[_NOTES[each.category]] for each in self._document.taxes if each.category in _NOTES]

    def notice(self, reminder: int, left: int) -> str:
        """Return the name of the document in an e-mail: for a reminder with its level and what is left to pay."""
        document = self._document
        if not reminder:
            total = f"{self.amount(document.total)} {document.currency}"
            return f"{self[document.kind]} {document.number}, {total}"
        due = self["reminder_due"].format(due=self.day(document.due))
        amount = self["left"].format(amount=f"{self.amount(left)} {document.currency}")
        level = self["reminder"].format(level=reminder)
        return f"{self['invoice']} {document.number}, {amount}, {due} ({level})"

    def payment(self) -> str:
        """Return how the document is to be paid."""
        document = self._document
        if document.kind == "credit_note":
            return self["partly_credited" if document.partial else "credited"].format(number=document.cancels)
        if document.mandate is not None:
            shown = f"…{document.mandate.iban[-4:]}"
            creditor = document.account.creditor_id
            values = {"iban": shown, "mandate": document.mandate.reference, "creditor": creditor}
            return self["debit"].format(due=self.day(document.due), **values)
        key = "transfer" if document.account.iban else "paid_by"
        return self[key].format(due=self.day(document.due), number=document.number)


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
