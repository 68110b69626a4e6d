"""What a message says where people read it: how many notices there are and where, in Vietnamese, and never a name."""

from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Said:
    """A message for people. `link` is where the notices are read."""

    count: int
    link: str

    @property
    def subject(self) -> str:
        """In one line, the same for all that is told."""
        return f"Cầu nối: có {self.count} thông báo mới"

    @property
    def text(self) -> str:
        """In a few lines."""
        where = f"\nĐọc thông báo tại: {self.link}\n" if self.link else "\n"
        return f"Có {self.count} thông báo mới đang chờ trong hộp thư của tổ chức.\n{where}"

    @property
    def short(self) -> str:
        """As a text message."""
        return f"{self.subject}. {self.link}".strip()


class _Data(msgspec.Struct):
    count: int = 1
    link: str = ""


class _Body(msgspec.Struct):
    data: _Data


_body = msgspec.json.Decoder(_Body).decode


def said(body: bytes) -> Said:
    """What is to be said of a message with this body. Of all that stands in it, the count and the link.

    Raises:
        msgspec.MsgspecError: it is none of ours.
    """
    data = _body(body).data
    return Said(data.count, data.link)
