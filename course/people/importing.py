"""People from a table: CSV with the columns name, email, first_name, last_name. All of them, or none."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from course.models import Role, User
from course.people.acts import record
from course.people.models import LEARNER, Cohort, Membership

COLUMNS = ("name", "email", "first_name", "last_name")
MOST_BYTES, MOST_ROWS = 256 * 1024, 500
_LONGEST = {"name": 150, "email": 254, "first_name": 150, "last_name": 150}  # as the model has them


@dataclass(frozen=True, slots=True)
class Wrong:
    """``row``: as a spreadsheet numbers them, the heading is 1; 0 for the file as a whole."""

    row: int
    reason: str


class Rejected(Exception):
    """Nothing was imported: ``wrongs`` says why, row by row."""

    def __init__(self, wrongs: list[Wrong]) -> None:
        super().__init__(f"{len(wrongs)} rows are wrong")
        self.wrongs = wrongs


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    name: str
    email: str
    first_name: str
    last_name: str


@dataclass(slots=True)
class Imported:
    """``new``: accounts made; ``added``: people who had one; ``already``: who was in the cohort."""

    new: list[User] = field(default_factory=list)
    added: list[User] = field(default_factory=list)
    already: list[User] = field(default_factory=list)


@transaction.atomic
def import_people(*, cohort: Cohort, data: bytes, by: User) -> Imported:
    """Add everybody in the file as a learner. Who is known by name or e-mail is added as they are, others get an account without a
    password (``course.people.welcome`` lets them set one). Raises Rejected."""
    rows = read(data)
    known = _Known(rows)
    wrongs = [*_twice(rows), *(Wrong(row.number, reason) for row in rows if (reason := known.wrong(row)))]
    if wrongs:
        raise Rejected(sorted(wrongs, key=lambda one: one.row))
    done, members = Imported(), set(cohort.memberships.filter(left=None).values_list("user", flat=True))
    for row in rows:
        if (user := known.find(row)) is None:
            done.new.append(_account(row))
        elif user.pk in members:
            done.already.append(user)
        else:
            done.added.append(user)
    done.new = User.objects.bulk_create(done.new)
    _let_in(cohort, [*done.new, *done.added])
    names = {what: [one.username for one in getattr(done, what)] for what in ("new", "added")}
    record("imported", by=by, target=cohort, cohort=cohort, **names)
    return done


def read(data: bytes) -> list[Row]:
    """The rows that are not empty, trimmed. Raises Rejected where the file, or a row's form, is not right."""
    cells = _cells(data)
    columns = [cell.strip().lower() for cell in cells[0]] if cells else []
    if not {"name", "email"} & set(columns):
        raise Rejected([Wrong(1, _("The first row is to name the columns: name, email, first_name, last_name."))])
    if odd := [column for column in columns if column not in COLUMNS or columns.count(column) > 1]:
        raise Rejected([Wrong(1, _("There is no column “%(column)s”, or it is there twice.") % {"column": odd[0]})])
    filled = [(number, row) for number, row in enumerate(cells[1:], 2) if any(cell.strip() for cell in row)]
    if wrongs := [Wrong(number, _("There are more cells than columns.")) for number, row in filled if len(row) > len(columns)]:
        raise Rejected(wrongs)
    if not filled:
        raise Rejected([Wrong(0, _("Nobody is in this file."))])
    if len(filled) > MOST_ROWS:
        raise Rejected([Wrong(0, _("These are more than %(most)s people. Take several files.") % {"most": MOST_ROWS})])
    return [_row(number, dict(zip(columns, row, strict=False))) for number, row in filled]


def _cells(data: bytes) -> list[list[str]]:
    if len(data) > MOST_BYTES:
        raise Rejected([Wrong(0, _("The file is larger than %(most)s KB.") % {"most": MOST_BYTES // 1024})])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Rejected([Wrong(0, _("The file is not UTF-8. Save it as “CSV UTF-8”."))]) from error
    if "\0" in text:
        raise Rejected([Wrong(0, _("There are bytes in the file that are no text."))])
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)  # spreadsheets write what their country uses
    cells: list[list[str]] = []
    try:
        cells.extend(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:  # what came before it is in ``cells``
        reason = _("This is not CSV: a quotation mark is not closed, or stands in the middle of a cell.")
        raise Rejected([Wrong(len(cells) + 1, reason)]) from error
    return cells


def _row(number: int, cells: dict[str, str]) -> Row:
    values = {column: unicodedata.normalize("NFKC", cells.get(column, "")).strip() for column in COLUMNS}
    return Row(number=number, **values | {"name": values["name"] or values["email"]})


def _twice(rows: list[Row]) -> Iterator[Wrong]:
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        for what in [("name", row.name.lower())] + ([("email", row.email.lower())] if row.email else []):
            if what in seen:
                yield Wrong(row.number, _("The same person is in row %(row)s.") % {"row": seen[what]})
                break
            seen[what] = row.number


class _Known:
    """Whom the installation knows of a file's people, found with two questions to the database."""

    def __init__(self, rows: list[Row]) -> None:
        names, emails = {row.name.lower() for row in rows}, {row.email.lower() for row in rows if row.email}
        self._names = {user.username.lower(): user for user in User.objects.alias(low=Lower("username")).filter(low__in=names)}
        self._emails: dict[str, list[User]] = {}
        for user in User.objects.alias(low=Lower("email")).filter(low__in=emails).exclude(role=Role.GUEST):
            self._emails.setdefault(user.email.lower(), []).append(user)

    def find(self, row: Row) -> User | None:
        by_email = self._emails.get(row.email.lower(), []) if row.email else []
        return by_email[0] if by_email else self._names.get(row.name.lower())

    def wrong(self, row: Row) -> str:
        """Why this row cannot be taken; "" where it can."""
        return self._clash(row) if self.find(row) else _unfit(row)

    def _clash(self, row: Row) -> str:
        by_name, by_email = self._names.get(row.name.lower()), self._emails.get(row.email.lower(), [])
        found = self.find(row)
        if len(by_email) > 1:
            return _("Several accounts have this e-mail address. Give the name alone.")
        if by_name and by_email and by_name.pk != by_email[0].pk:
            return _("The name belongs to one account, the e-mail address to another.")
        if by_name and row.email and by_name.email and by_name.email.lower() != row.email.lower():
            return _("The name belongs to somebody with another e-mail address.")
        if found and found.role == Role.GUEST:
            return _("This name is not free.")
        return _("This account is switched off.") if found and not found.is_active else ""


def _unfit(row: Row) -> str:
    """Of somebody new."""
    for column, most in _LONGEST.items():
        if len(getattr(row, column)) > most:
            return _("%(column)s is longer than %(most)s characters.") % {"column": column, "most": most}
    try:
        User.username_validator(row.name)
    except ValidationError:
        return _("“%(name)s” is no user name: letters, digits and @ . + - _ only.") % {"name": row.name}
    try:
        if row.email:
            validate_email(row.email)
    except ValidationError:
        return _("“%(email)s” is no e-mail address.") % {"email": row.email}
    return ""


def _account(row: Row) -> User:
    return User(
        username=row.name,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        password=make_password(None),
        role=Role.LEARNER,
    )


def _let_in(cohort: Cohort, users: list[User]) -> None:
    """As learners; who was in it before comes back, for good or as what they were."""
    now = timezone.now()
    back = set(Membership.objects.filter(cohort=cohort, user__in=users).values_list("user", flat=True))
    Membership.objects.filter(cohort=cohort, user__in=back).update(left=None, role=LEARNER)
    Membership.objects.bulk_create(Membership(cohort=cohort, user=user, joined=now) for user in users if user.pk not in back)
