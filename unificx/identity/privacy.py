"""Data of a person in this area: account, credentials, sessions, extensions and devices."""

from unificx.db import Database
from unificx.identity.factor_models import FactorRow, RecoveryRow
from unificx.identity.import_models import ImportedPersonRow
from unificx.identity.models import (
    AcceptanceRow,
    ApiKeyRow,
    CredentialRow,
    DeviceRow,
    ExtensionRow,
    PersonRow,
    SessionRow,
)
from unificx.identity.provisioned_models import ProvisionedRow
from unificx.identity.suspension_models import SuspensionRow
from unificx.identity.users import Users
from unificx.privacy import Holding, Retained, RowHolding

_ACCOUNT = Retained(
    "The account's random id, role and time of creation.",
    "Call records of others refer to it.",
    "the tenant is deleted",
)


def account_holding(database: Database, users: Users) -> Holding:
    return RowHolding(
        database,
        "identity",
        {
            SessionRow: "sessions",
            ApiKeyRow: "API keys",
            DeviceRow: "devices",
            ExtensionRow: "extensions",
            CredentialRow: "password",
            FactorRow: "second factors",
            RecoveryRow: "recovery codes",
            AcceptanceRow: "acceptances of the terms",
            SuspensionRow: "suspension",
            ProvisionedRow: "values of the identity provider",
            ImportedPersonRow: "values of an import",
            PersonRow: "account",
        },
        users.erase,
        retained={"account": _ACCOUNT},
    )
