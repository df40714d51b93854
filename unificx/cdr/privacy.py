"""Data of a person in this area: their number, name and address in call records."""

from unificx.cdr.models import CallPartyRow, CallStepRow
from unificx.cdr.service import CdrService
from unificx.db import Database
from unificx.privacy import Holding, Retained, RowHolding

_RECORD = Retained(
    "Time, duration and outcome of each call, without number and name.",
    "The records belong to the other parties too, and to billing.",
    "the tenant is deleted",
)


def call_record_holding(database: Database, history: CdrService) -> Holding:
    sealed = {CallPartyRow: "party of calls", CallStepRow: "stations of calls"}
    return RowHolding(database, "cdr", sealed, history.erase, retained={"party of calls": _RECORD})
