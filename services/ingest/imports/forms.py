"""The forms that are known, and which of them a sheet is."""

from services.ingest.imports import attendance, happenings, liaison, meetings, members, merits, oath, organisations
from services.ingest.imports import transfers as slips
from services.ingest.imports.cells import heading
from services.ingest.imports.form import Form
from services.ingest.imports.sheets import Sheet, Table, head, table

FORMS: tuple[Form, ...] = (
    organisations.FORM, members.FORM, happenings.FORM, slips.FORM, meetings.FORM, merits.FORM, liaison.FORM, oath.FORM,
    attendance.FORM,
)  # fmt: skip
"""In the order in which they are tried: whose headings are many comes before whose headings others have, too."""


def recognised(sheet: Sheet) -> tuple[Form, Table] | None:
    """The form of a sheet, and the sheet under its headings; None where they are none that is known.

    Raises:
        Unreadable: the file is broken.
    """
    top = [(number, values, [heading(value) for value in values]) for number, values in head(sheet)]
    for form in FORMS:
        for number, values, headings in top:
            columns = form.known(headings)
            if columns is not None:
                return form, table(sheet, number, values, columns)
    return None
