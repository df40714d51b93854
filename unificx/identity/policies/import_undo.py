"""How an import of people is taken back: exactly what it stored, as far as nothing has changed it since. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from unificx.identity.people_schemas import (
    ImportColumn,
    ImportedPerson,
    ImportedValues,
    KeepReason,
    UndoneRow,
)
from unificx.identity.policies.import_plan import MayGrant
from unificx.identity.policies.last_administrators import RoleChange, refused_lines
from unificx.identity.schemas import Person, Role


@dataclass(frozen=True, slots=True)
class AccountNow:
    """An open account. `used`: the person has signed in or has a password; `used_extensions`: ids of extensions with
    devices, and of those that calls are led to."""

    person: Person = field(repr=False)
    used: bool
    extensions: tuple[str, ...]
    used_extensions: frozenset[str]


def plan_undo(
    imported: Sequence[ImportedPerson], now: Mapping[str, AccountNow], active: Mapping[Role, int], may_grant: MayGrant
) -> list[UndoneRow]:
    """Return how each row is taken back. `now`: the open accounts by id; `active`: the number of active operators and
    administrators, of which one of each stays."""
    rows = [_plan_row(each, now.get(each.person_id), may_grant) for each in imported]
    changes = [
        RoleChange(row.line, person.role, each.before.role)
        for each, row in zip(imported, rows, strict=True)
        if "role" in row.columns and (person := now[each.person_id].person).state == "active"
    ]
    last = refused_lines(changes, active)
    return [_without_role(row) if row.line in last else row for row in rows]


def _without_role(row: UndoneRow) -> UndoneRow:
    columns = tuple(each for each in row.columns if each != "role")
    action, reason = "restore" if columns else "keep", row.reason or "last_administrator"
    return replace(row, action=action, columns=columns, reason=reason)


def _plan_row(row: ImportedPerson, now: AccountNow | None, may_grant: MayGrant) -> UndoneRow:
    """Return how a row is taken back. An account that the import created is deleted, unless it is in use or was changed
    since; of one that it changed, the columns get their values back that still have those of the import."""
    if now is None:
        return UndoneRow(row.line, row.person_id, "", "gone")
    person = now.person
    if not may_grant(person.role, person.granted):
        return _skipped(row, now, "role_too_high")
    if row.created:
        if now.used or person.state != "invited" or now.used_extensions:
            return _skipped(row, now, "in_use")
        own = (row.extension_id,) if row.extension_id else ()
        if values_of(person) != row.after or person.granted or now.extensions != own:
            return _skipped(row, now, "changed")
        return UndoneRow(row.line, row.person_id, person.name, "delete")
    columns, reason = list[ImportColumn](), None
    for column in row.changed:
        obstacle = _obstacle(column, row, now, may_grant)
        if obstacle is None:
            columns.append(column)
        reason = reason or obstacle
    if not columns:
        return _skipped(row, now, reason or "changed")
    return UndoneRow(row.line, row.person_id, person.name, "restore", tuple(columns), reason)


def values_of(person: Person) -> ImportedValues:
    """Return the values of an account that an import sets."""
    return ImportedValues(person.name, person.email, person.role, person.language, person.department)


_VALUES: dict[ImportColumn, Callable[[ImportedValues], object]] = {
    "name": lambda values: values.name,
    "role": lambda values: values.role,
    "language": lambda values: values.language,
    "department": lambda values: values.department,
}


def _obstacle(column: ImportColumn, row: ImportedPerson, now: AccountNow, may_grant: MayGrant) -> KeepReason | None:
    if column == "number":
        if row.extension_id not in now.extensions:
            return "changed"
        return "in_use" if row.extension_id in now.used_extensions else None
    value = _VALUES[column]
    if value(values_of(now.person)) != value(row.after):
        return "changed"
    if column == "role" and not may_grant(row.before.role, now.person.granted):
        return "role_too_high"
    return None


def _skipped(row: ImportedPerson, now: AccountNow, reason: KeepReason) -> UndoneRow:
    return UndoneRow(row.line, row.person_id, now.person.name, "keep", reason=reason)
