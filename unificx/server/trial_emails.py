"""Trials of tenants: their begin after an approval, and e-mails to administrators before and after their end."""

from datetime import timedelta

from unificx.billing import Billing, TrialReminder
from unificx.db import UnitOfWork, log_and_continue
from unificx.identity.events import TenantResumed
from unificx.notifications import EmailKind, NotificationService
from unificx.server.administrators import administrators
from unificx.server.container import Container
from unificx.support.rights import Accounts


class TrialEmails:
    """Sends the reminders that are due, each once."""

    def __init__(self, billing: Billing, accounts: Accounts, notifications: NotificationService) -> None:
        self._billing, self._accounts, self._notifications = billing, accounts, notifications

    async def send_due(self) -> None:
        """Queue the e-mails that are due. To be called periodically."""
        for reminder in await self._billing.trials.due():
            with log_and_continue("trial_reminder_not_sent", tenant=reminder.tenant_id):
                await self._send(reminder)

    async def _send(self, reminder: TrialReminder) -> None:
        async with self._billing.database.begin() as uow:
            if await self._billing.trials.mark(reminder, uow):
                await self._queue(reminder, uow)

    async def _queue(self, reminder: TrialReminder, uow: UnitOfWork) -> None:
        kind: EmailKind = "trial_ends" if reminder.days else "trial_ended"
        last = reminder.until - timedelta(days=1)
        for person in await administrators(self._accounts, reminder.tenant_id):
            await self._notifications.send_notice(person, kind, last.isoformat(), uow)


def connect_trials(container: Container) -> None:
    """Let the plan of an organisation that has signed up begin when it is approved. To be called before the outbox
    starts."""

    async def on_resumed(event: TenantResumed, uow: UnitOfWork) -> None:
        operator = container.identity.directory.operator()
        if not event.review_id or operator is None:
            return
        history = await container.rights.get(operator.id, event.review_id)
        if history.request.kind == "sign_up":
            await container.billing.plans.assign_at_sign_up(uow, event.tenant)

    container.outbox.subscribe(TenantResumed, on_resumed, purpose="requests")
