"""Bodies of usage insight."""

from datetime import date

from pydantic import Field

from unificx.api.schemas.core import Output
from unificx.insight import Band, Feature


class UsageCell(Output):
    """Use of a feature in a month."""

    feature: Feature
    band: Band = Field(description="`few`: fewer than ten people; `most`: all but fewer than ten; else `some`.")
    percent: int | None = Field(description="Share of the counted people in steps of five; null unless `some`.")


class UsageMonth(Output):
    """A complete month."""

    month: date = Field(description="Its first day.")
    cells: list[UsageCell]


class UsageReport(Output):
    """Use of the features, of people who agree to it."""

    people: int | None = Field(description="Counted people, rounded down to five; null for fewer than ten.")
    months: list[UsageMonth] = Field(description="Six complete months, oldest first; empty for too few people.")


class OwnUsageMonth(Output):
    """A complete month of the user."""

    month: date = Field(description="Its first day.")
    features: list[Feature] = Field(description="Features for which you are counted.")


class OwnUsage(Output):
    """The result of the evaluation about the user."""

    stopped: bool = Field(
        description="You do not agree to `analytics`, or object to `statistics`: nothing about you is evaluated."
    )
    months: list[OwnUsageMonth]
