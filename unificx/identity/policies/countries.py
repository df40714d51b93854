"""Countries of tenants: validation, and the default by time zone."""

from unificx.core.errors import Invalid

DEFAULT_COUNTRY = "DE"
_BY_ZONE = {
    **dict.fromkeys(("Europe/Berlin", "Europe/Busingen"), "DE"),
    **dict.fromkeys(("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"), "US"),
    **dict.fromkeys(("America/Phoenix", "America/Anchorage", "America/Detroit", "Pacific/Honolulu"), "US"),
    **dict.fromkeys(("America/Toronto", "America/Vancouver", "America/Winnipeg", "America/Halifax"), "CA"),
    **dict.fromkeys(("Australia/Sydney", "Australia/Melbourne", "Australia/Brisbane", "Australia/Perth"), "AU"),
    "Europe/Amsterdam": "NL",
    "Europe/Athens": "GR",
    "Europe/Belgrade": "RS",
    "Europe/Bratislava": "SK",
    "Europe/Brussels": "BE",
    "Europe/Bucharest": "RO",
    "Europe/Budapest": "HU",
    "Europe/Copenhagen": "DK",
    "Europe/Dublin": "IE",
    "Europe/Helsinki": "FI",
    "Europe/Istanbul": "TR",
    "Europe/Kyiv": "UA",
    "Europe/Lisbon": "PT",
    "Europe/Ljubljana": "SI",
    "Europe/London": "GB",
    "Europe/Luxembourg": "LU",
    "Europe/Madrid": "ES",
    "Europe/Oslo": "NO",
    "Europe/Paris": "FR",
    "Europe/Prague": "CZ",
    "Europe/Riga": "LV",
    "Europe/Rome": "IT",
    "Europe/Sofia": "BG",
    "Europe/Stockholm": "SE",
    "Europe/Tallinn": "EE",
    "Europe/Vaduz": "LI",
    "Europe/Vienna": "AT",
    "Europe/Vilnius": "LT",
    "Europe/Warsaw": "PL",
    "Europe/Zagreb": "HR",
    "Europe/Zurich": "CH",
    "Asia/Dubai": "AE",
    "Asia/Jerusalem": "IL",
    "Asia/Kolkata": "IN",
    "Asia/Singapore": "SG",
    "Asia/Tokyo": "JP",
    "America/Mexico_City": "MX",
    "America/Sao_Paulo": "BR",
    "Pacific/Auckland": "NZ",
    "Africa/Johannesburg": "ZA",
}


def country(text: str) -> str:
    """Validate an ISO 3166 code of a country with a numbering plan, such as DE."""
    import phonenumbers  # takes 0.1 s, which most commands do not need

    code = text.strip().upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise Invalid("A country is a code of two letters, such as DE or US.", field="country")
    return code


def default_country(time_zone: str) -> str:
    """Return the country of an IANA time zone; Germany for a zone that is not listed here."""
    return _BY_ZONE.get(time_zone, DEFAULT_COUNTRY)
