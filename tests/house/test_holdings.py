"""Every sealed column belongs to a holding of an area, by which the data of a person is planned, erased and looked for.

Without it, an erasure would leave rows of the area behind and its receipt would not mention them.
"""

from unittest.mock import MagicMock

import pytest

from unificx.db import Base
from unificx.db.base import sealed_part
from unificx.db.migrations.models import load_all_models
from unificx.server.holdings import all_holdings

_OBJECT = "sealed for the object, not for a person: "
EXCEPTIONS = {
    "conversation": _OBJECT + "name of a group, which stays for its other members",
    "billing_details": _OBJECT + "details of the tenant as a customer",
    "card_processor": _OBJECT + "secrets of the operator",
    "hold": "each hold has a key of its own, destroyed on its release; the reason outlives whom it may name",
    "invoice": _OBJECT + "a record of the seller, which the law requires",
    "live_call": "each call has a key of its own, wrapped under those of its parties and destroyed when it ends",
    "menu": _OBJECT + "a destination that is a number of the person is changed by an administrator",
    "number_block": "each entry has a key of its own, destroyed with the extension; counted as a link by `routing`",
    "opening_hours": _OBJECT + "a destination that is a number of the person is changed by an administrator",
    "public_number": _OBJECT + "the number belongs to the tenant",
    "queue": _OBJECT + "a destination that is a number of the person is changed by an administrator",
    "ring_group": _OBJECT + "a destination that is a number of the person is changed by an administrator",
    "room": _OBJECT + "name and PINs of a conference room; a meeting is deleted with the extension of its host",
    "sign_in_provider": _OBJECT + "credentials of the tenant",
    "stored_answer": "each row has a key of its own, destroyed on PersonClosed and after a day",
    "trunk": _OBJECT + "credentials of the tenant",
    "webhook": _OBJECT + "secret of the tenant",
}
"""Tables without a holding, each with the reason."""


@pytest.mark.promise("D3")
@pytest.mark.promise("D1")
def test_every_sealed_column_has_a_holding_or_a_reason() -> None:
    load_all_models()
    holdings = all_holdings(MagicMock())
    covered = [table for holding in holdings for table in holding.tables]
    sealed = {
        table.name
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith("unificx.")
        for table in mapper.tables
        if any(sealed_part(column) is not None for column in table.columns)  # type: ignore[arg-type]
    }
    assert len(covered) == len(set(covered)), "two holdings for one table"
    assert sealed == {*covered, *EXCEPTIONS}
    assert not EXCEPTIONS.keys() & set(covered)
    assert len({holding.area for holding in holdings}) == len(holdings)
