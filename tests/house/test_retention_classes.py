"""Each retention class of the vocabulary ends: after a period, or with something that the rules name."""

from unittest.mock import MagicMock

import pytest

from unificx.core.personal import VOCABULARY
from unificx.db.migrations.models import load_all_models
from unificx.privacy import CLASSES, personal_fields
from unificx.server.expiries import all_expiries
from unificx.support import SupportService


@pytest.mark.promise("R3", whole=True)
def test_each_class_of_the_vocabulary_has_a_period_or_a_reason() -> None:
    """R3 as a whole: each personal field has a class, and each class a period that is swept, or an end that the policy
    names. The running server sweeps: `test_the_watchers_of_a_person_who_objects_are_notified`; what has ended is removed,
    not before: `test_addresses_go_first_and_calls_later`, `test_each_other_kind_goes_after_its_period`,
    `test_messages_end_with_the_period_of_the_tenant_or_of_their_conversation`, `test_a_report_is_deleted_after_thirty_days`,
    and a sweep that does nothing alarms: `test_a_sweep_that_does_nothing_over_a_backlog_alarms`. A hold comes first:
    `test_retention_removes_nothing_under_a_hold`. Users see the periods:
    `test_the_policy_shows_each_declared_category_purpose_and_period`."""
    container = MagicMock()
    for area in (container.archive, container.mailboxes, container.support, container.webhooks, container.billing):
        area.expiries = ()
    container.support.expiries = SupportService(container.database, container.keys, container.clock).expiries
    swept = {each.retention for each in all_expiries(container)}
    assert {name for name, rule in CLASSES.items() if rule.default is not None} <= swept
    assert set(CLASSES) == set(VOCABULARY.retention)
    assert [name for name, rule in CLASSES.items() if (rule.default is None) == (not rule.bound)] == []


def test_each_class_is_used() -> None:
    load_all_models()
    assert {field.retention for field in personal_fields()} == set(CLASSES)
