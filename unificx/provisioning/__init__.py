"""Provisioning: settings and phone books that desk phones fetch by HTTPS."""

from unificx.provisioning.privacy import phone_settings_holding
from unificx.provisioning.rendering import PHONE_CODES
from unificx.provisioning.schemas import KeyKind, Maker, PhoneFile, PhoneKey, PhoneServer, PhoneSettingsChange
from unificx.provisioning.service import (
    BOOKS_PATH,
    FILES_PATH,
    PhoneSettingsDependencies,
    PhoneSettingsService,
    Reached,
)

__all__ = [
    "BOOKS_PATH",
    "FILES_PATH",
    "PHONE_CODES",
    "KeyKind",
    "Maker",
    "PhoneFile",
    "PhoneKey",
    "PhoneServer",
    "PhoneSettingsChange",
    "PhoneSettingsDependencies",
    "PhoneSettingsService",
    "Reached",
    "phone_settings_holding",
]
