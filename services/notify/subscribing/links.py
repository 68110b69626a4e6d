"""Where a notice is read: addresses that stand in messages, which hold ids and never a name."""

from events.fact import Id


class Links:
    """How links begin; one for a process, told by whoever puts it together."""

    def __init__(self) -> None:
        self._start = ""

    def begin_with(self, start: str | None) -> None:
        """All links from now on are below that address; without one they begin with a slash."""
        self._start = (start or "").rstrip("/")

    def notice(self, ident: Id) -> str:
        """Of one notice."""
        return f"{self._start}/notices/{ident}"

    def inbox(self, organisation: Id) -> str:
        """Of all that an organisation was told."""
        return f"{self._start}/inbox?organisation={organisation}"


LINKS = Links()
