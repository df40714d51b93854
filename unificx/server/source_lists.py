"""Lists of sources that may send SIP: two files that the operator names."""

from collections.abc import Mapping
from pathlib import Path

from unificx.core.errors import StartupError
from unificx.sip_server import SourceFilter, parse_ranges, parse_rules

SOURCES_VARIABLE, COUNTRIES_VARIABLE = "UNIFICX_SIP_SOURCES", "UNIFICX_SIP_COUNTRIES"


def load_source_filter(environ: Mapping[str, str]) -> SourceFilter | None:
    """Return the configured filter, None without one. Raise StartupError for a file that cannot be used."""
    rules_file, countries_file = environ.get(SOURCES_VARIABLE, ""), environ.get(COUNTRIES_VARIABLE, "")
    if not rules_file:
        return None
    variable, path = SOURCES_VARIABLE, rules_file
    try:
        with open(Path(rules_file), encoding="utf-8") as lines:
            rules = parse_rules(lines)
        if not rules.countries:
            return SourceFilter(rules)
        if not countries_file:
            raise StartupError(
                f"{rules_file} names countries, but no file with their addresses is set.",
                hint=f"Set {COUNTRIES_VARIABLE} to a CSV file with lines NETWORK,COUNTRY or FIRST,LAST,COUNTRY.",
            )
        variable, path = COUNTRIES_VARIABLE, countries_file
        with open(Path(countries_file), encoding="utf-8") as lines:
            return SourceFilter(rules, parse_ranges(lines, rules.countries))
    except OSError as fault:
        raise StartupError(
            f"{path} cannot be read: {fault.strerror}.", hint=f"{variable} must name a readable file."
        ) from None
    except ValueError as fault:  # UnicodeDecodeError is one
        reason = "it is not UTF-8" if isinstance(fault, UnicodeDecodeError) else fault
        raise StartupError(f"{path}: {reason}.", hint="Its form is described in docs/howto/network.md.") from None
