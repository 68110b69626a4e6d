"""Everything the program keeps in PostgreSQL, made in the order in which it leans on what went before."""


def install(conninfo: str) -> None:
    """Makes what is missing, as the owner of the database; safe to repeat."""
    # Imported when needed: most commands of the program need none of it.
    from events import schema
    from projections import cell_months, notices, view
    from projections.merkle import tiles
    from services import access
    from services.audit import kept

    for place in (schema, view, cell_months, notices, tiles, kept, access):
        place.install(conninfo)
