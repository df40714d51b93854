"""Each retention class of the vocabulary ends: after a period, or with something that the rules name."""

import json
import re
from datetime import date
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from unificx.core.personal import VOCABULARY
from unificx.db.migrations.models import load_all_models
from unificx.identity.models import SessionRow
from unificx.privacy import Period, personal_fields
from unificx.privacy.retention.classes import CLASSES
from unificx.server.expiries import all_expiries
from unificx.support import SupportService

PACKAGE = Path(__file__).parents[2] / "unificx"


@pytest.mark.promise("R3", whole=True)
def test_each_class_of_the_vocabulary_has_a_period_or_a_reason() -> None:
    """R3 as a whole: each personal field has a class, and each class a period that is swept, or an end that the policy
    names. The running server sweeps: `test_the_watchers_of_a_person_who_objects_are_notified`; what has ended is removed,
    not before: `test_addresses_go_first_and_calls_later`, `test_each_other_kind_goes_after_its_period`,
    `test_messages_end_with_the_period_of_the_tenant_or_of_their_conversation`, `test_a_report_is_deleted_after_thirty_days`,
    and a sweep that does nothing alarms: `test_a_sweep_that_does_nothing_over_a_backlog_alarms`. A hold comes first:
    `test_retention_removes_nothing_under_a_hold`. Users see the periods:
    `test_the_policy_shows_each_declared_category_purpose_and_period`."""
    none = MagicMock(expiries=())
    support = MagicMock(expiries=SupportService(MagicMock(), MagicMock(), MagicMock()).expiries)
    container = MagicMock(archive=none, mailboxes=none, support=support, webhooks=none, billing=none)
    swept = {each.retention for each in all_expiries(container)}
    assert {name for name, rule in CLASSES.items() if rule.default is not None} <= swept
    assert set(CLASSES) == set(VOCABULARY.retention)
    assert [name for name, rule in CLASSES.items() if (rule.default is None) == (not rule.bound)] == []


def test_the_portal_names_each_class_and_each_kind_of_data() -> None:
    texts = (PACKAGE.parent / "client" / "src" / "features" / "privacy" / "retention-texts.ts").read_text("utf-8")
    classes, kinds = texts.split("ENDING_KINDS", 1)
    limits = json.loads((PACKAGE / "privacy" / "retention" / "limits.json").read_text("utf-8"))
    laws = {limit["law"] for country in limits.values() for limit in country.values()}
    assert set(re.findall(r"^  '([^']+)': msg", classes, re.M)) == laws
    sources = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    ending = set(re.findall(r'Expiry\(\s*"\w+",\s*"([^"]+)"', sources))
    assert set(re.findall(r"^  (\w+): \{", classes, re.M)) == set(CLASSES)
    assert {quoted or plain for quoted, plain in re.findall(r"^  (?:'([^']+)'|(\w+)): msg", kinds, re.M)} == ending


TECHNICAL = ("user.device.ip_address", "user.device.user_agent", "user.telemetry")
SHORT = {
    "address": "two weeks, or the tenant's period; then truncated",
    "report": "thirty days, or the tenant's period: a report is sent by the user, who sees all of it",
    "registration": "until the registration expires, within hours",
    "live_call": "until the call ends",
}
"""Classes of technical data, each with its end."""


@pytest.mark.promise("C13", whole=True)
def test_technical_data_ends_after_a_short_time() -> None:
    """C13 as a whole: address, browser, operating system and measurements are in classes that end soon, wherever they
    are stored; a referrer is read nowhere. With the clock moved: sign-ins
    (`test_address_and_browser_of_a_sign_in_are_truncated_after_their_period`), calls
    (`test_addresses_go_first_and_calls_later`), registrations of phones (`test_binding_expired_meanwhile_is_deleted`) and
    reports (`test_a_report_is_deleted_after_thirty_days`). Of the last access a session stores the day. Logs have no
    address: `test_logs_contain_no_personal_data`, `test_library_logs_are_forwarded_without_text_and_thinned_out`."""
    load_all_models()
    technical = [field for field in personal_fields() if field.category in TECHNICAL]
    assert {(field.table, field.retention) for field in technical if field.retention not in SHORT} == set()
    assert {"session", "call_party", "binding", "live_call"} <= {field.table for field in technical}
    for name in ("address", "report"):
        period = CLASSES[name].default
        assert period is not None
        assert not period.exceeds(Period.parse("P30D"))
    reading = [path.name for path in PACKAGE.rglob("*.py") if '"referer"' in path.read_text("utf-8").lower()]
    assert reading == []
    assert SessionRow.__table__.c.last_used.type.python_type is date


def test_each_class_is_used() -> None:
    load_all_models()
    assert {field.retention for field in personal_fields()} == set(CLASSES)
