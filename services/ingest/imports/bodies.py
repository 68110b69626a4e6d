"""The body of a row: that it is history, and why."""

from services.ingest.bodies import Body


class RowBody(Body):
    """What every body may carry; the row's steps have bodies of their own."""
