"""Data of a person in this area: e-mails, failing addresses, push subscriptions, notices and choices of them."""

from unificx.db import Database
from unificx.notifications.models import EmailRow, NoticeRow, PreferenceRow, PushRow, UndeliverableRow
from unificx.notifications.push import PushNotifier
from unificx.privacy import Holding, RowHolding


def notification_holding(database: Database, push: PushNotifier) -> Holding:
    sealed = {
        PushRow: "push subscriptions",
        EmailRow: "e-mails of the last days",
        UndeliverableRow: "addresses that do not work",
        PreferenceRow: "choices of notices",
        NoticeRow: "notices of the last months",
    }
    return RowHolding(database, "notifications", sealed, push.erase)
