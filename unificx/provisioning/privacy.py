"""Data of a person in this area: settings of their desk phones."""

from unificx.db import Database
from unificx.privacy import Holding, RowHolding
from unificx.provisioning.models import PhoneSettingsRow
from unificx.provisioning.service import PhoneSettingsService


def phone_settings_holding(database: Database, settings: PhoneSettingsService) -> Holding:
    return RowHolding(database, "provisioning", {PhoneSettingsRow: "settings of desk phones"}, settings.erase)
