"""Data of a person in this area: their decisions."""

from unificx.db import Database
from unificx.privacy.consents.models import ConsentRow
from unificx.privacy.consents.service import Consents
from unificx.privacy.holdings import Holding, RowHolding


def consent_holding(database: Database, consents: Consents) -> Holding:
    return RowHolding(database, "privacy", {ConsentRow: "consents"}, consents.erase)
