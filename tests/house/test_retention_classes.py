"""Each retention class of the vocabulary ends: after a period, or with something that the rules name."""

from unificx.core.personal import VOCABULARY
from unificx.db.migrations.models import load_all_models
from unificx.privacy import CLASSES, personal_fields


def test_each_class_of_the_vocabulary_has_a_period_or_a_reason() -> None:
    assert set(CLASSES) == set(VOCABULARY.retention)
    assert [name for name, rule in CLASSES.items() if (rule.default is None) == (not rule.bound)] == []


def test_each_class_is_used() -> None:
    load_all_models()
    assert {field.retention for field in personal_fields()} == set(CLASSES)
