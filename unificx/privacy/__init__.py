"""Privacy: keys, aliases, the register of personal data, erasure and recording consent."""

from unificx.privacy.consents import (
    OPTIONAL_PURPOSES,
    ConsentMethod,
    ConsentRecord,
    Consents,
    ConsentState,
    OptionalPurpose,
    add_consent,
    consent_holding,
    delete_consents,
)
from unificx.privacy.content_keys import create_content_key, open_content_key
from unificx.privacy.erasing import ErasurePlan, PersonErasures
from unificx.privacy.erasure import Erasure
from unificx.privacy.exporting import (
    DRAFT,
    DataSubject,
    Export,
    ExportedFile,
    Files,
    RecordKind,
    Records,
    RowExporter,
    record_kind,
)
from unificx.privacy.holdings import CopyRules, Holding, Retained, RowHolding
from unificx.privacy.journal import ErasureJournal, JournalHead, erasure_journal_file
from unificx.privacy.key_pool import KeyPool
from unificx.privacy.key_wrapping import unwrap, wrap
from unificx.privacy.keys import KeysBusy, KeyStore
from unificx.privacy.master import MasterKey, master_key, master_key_file
from unificx.privacy.outside import canonical_number, find_outside_subject, outside_subject
from unificx.privacy.policy import (
    Change,
    PolicyVersion,
    changes_since,
    compare,
    held_data,
    processing_activities,
    read_source,
    released_versions,
)
from unificx.privacy.receipt import RECEIPT_KEY_BYTES, ReceiptSigner, fingerprint, verify
from unificx.privacy.register import describe, personal_fields, plain_columns
from unificx.privacy.retention import CLASSES, ClassPeriod, DueRows, Expiry, Period, Retention, SweepStatus
from unificx.privacy.sealed_files import read_sealed_file, sealed_file

__all__ = [
    "CLASSES",
    "DRAFT",
    "OPTIONAL_PURPOSES",
    "RECEIPT_KEY_BYTES",
    "Change",
    "ClassPeriod",
    "ConsentMethod",
    "ConsentRecord",
    "ConsentState",
    "Consents",
    "CopyRules",
    "DataSubject",
    "DueRows",
    "Erasure",
    "ErasureJournal",
    "ErasurePlan",
    "Expiry",
    "Export",
    "ExportedFile",
    "Files",
    "Holding",
    "JournalHead",
    "KeyPool",
    "KeyStore",
    "KeysBusy",
    "MasterKey",
    "OptionalPurpose",
    "Period",
    "PersonErasures",
    "PolicyVersion",
    "ReceiptSigner",
    "RecordKind",
    "Records",
    "Retained",
    "Retention",
    "RowExporter",
    "RowHolding",
    "SweepStatus",
    "add_consent",
    "canonical_number",
    "changes_since",
    "compare",
    "consent_holding",
    "create_content_key",
    "delete_consents",
    "describe",
    "erasure_journal_file",
    "find_outside_subject",
    "fingerprint",
    "held_data",
    "master_key",
    "master_key_file",
    "open_content_key",
    "outside_subject",
    "personal_fields",
    "plain_columns",
    "processing_activities",
    "read_sealed_file",
    "read_source",
    "record_kind",
    "released_versions",
    "sealed_file",
    "unwrap",
    "verify",
    "wrap",
]
