"""Files of a report: CSV and PDF with the numbers of a period. Made when the e-mail is sent, for its recipient."""

import csv
import io
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from unificx.billing import Billing, Usage, format_amount
from unificx.cdr import CdrService
from unificx.core.csv_files import neutralize
from unificx.core.errors import Forbidden
from unificx.identity import Identity
from unificx.notifications.reports import describe_period, may_receive, of_reference
from unificx.privacy import Consents
from unificx.queues import Queues

_FONT, _WIDTHS = "Inter", (65, 25, 25, 25, 25, 25)
_TEXTS: dict[str, dict[str, str]] = {
    "de": {
        "report": "Bericht",
        "calls": "Anrufe",
        "answered": "Angenommen",
        "rate": "Quote (%)",
        "talk": "Gespräch (s)",
        "hour": "Stunde",
        "total": "Summe",
        "queues": "Warteschlangen",
        "queue": "Warteschlange",
        "abandoned": "Aufgelegt",
        "level": "Servicegrad (%)",
        "wait": "Wartezeit (s)",
        "extensions": "Nebenstellen",
        "extension": "Nebenstelle",
        "made": "Abgehend",
        "received": "Ankommend",
        "department": "Abteilung",
        "cost": "Kosten",
        "other": "Andere",
        "none": "Ohne Abteilung",
    },
    "en": {
        "report": "Report",
        "calls": "Calls",
        "answered": "Answered",
        "rate": "Rate (%)",
        "talk": "Talk (s)",
        "hour": "Hour",
        "total": "Total",
        "queues": "Queues",
        "queue": "Queue",
        "abandoned": "Abandoned",
        "level": "Service level (%)",
        "wait": "Wait (s)",
        "extensions": "Extensions",
        "extension": "Extension",
        "made": "Made",
        "received": "Received",
        "department": "Department",
        "cost": "Cost",
        "other": "Others",
        "none": "No department",
    },
}
Table = Sequence[Sequence[object]]
"""Rows; the first one has the names of the columns."""


@dataclass(frozen=True, slots=True)
class ReportSources:
    """Sources of the numbers."""

    identity: Identity
    history: CdrService
    queues: Queues
    consents: Consents
    billing: Billing


def report_files(sources: ReportSources) -> Callable[[str, str], Awaitable[Sequence[tuple[str, bytes]]]]:
    """Return what makes the files of a report by tenant and reference: name and content of each.

    Raises NotFound if the recipient has no account any more, Forbidden if they may not see the numbers any more."""

    async def make(tenant_id: str, reference: str) -> Sequence[tuple[str, bytes]]:
        every, period, person_id = of_reference(reference)
        person = await sources.identity.users.get(tenant_id, person_id)
        if not may_receive(person):
            raise Forbidden("The recipient may not see these numbers.")
        directory = sources.identity.directory
        language = directory.language(tenant_id, person_id)
        tables = _Tables(sources, tenant_id, _TEXTS[language])
        bounds = period.bounds(directory.time_zone(tenant_id))
        found = [await tables.calls(*bounds), await tables.queues(*bounds), await tables.extensions(*bounds)]
        usages = await sources.billing.rating.usage(tenant_id, *bounds, "extension")
        found += [tables.costs(usages), tables.department_costs(usages)]
        tenant = directory.tenant(tenant_id)
        title = f"{tenant.name if tenant is not None else ''}, {describe_period(period, language)}"
        shown = [table for table in found if len(table) > 1]
        name = f"{_TEXTS[language]['report'].lower()}-{every}-{period.first}"
        return (f"{name}.csv", _csv(title, shown)), (f"{name}.pdf", _pdf(title, shown, language))

    return make


class _Tables:
    """The tables of a tenant's report in one language."""

    def __init__(self, sources: ReportSources, tenant_id: str, texts: dict[str, str]) -> None:
        self._sources, self._tenant_id, self._texts = sources, tenant_id, texts

    def _head(self, *names: str) -> list[str]:
        return [self._texts[name] for name in names]

    async def calls(self, since: datetime, until: datetime) -> Table:
        """Return the calls by local hour of the day."""
        zone = self._sources.identity.directory.time_zone(self._tenant_id)
        hours = [[0, 0, 0] for _ in range(24)]
        for each in (await self._sources.history.statistics(self._tenant_id, since, until)).hours:
            row = hours[each.start.astimezone(zone).hour]
            row[0] += each.calls
            row[1] += each.outcomes.get("answered", 0)
            row[2] += each.talk_seconds
        rows = [(f"{hour:02}:00", *row) for hour, row in enumerate(hours) if row[0]]
        rows.append((self._texts["total"], *(sum(column) for column in zip(*hours, strict=True))))
        head = self._head("hour", "calls", "answered", "rate", "talk")
        return [head, *([name, calls, of, _percent(of, calls), talk] for name, calls, of, talk in rows)]

    async def queues(self, since: datetime, until: datetime) -> Table:
        """Return the queues with service level and waiting time."""
        table: list[list[object]] = [[*self._head("queue", "calls", "answered", "abandoned", "level", "wait")]]
        for queue in self._sources.queues.service.queues_of_tenant(self._tenant_id):
            found, _ = await self._sources.queues.history.statistics(queue, since, until)
            level = "" if found.service_level is None else round(100 * found.service_level)
            wait = "" if found.average_wait is None else round(found.average_wait)
            name = f"{queue.name} ({queue.number})"
            table.append([name, found.calls, found.answered, found.abandoned, level, wait])
        return table

    async def extensions(self, since: datetime, until: datetime) -> Table:
        """Return the extensions by number, without those of people who object to statistics."""
        rows: list[tuple[str, list[object]]] = []
        for each in await self._sources.history.extension_statistics(self._tenant_id, since, until):
            known = self._sources.identity.directory.extension_by_id(each.extension_id)
            if known is None or self._sources.consents.objects(known.subject, "statistics"):
                continue
            name = f"{known.number} {known.name}"
            counts = each.made, each.received, each.answered, _percent(each.answered, each.received)
            rows.append((known.number, [name, *counts, each.talk_seconds]))
        head = self._head("extension", "made", "received", "answered", "rate", "talk")
        return [head, *(row for _, row in sorted(rows, key=lambda row: row[0]))]

    def costs(self, usages: Sequence[Usage]) -> Table:
        """Return the cost of calls outside by extension; of people who object to statistics, in one sum."""
        rows: dict[tuple[bool, str, str], Usage] = {}
        for each in usages:
            known = self._sources.identity.directory.extension_by_id(each.key)
            named = known is not None and not self._sources.consents.objects(known.subject, "statistics")
            name = f"{known.number} {known.name}" if known is not None and named else self._texts["other"]
            key = not named, name, each.currency
            rows[key] = rows[key].plus(each) if key in rows else each
        return self._cost_table("extension", [(key[1], rows[key]) for key in sorted(rows)])

    def department_costs(self, usages: Sequence[Usage]) -> Table:
        """Return the cost of calls outside by department; none if the tenant has no departments."""
        found = self._sources.billing.rating.by_department(usages)
        rows = [(each.key or self._texts["none"], each) for each in found]
        return self._cost_table("department", rows if any(each.key for each in found) else [])

    def _cost_table(self, head: str, rows: Sequence[tuple[str, Usage]]) -> Table:
        listed = [
            (name, each.calls, each.seconds, f"{format_amount(each.amount)} {each.currency}".strip())
            for name, each in rows
        ]
        return [self._head(head, "calls", "talk", "cost"), *listed]


def _percent(part: int, whole: int) -> object:
    return round(100 * part / whole) if whole else ""


def _csv(title: str, tables: Sequence[Table]) -> bytes:
    """Return the tables one below the other (RFC 4180). A name cannot become a formula of a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([neutralize(title)])
    for table in tables:
        writer.writerow([])
        writer.writerows([neutralize(str(each)) for each in row] for row in table)
    return text.getvalue().encode("utf-8-sig")


def _pdf(title: str, tables: Sequence[Table], language: str) -> bytes:
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    fonts = files("unificx.billing.invoicing").joinpath("fonts")
    for style, name in (("", "Regular"), ("B", "Bold")):
        pdf.add_font(_FONT, style, str(fonts.joinpath(f"Inter-{name}.ttf")))
    pdf.set_lang(language)
    pdf.set_title(title)
    pdf.add_page()
    pdf.set_font(_FONT, "B", 14)
    pdf.multi_cell(0, 8, title, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(_FONT, "", 9)
    for table in tables:
        pdf.ln(6)
        align = ("LEFT", *["RIGHT"] * (len(table[0]) - 1))
        widths = _WIDTHS[: len(table[0])]
        rows = [[str(value) for value in row] for row in table]
        with pdf.table(
            rows, col_widths=widths, width=sum(widths), align="LEFT", text_align=align, borders_layout="MINIMAL"
        ):
            pass  # draws the rows when it is left
    return bytes(pdf.output())
