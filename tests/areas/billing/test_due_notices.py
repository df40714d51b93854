"""Sweeps over several tenants: one that fails stops none of the others."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from unificx.core.clock import ManualClock
from unificx.db import Database, UnitOfWork
from unificx.server.closed_tenants import ClosedTenants
from unificx.server.dunning_notices import DunningNotices
from unificx.server.invoice_emails import InvoiceEmails
from unificx.server.trial_emails import TrialEmails

TENANTS = ("one", "two", "three")


@dataclass
class Due:
    """Notices that are due, in place of those of billing. That of the second tenant fails; the others are sent."""

    sent: list[str] = field(default_factory=list[str])

    async def due(self) -> list[Any]:
        to = SimpleNamespace(subject="s", name="Acme", email="billing@acme.example")
        return [SimpleNamespace(tenant_id=each, recipient=to, number="B-1", level=0) for each in TENANTS]

    async def withdraw(self) -> None:
        """Withdraw none."""

    async def mark(self, notice: Any, uow: UnitOfWork) -> bool:
        self.add(notice.tenant_id)
        return False  # another sweep has queued it

    def add(self, tenant_id: str) -> None:
        if tenant_id == "two":
            raise OSError
        self.sent.append(tenant_id)


@pytest.mark.parametrize("kind", [DunningNotices, TrialEmails, InvoiceEmails])
async def test_a_notice_that_fails_does_not_stop_the_others(database: Database, kind: Any) -> None:
    due = Due()
    billing = SimpleNamespace(database=database, dunning=due, trials=due, invoice_notices=due)
    await kind(billing, None, None).send_due()
    assert due.sent == ["one", "three"]


@pytest.mark.parametrize("step", ["balance", "delete"])
async def test_a_closed_tenant_that_cannot_be_erased_does_not_stop_the_others(clock: ManualClock, step: str) -> None:
    async def closed() -> list[Any]:
        return [(each, clock.now()) for each in TENANTS]

    async def balance(tenant_id: str) -> list[Any]:
        if step == "balance" and tenant_id == "two":
            raise OSError
        return []

    async def delete(tenant_id: str) -> None:
        due.add(tenant_id)

    due = Due()
    container: Any = SimpleNamespace(
        clock=clock,
        identity=SimpleNamespace(closings=SimpleNamespace(due=closed, erase=delete)),
        billing=SimpleNamespace(payments=SimpleNamespace(balance=balance)),
    )
    await ClosedTenants(container).erase_due()
    assert due.sent == ["one", "three"]
