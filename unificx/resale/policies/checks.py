"""Checks of what is entered about a reseller. Each returns the normalized value or raises Invalid with the field."""

from collections.abc import Sequence

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase
from unificx.identity import checked_domain, checked_email, checked_name

MAX_HOSTS = 20
MAX_PLANS = 200
MAX_PRODUCT = 30
"""Characters of the name of the product, which has to fit the header of a telephone's screen."""


def company(text: str) -> str:
    """Return the name of a company."""
    return checked_name(text)


def product(text: str) -> str:
    """Return the name of the product."""
    name = checked_name(text, "product")
    if len(name) > MAX_PRODUCT:
        raise Invalid(Phrase("The name of the product has at most {} characters.", MAX_PRODUCT), field="product")
    return name


def support_email(text: str) -> str:
    """Return the support address, "" for none."""
    if not text.strip():
        return ""
    try:
        return checked_email(text)
    except Invalid as refused:
        raise Invalid(refused.message, field="support_email") from None


def hosts(names: Sequence[str]) -> tuple[str, ...]:
    """Return host names in order, each once."""
    if len(names) > MAX_HOSTS:
        raise Invalid(Phrase("A reseller has at most {} host names.", MAX_HOSTS), field="hosts")
    return tuple(sorted({checked_domain(each, "hosts") for each in names}))


def plans(ids: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of plans in order, each once."""
    if len(ids) > MAX_PLANS:
        raise Invalid(Phrase("A reseller has at most {} plans.", MAX_PLANS), field="plans")
    return tuple(sorted(set(ids)))
