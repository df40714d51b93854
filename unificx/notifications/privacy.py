"""Data of a person in this area: e-mails that wait, push subscriptions, and which notices they want."""

from unificx.db import Database
from unificx.notifications.models import EmailRow, PreferenceRow, PushRow
from unificx.notifications.push import PushNotifier
from unificx.privacy import Holding, RowHolding


def notification_holding(database: Database, push: PushNotifier) -> Holding:
    sealed = {
        PushRow: "push subscriptions",
        EmailRow: "e-mails not sent yet",
        PreferenceRow: "choices of notices",
    }
    return RowHolding(database, "notifications", sealed, push.erase)
