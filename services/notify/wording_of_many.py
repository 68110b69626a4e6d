"""What is said of several at once: who went together, and all that is in force of somebody who becomes known."""

from collections.abc import Sequence
from datetime import date

from events.collective_transfer import CollectiveTransfer
from events.fact import Id
from events.member.periods import Period
from events.papers import as_id
from services.notify.called import OFFICES, SANCTIONS, Names, day, organisation, paper, whoever
from services.notify.in_force import InForce


def of_list(collective: CollectiveTransfer, *, received: bool, on: date, whom: Sequence[str], names: Names) -> str:
    """A hand-over list, or its reception; `whom` are those of it whom the committee is told of."""
    list_ = collective.introduced
    assert list_ is not None, "a list is told of from its introduction on"
    way = "chuyển sinh hoạt đảng chính thức"
    whole = f"{len(whom)} đồng chí"
    origin, to = organisation(list_.from_cell, names), organisation(list_.to, names)
    if received:
        took = collective.received.at if collective.received is not None else None
        host = organisation(took, names) if took is not None else to
        said = f"{host} tiếp nhận {whole} {way} từ {origin}, ngày {day(on)}"
    else:
        said = f"{origin} giới thiệu {whole} {way} đến {to} {paper(list_.decision, names)}, ngày {day(on)}"
    return f"{said}: {', '.join(name for name in whom if name)}"


def of_newcomer(whom: str, on: date, today: date, in_force: InForce, names: Names) -> str:
    """Somebody whom a committee follows from a day on, and what is in force of him on the day that it is told."""
    parts = [
        f"kỷ luật {SANCTIONS[one.form_on(today)]}"
        f"{f' {paper(one.decision, names)}' if one.decision is not None else ''}, công bố ngày {day(one.on)}"
        for one in in_force.sanctions
    ]
    parts += [
        f"giữ chức vụ {post.post}{f' tại {whoever(post.at, names)}' if post.at else ''} từ ngày {day(since)}"
        for since, post in in_force.posts
    ]
    parts += [
        f"giữ chức {OFFICES[term.office]} {organisation(of, names)} từ ngày {day(term.since)}"
        for of, term in in_force.offices
    ]
    if in_force.exemption is not None:
        parts.append(_exempted(in_force.exemption))
    if in_force.transit is not None:
        parts.append(
            f"đang chuyển sinh hoạt đến {organisation(in_force.transit.to, names)}, giới thiệu ngày "
            f"{day(in_force.transit.introduced_on)}"
        )
    return f"{whom} thuộc diện theo dõi tại nơi cư trú từ ngày {day(on)}; hiện có: {'; '.join(parts)}"


def named_in(collective: CollectiveTransfer) -> set[Id]:
    """The organisations that the sentence of a list may name."""
    named = set()
    if collective.introduced is not None:
        named |= {collective.introduced.from_cell, collective.introduced.to}
        named |= {one for one in (as_id(collective.introduced.decision.by),) if one is not None}
    if collective.received is not None and collective.received.at is not None:
        named.add(collective.received.at)
    return named


def _exempted(period: Period[object]) -> str:
    term = f" đến hết ngày {day(period.until)}" if period.until else ""
    return f"được miễn công tác và sinh hoạt đảng từ ngày {day(period.since)}{term}"
