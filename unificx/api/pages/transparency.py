"""The numbers of requests about personal data and of disclosures to authorities, for everyone to read."""

from collections.abc import Mapping
from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import Response

from unificx.api.languages import Language
from unificx.api.pages.layout import language_for, page
from unificx.api.services import services_of

_TITLE = {"en": "Requests in numbers – UnifiCX", "de": "Anfragen in Zahlen – UnifiCX"}
_NAMES: Mapping[str, Mapping[Language, str]] = {
    "access": {"en": "Copies of data", "de": "Kopien von Daten"},
    "correction": {"en": "Corrections", "de": "Berichtigungen"},
    "deletion": {"en": "Deletions", "de": "Löschungen"},
    "objection": {"en": "Objections", "de": "Widersprüche"},
    "portability": {"en": "Data for another provider", "de": "Daten für einen anderen Anbieter"},
    "complaint": {"en": "Complaints and questions", "de": "Beschwerden und Fragen"},
    "authority": {"en": "Requests of authorities", "de": "Anfragen von Behörden"},
    "disclosed": {"en": "Disclosures to authorities", "de": "Auskünfte an Behörden"},
}

router = APIRouter()


@router.get("/privacy/transparency")
async def transparency_page(request: Request) -> Response:
    """Return the numbers of this year. Small ones are not shown."""
    services, language = services_of(request), language_for(request)
    start = services.clock.now().replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    counts = await services.rights.disclosures.counts(start)
    rows = "".join(
        f"<dt>{escape(names[language])}</dt><dd>{_in_language(counts.get(kind, '0'), language)}</dd>"
        for kind, names in _NAMES.items()
    )
    return page(request, "transparency", _TITLE, {"year": str(start.year), "rows": rows})


def _in_language(count: str, language: Language) -> str:
    return escape(count.replace("fewer than", "weniger als") if language == "de" else count)
