"""Purposes are stated at boundaries only, by every route, and no query chooses one."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from prometheus_client import CollectorRegistry

from tests.house.syntax import nodes
from unificx.api import build
from unificx.api.access import RoutePurpose
from unificx.api.route_index import RouteIndex
from unificx.core.access import Access, stating
from unificx.core.personal import VOCABULARY
from unificx.db import Base, SealedCodec
from unificx.db.base import sealed_part
from unificx.db.migrations.models import load_all_models
from unificx.db.sealed import Key, WrongPurpose
from unificx.privacy import personal_fields
from unificx.privacy.register import PersonalField

ROOT = Path(__file__).parents[2]
STATEMENTS = {"Access", "stating", "state_access", "context_stating"}
BOUNDARIES = {
    "unificx/api/access.py": "HTTP routes and their authentication",
    "unificx/archive/service.py": "number in a file for an authority",
    "unificx/api/events_websocket.py": "authentication of live events",
    "unificx/api/idempotent_route.py": "repeated requests",
    "unificx/api/middleware.py": "withdraws what the server stated",
    "unificx/api/routes/canaries.py": "settings and messages of the canaries",
    "unificx/api/routes/disclosures.py": "account whose data is disclosed",
    "unificx/api/routes/holds.py": "request of the authority that asks for a hold",
    "unificx/api/routes/recordings.py": "account of the listener",
    "unificx/callapps/completion.py": "last call of the caller",
    "unificx/callapps/media_session.py": "tasks of call apps",
    "unificx/callapps/runner.py": "call apps",
    "unificx/chat/phones.py": "text messages to phones",
    "unificx/billing/invoicing/runs.py": "tasks of invoice runs",
    "unificx/conferencing/service.py": "PIN of a caller",
    "unificx/core/access.py": "the definition, and the SIP server",
    "unificx/core/background.py": "tasks, by what their owner states",
    "unificx/db/outbox.py": "handlers, by what they were subscribed with",
    "unificx/db/spool.py": "handlers, which open nothing",
    "unificx/identity/email_aliases.py": "account of an address",
    "unificx/identity/factor_records.py": "proof of identity within a change",
    "unificx/identity/retention.py": "addresses of sessions that end",
    "unificx/identity/service.py": "load of the directory, account notices",
    "unificx/identity/people_indexes.py": "names by which the list of people is searched, before a request shows any",
    "unificx/notifications/push_sender.py": "push messages",
    "unificx/privacy/consents/service.py": "decisions that a change rests on",
    "unificx/queues/manager.py": "tasks of queues",
    "unificx/recording/call_monitor.py": "tasks of call monitoring",
    "unificx/recording/call_recorder.py": "tasks of call recording",
    "unificx/recording/conference_recorder.py": "tasks of conference recording",
    "unificx/routing/outbound/fraud.py": "tasks of calling limits",
    "unificx/server/bootstrap.py": "load at start, jobs",
    "unificx/server/calling_alerts.py": "alerts",
    "unificx/server/cleanup.py": "maintenance",
    "unificx/server/errands.py": "maintenance",
    "unificx/server/http_server.py": "SIP over WebSocket",
    "unificx/server/invoice_pdf.py": "files of invoices for e-mails",
    "unificx/server/mwi_handler.py": "message waiting",
    "unificx/server/server.py": "first start",
    "unificx/server/notification_settings.py": "check of the mailbox, from the console",
    "unificx/server/support_mail.py": "reports of failed delivery that arrive by e-mail",
    "unificx/server/transfer/receiving.py": "import of a tenant, from the console",
    "unificx/server/sip.py": "SIP server, calls of the previous process",
    "unificx/support/rights/accounts.py": "accounts that requests are about",
    "unificx/support/rights/disclosure_repository.py": "numbers of callers, for the same purpose without an entry",
    "unificx/support/rights/handovers.py": "log of a download, within the copies",
    "unificx/support/rights/privacy.py": "disclosures in an access copy, within the copies",
    "unificx/support/rights/service.py": "reminders of requests",
    "unificx/voicemail/email_attachments.py": "voicemail letters",
    "unificx/voicemail/service.py": "PIN of a caller",
    "unificx/sip_server/caller_verifier.py": "tasks of the verification of callers",
}
"""Modules that may state a purpose, and the work for which they do."""


def calls_in(path: Path) -> Iterator[ast.Call]:
    for node in nodes(path.read_text("utf-8")):
        if isinstance(node, ast.Call):
            yield node


def name_of(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


@pytest.mark.promise("S3")
def test_only_boundaries_state_a_purpose() -> None:
    stating_modules = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "unificx").rglob("*.py")
        if any(name_of(call) in STATEMENTS for call in calls_in(path))
    }
    assert stating_modules - BOUNDARIES.keys() == set(), "state the purpose at a boundary, or explain the new one here"
    assert BOUNDARIES.keys() - stating_modules == set(), "this module states no purpose any more"


@pytest.mark.promise("S3")
def test_no_query_passes_a_purpose() -> None:
    for path in (ROOT / "unificx").rglob("*.py"):
        for call in calls_in(path):
            if name_of(call) in {"open", "open_by_row"} and path.name != "access.py":
                given = {one.value for one in ast.walk(call) if isinstance(one, ast.Constant)}
                assert not given & VOCABULARY.purposes.keys(), f"{path}:{call.lineno}"


DECRYPTING = {
    "unificx/archive/sealed_copy.py": "the copy that a person has requested, for that person",
    "unificx/audio_store/file_format.py": "sound, by a content key that the purpose opens",
    "unificx/db/sealed.py": "the codec, which checks the purpose",
    "unificx/privacy/key_wrapping.py": "keys",
    "unificx/server/transfer/envelope.py": "the file of a tenant that moves, sealed values in it stay sealed",
}
"""Modules that decrypt."""


@pytest.mark.promise("S3", whole=True)
def test_sealed_values_are_opened_by_the_codec_alone() -> None:
    """S3 as a whole: personal columns are sealed (`test_every_column_is_plain_or_sealed`), and only the codec opens them:
    for a purpose that the boundary has stated (`test_without_a_declared_purpose_nothing_is_read`) and each field allows
    (`test_a_part_opens_only_for_the_purposes_of_all_its_fields`), as the policy says
    (`test_the_newest_version_is_the_policy_as_it_is`). Each route states one
    (`test_every_route_states_a_purpose_before_anything_else`), handlers of events and tasks by
    `test_a_handler_has_the_purpose_it_was_subscribed_with` and `test_work_without_a_statement_has_no_purpose`; nothing
    else may (`test_only_boundaries_state_a_purpose`, `test_no_query_passes_a_purpose`). Data leaves through declared
    clients only (`test_only_declared_modules_open_outgoing_connections`, `test_each_client_discloses_by_the_register`)
    and each hand-over is recorded (`test_each_transmission_is_written_down_before_it_is_made`). No request
    for whatever operation opens another connection: `test_administrator_cannot_access_another_tenant`."""
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "unificx").rglob("*.py")
        if any(name_of(call) == "decrypt" for call in calls_in(path))
    }
    assert found == DECRYPTING.keys()


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return build(Mock(metrics=CollectorRegistry()))


@pytest.mark.promise("S3")
def test_every_route_states_a_purpose_before_anything_else(app: FastAPI) -> None:
    routes = [each for each in _routes(app) if each.methods and each.path != "/api/openapi.json"]
    assert len(routes) > 200
    silent = {f"{sorted(route.methods or ())} {route.path}" for route in routes if not stated_purposes(route.dependant)}
    assert silent == set(), "pass dependencies=[purpose(...)] to the router or the route"


def test_every_operation_is_named_by_its_function(app: FastAPI) -> None:
    documented = [each for each in _routes(app) if each.methods and each.include_in_schema]
    assert [each.path for each in documented if each.unique_id != each.name] == [], "use Router of api/router.py"


def _routes(app: FastAPI) -> Iterator[RouteContext]:
    found = [one for each in app.routes for one in (each.routes if isinstance(each, RouteIndex) else [each])]
    return iter_route_contexts(found)


def stated_purposes(dependant: object) -> list[str]:
    """Return the purposes stated before any other dependency of a route."""
    stated: list[str] = []
    for each in getattr(dependant, "dependencies", ()):
        if not isinstance(each.call, RoutePurpose):
            break
        stated.append(each.call.purpose)
    return stated


def test_a_route_cannot_state_an_unknown_purpose() -> None:
    for unknown in ("", "marketing", "train_ai_system"):
        with pytest.raises(TypeError):
            RoutePurpose(unknown)


class NoKeys:
    """No subject has a key: only the purpose is checked."""

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        return dict.fromkeys(subjects)


load_all_models()
SEALED = sorted({(one.table, one.column) for one in personal_fields()})


@pytest.mark.promise("S3")
@pytest.mark.parametrize(("table", "column"), SEALED)
def test_a_part_opens_only_for_the_purposes_of_all_its_fields(table: str, column: str) -> None:
    fields = [one for one in personal_fields() if (one.table, one.column) == (table, column)]
    codec = codec_of(table, column)
    for purpose in VOCABULARY.purposes:
        with stating(Access(purpose, "test")):
            if is_declared(fields, purpose):
                assert codec.open(NoKeys(), "tenant", []) == []
            else:
                with pytest.raises(WrongPurpose):
                    codec.open(NoKeys(), "tenant", [])


def is_declared(fields: list[PersonalField], purpose: str) -> bool:
    return all(purpose in one.uses for one in fields)


def codec_of(table: str, column: str) -> SealedCodec[object]:
    mapped = next(each.class_ for each in Base.registry.mappers if each.class_.__tablename__ == table)
    part = sealed_part(mapped.__table__.columns[column])
    assert part is not None
    return SealedCodec(mapped, part.part)
