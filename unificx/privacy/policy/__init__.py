"""Privacy policy: its texts, its released versions, and the comparison of versions."""

from unificx.privacy.policy.changes import Change, compare
from unificx.privacy.policy.document import read_source
from unificx.privacy.policy.processing import held_data, processing_activities
from unificx.privacy.policy.versions import PolicyVersion, changes_since, released_versions

__all__ = [
    "Change",
    "PolicyVersion",
    "changes_since",
    "compare",
    "held_data",
    "processing_activities",
    "read_source",
    "released_versions",
]
