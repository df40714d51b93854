"""Plan of an import: each row of its file creates, changes or leaves a user, or is refused. Pure."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from unificx.core.errors import Invalid
from unificx.identity.people_schemas import FaultCode, ImportAction, ImportColumn, ImportFault, ImportRow, PlannedRow
from unificx.identity.policies import validation
from unificx.identity.policies.last_administrators import RoleChange, refused_lines
from unificx.identity.policies.number_proposal import propose_numbers
from unificx.identity.schemas import Language, Role

NEXT_NUMBER = frozenset({"next", "nächste"})
"""Cells of the column `number` that mean the next free number."""
_ROLES = {
    "user": Role.USER,
    "person": Role.USER,
    "benutzer": Role.USER,
    "administrator": Role.TENANT_ADMIN,
    "admin": Role.TENANT_ADMIN,
    "tenant_admin": Role.TENANT_ADMIN,
    "operator": Role.OPERATOR,
    "betreiber": Role.OPERATOR,
}
_LANGUAGES: dict[str, Language] = {"en": "en", "english": "en", "de": "de", "german": "de", "deutsch": "de"}

MAX_LISTED = 500
"""Rows with a fault, and without one, that a report lists; more are only counted."""

MayGrant = Callable[[Role, frozenset[str]], bool]
_Refuse = Callable[[FaultCode, ImportColumn, str], None]
"""Notes a fault of a row: code, column, message."""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A user of the tenant, as far as an import may change it."""

    name: str = field(repr=False)
    role: Role
    language: Language | None
    numbers: tuple[str, ...]
    department: str = field(default="", repr=False)
    granted: frozenset[str] = frozenset()
    """Permissions of the custom roles."""
    active: bool = True


@dataclass(frozen=True, slots=True)
class TenantState:
    """Users and numbers that the rows of an import are compared with."""

    people: Mapping[str, KnownPerson]
    """Users by the key of their e-mail address."""
    extensions: Collection[str]
    """Numbers of extensions."""
    used: Collection[str]
    """Numbers of all objects, extensions among them."""
    may_grant: MayGrant
    """Whether the importing user may grant and revoke a role, and the permissions of custom roles."""
    active: Mapping[Role, int]
    """Number of active operators and administrators."""


@dataclass(frozen=True, slots=True)
class _Values:
    """Values of a row; None and "" for those that it leaves as they are."""

    name: str = field(repr=False)
    number: str
    role: Role | None
    language: Language | None
    department: str = field(repr=False)


def plan_import(rows: Collection[ImportRow], tenant: TenantState) -> Iterator[PlannedRow]:
    """Iterate over what to do with each row, in order. Linear in the number of rows."""
    last = _last_administrators(rows, tenant)
    planned = map(_Planner(rows, tenant).plan, rows)
    return (_refused(row) if row.line in last else row for row in planned)


def summarize(planned: Iterable[PlannedRow]) -> tuple[Mapping[ImportAction, int], tuple[PlannedRow, ...]]:
    """Return the number of rows by action, and the first rows with and without a fault, in order."""
    counts: Counter[ImportAction] = Counter()
    faulty, listed = 0, list[PlannedRow]()
    for row in planned:
        counts[row.action] += 1
        faulty += row.action == "refused"
        if (faulty if row.action == "refused" else counts.total() - faulty) <= MAX_LISTED:
            listed.append(row)
    return counts, tuple(listed)


def _last_administrators(rows: Collection[ImportRow], tenant: TenantState) -> set[int]:
    """Return the lines that would leave no active administrator, or no operator, after all rows."""
    privileged = {key for key, one in tenant.people.items() if one.active and one.role is not Role.USER}
    if not any(
        row.cells.get("role") and validation.email_key(row.cells.get("email", "")) in privileged for row in rows
    ):
        return set()
    changes = list[RoleChange]()
    # Planned twice instead of being in memory: a preview may have very many rows.
    for row in map(_Planner(rows, tenant).plan, rows):
        if row.role is not None and "role" in row.changed:
            known = tenant.people[validation.email_key(row.email)]
            if known.active:
                changes.append(RoleChange(row.line, known.role, row.role))
    return refused_lines(changes, tenant.active)


def _refused(row: PlannedRow) -> PlannedRow:
    fault = ImportFault("last_administrator", "role", "No other active person would have the role of this one.")
    return replace(row, action="refused", changed=(), faults=(*row.faults, fault))


class _Planner:
    def __init__(self, rows: Collection[ImportRow], tenant: TenantState) -> None:
        # Owner: one call of `plan_import`.
        self._tenant = tenant
        self._emails: set[str] = set()
        self._numbers: set[str] = set()
        named = {
            number
            for row in rows
            if (number := row.cells.get("number", "")) and _problem(validation.number, number) is None
        }
        self._used = {*tenant.used, *named}
        self._proposals = propose_numbers([*tenant.extensions, *named], self._used)

    def plan(self, row: ImportRow) -> PlannedRow:
        faults = [*row.faults]

        def refuse(code: FaultCode, column: ImportColumn, message: str) -> None:
            faults.append(ImportFault(code, column, message))

        name, email = row.cells.get("name", ""), row.cells.get("email", "")
        key = validation.email_key(email)
        known = self._tenant.people.get(key)
        if not email:
            refuse("missing", "email", "The e-mail address is missing.")
        elif (problem := _problem(validation.email, email)) is not None:
            refuse("malformed", "email", problem)
        elif key in self._emails:
            refuse("repeated", "email", "An earlier row has the same e-mail address.")
        self._emails.add(key)
        if not name and known is None:
            refuse("missing", "name", "The name is missing.")
        elif name and (problem := _problem(validation.name, name)) is not None:
            refuse("malformed", "name", problem)
        role = self._role(row, known, refuse)
        language = _LANGUAGES.get(row.cells.get("language", "").lower())
        if row.cells.get("language") and language is None:
            refuse("unknown_language", "language", "Languages are en and de.")
        department = row.cells.get("department", "")
        if (problem := _problem(validation.department, department)) is not None:
            refuse("malformed", "department", problem)
        else:
            department = validation.department(department)
        number = self._number(row, known, refuse, assign=not faults)
        values = _Values(name, number, role, language, department)
        changed = _changes(known, values) if known is not None else ()
        action = "refused" if faults else "create" if known is None else "update" if changed else "unchanged"
        return PlannedRow(
            line=row.line,
            action=action,
            name=name,
            email=email,
            number=number,
            role=role,
            language=language,
            department=department,
            changed=() if faults else changed,
            faults=tuple(faults),
        )

    def _role(self, row: ImportRow, known: KnownPerson | None, refuse: _Refuse) -> Role | None:
        text = row.cells.get("role", "")
        role = _ROLES.get(text.lower()) if text else None
        if text and role is None:
            refuse("unknown_role", "role", "Roles are user and administrator.")
        may_grant = self._tenant.may_grant
        if not may_grant(role or Role.USER, frozenset()) or (known and not may_grant(known.role, known.granted)):
            refuse("role_too_high", "role", "This requires a higher role than yours.")
        return role

    def _number(self, row: ImportRow, known: KnownPerson | None, refuse: _Refuse, *, assign: bool) -> str:
        """Return the number of the extension to create, or the number the user has already."""
        text = row.cells.get("number", "")
        if text.lower() in NEXT_NUMBER:
            if known is not None and known.numbers:
                return known.numbers[0]
            number = next(self._proposals, "") if assign else ""
            if assign and not number:
                refuse("no_free_number", "number", "There is no free number left.")
            self._take(number)
            return number
        if not text or (known is not None and text in known.numbers):
            return text
        if (problem := _problem(validation.number, text)) is not None:
            refuse("malformed", "number", problem)
        elif text in self._numbers:
            refuse("repeated", "number", "An earlier row has the same number.")
        elif text in self._tenant.used:
            refuse("taken", "number", "This number is already in use.")
        elif known is not None and known.numbers:
            refuse("number_fixed", "number", "This person has another number, which an import does not change.")
        self._take(text)
        return text

    def _take(self, number: str) -> None:
        if number:
            self._used.add(number)
            self._numbers.add(number)


def _problem(validate: Callable[[str], str], text: str) -> str | None:
    try:
        validate(text)
    except Invalid as fault:
        return fault.message
    return None


def _changes(known: KnownPerson, new: _Values) -> tuple[ImportColumn, ...]:
    changed: list[ImportColumn] = []
    if new.name and new.name != known.name:
        changed.append("name")
    if new.number and new.number not in known.numbers:
        changed.append("number")
    if new.role is not None and new.role is not known.role:
        changed.append("role")
    if new.language is not None and new.language != known.language:
        changed.append("language")
    if new.department and new.department != known.department:
        changed.append("department")
    return tuple(changed)
