"""Each form from its facts: headings as the import knows them, and a row for each line of an office's book."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from services.ingest.imports import happenings, liaison, meetings, members, oath, organisations, words
from services.ingest.imports import transfers as slips
from services.program.exporting.reading import Reading, Told, day

Row = list[Any]


class Sheet(NamedTuple):
    """One table of an export."""

    title: str
    headings: tuple[str, ...]
    rows: Iterable[Row]


def _said(words_: Mapping[str, str], meant: str | None) -> str | None:
    """The office's word for what the record says; the first of several."""
    return next((said for said, known in words_.items() if known == meant), meant)


ENDINGS = ("absorbed", "consolidated", "split", "dissolved", "disbanded")
RANK = list(dict.fromkeys(words.KINDS.values()))


def organisations_of(reading: Reading) -> list[Sheet]:
    """As they are today, the higher ones first."""
    found: dict[str, dict[str, Any]] = {}
    for told in reading.records("organisation.*"):
        fact = told.name.partition(".")[2]
        if fact == "established":
            found[told.stream] = {**told.data, "since": told.on}
        elif fact == "renamed":
            found[told.stream]["name"] = told.data["name"]
        elif fact == "handed_over":
            found[told.stream]["parent"] = told.data.get("to") or told.data.get("parent")
        elif fact in ENDINGS:
            found[told.stream] |= {"ended_on": told.on, "note": told.reason}
    lines = sorted(found.items(), key=lambda one: RANK.index(one[1]["kind"]))
    form = organisations.FORM
    return [Sheet("Tổ chức", tuple(form.columns), [_organisation(reading, *line) for line in lines])]


def _organisation(reading: Reading, ident: str, said: dict[str, Any]) -> Row:
    kind = _said(words.KINDS, said["kind"])
    parent = said.get("parent")
    if said["kind"] == "superior" and not said.get("serves"):
        kind = "Đảng bộ khối"
    return [
        reading.code(ident), said["name"], kind, _said(words.CELL_KINDS, said.get("cell_kind")), reading.code(parent),
        said.get("serves") or said.get("place"), said["since"], said.get("ended_on"), said.get("note"),
    ]  # fmt: skip


def members_of(reading: Reading) -> list[Sheet]:
    """The roll as it came in, and what has changed since: with the transfers, who is where today."""
    admitted: dict[str, Told] = {}
    recognised: dict[str, Any] = {}
    homes: dict[str, list[Told]] = defaultdict(list)
    after: list[Told] = []
    for told in reading.records("member.*"):
        match told.name.partition(".")[2]:
            case "admitted":
                admitted[told.stream] = told
            case "recognised":
                recognised[told.stream] = told.on
            case "residence_declared":
                homes[told.stream].append(told)
            case "exempted" | "died" | "appointed":
                after.append(told)
    moved = [home for of in homes.values() for home in of[1:]]
    offices = _offices(reading)
    roll = (
        _member(reading, told, recognised.get(ident), homes[ident], offices.get(ident))
        for ident, told in admitted.items()
        if told.data.get("card")
    )
    since = sorted([*moved, *after], key=lambda told: told.on)
    changes = [_happening(reading, number, told) for number, told in enumerate(since, 1)]
    rolls = ([number, *line] for number, line in enumerate(roll, 1))
    return [
        Sheet("Đảng viên", tuple(members.FORM.columns), rolls),
        Sheet("Biến động", tuple(happenings.FORM.columns), changes),
    ]


def _member(reading: Reading, told: Told, recognised: Any, homes: list[Told], office: str | None) -> Row:
    said = told.data
    place = homes[0].data.get("place") if homes else None
    return [
        said["card"], said.get("citizen"), said["name"], day(said.get("born_on")), day(said["admitted_on"]),
        day(said.get("recognised_on")) or recognised, reading.code(said["cell"]), office, place, said.get("note"),
    ]  # fmt: skip


def _offices(reading: Reading) -> dict[str, str]:
    """What each member's offices are today, in the words of the roll."""
    kinds = {told.stream: told.data["kind"] for told in reading.records("organisation.established")}
    held: dict[str, dict[tuple[str, str], str | None]] = defaultdict(dict)
    for told in reading.records("organisation.officer_*"):
        place = (told.stream, told.data["office"])
        if told.name.endswith("appointed"):
            held[told.data["member"]][place] = told.data.get("concurrently")
        else:
            held[told.data["member"]].pop(place, None)
    return {member: said for member, of in held.items() if (said := _office(of, kinds))}


def _office(held: Mapping[tuple[str, str], str | None], kinds: Mapping[str, str]) -> str:
    said: list[str] = []
    besides: list[str] = []
    for (organisation, office), besides_it in held.items():
        of_committee = kinds.get(organisation) != "cell"
        every = words.OFFICES.items()
        titles = {title: meant for title, meant in every if (title in words.OF_THE_COMMITTEE) == of_committee}
        if (title := _said(titles, office)) in titles:
            said.append(str(title))
        if (post := _said(words.CONCURRENT, besides_it)) in words.CONCURRENT:
            besides.append(str(post))
    return ", ".join([*sorted(said, key=lambda title: title not in words.OF_THE_COMMITTEE), *dict.fromkeys(besides)])


def _happening(reading: Reading, number: int, told: Told) -> Row:
    what: dict[str, tuple[str, Any]] = {
        "exempted": (words.EXEMPTED, _said(words.EXEMPTIONS, told.data.get("ground"))),
        "died": (words.DIED, None),
        "appointed": (words.APPOINTED, told.data.get("post")),
        "residence_declared": (words.MOVED, told.data.get("place")),
    }
    kind, content = what[told.name.partition(".")[2]]
    until = day(told.data.get("until"))
    return [number, reading.card(told.stream), reading.name(told.stream), kind, told.on, until, content]


def transfers_of(reading: Reading) -> list[Sheet]:
    """A slip each, with what became of it."""
    found: dict[str, dict[str, Any]] = {}
    member: dict[str, Told] = {}
    for told in reading.records("member.transfer_*"):
        transfer, fact = told.data["transfer"], told.name.removeprefix("member.transfer_")
        if fact == "introduced":
            member[transfer] = told
            found[transfer] = {"why": told.reason, "outcome": words.WAITING}
            continue
        said = found.get(transfer)
        if said is None:
            continue
        outcomes = {"received": words.RECEIVED, "refused": words.REFUSED, "withdrawn": words.WITHDRAWN}
        if fact in outcomes:
            why = told.data.get("reason") or told.reason
            said |= {"outcome": outcomes[fact], "ended_on": told.on}
            said |= {"why": why} if fact != "received" and why else {}
        elif fact == "extended":
            said |= {"extended_on": told.on, "longer": day(told.data.get("until"))}
        elif fact == "returned":
            said["returned_on"] = told.on
    rows = [_slip(reading, member[transfer], said) for transfer, said in found.items()]
    return [Sheet("Chuyển sinh hoạt", tuple(slips.FORM.columns), rows)]


def _slip(reading: Reading, told: Told, said: dict[str, Any]) -> Row:
    data = told.data
    return [
        data.get("code") or data["transfer"], reading.card(told.stream), reading.name(told.stream),
        _said(words.TRANSFERS, data["kind"]), reading.code(data["from_cell"]), reading.code(data["to"]), told.on,
        day(data.get("until")), said["outcome"], said.get("ended_on"), said.get("extended_on"), said.get("longer"),
        said.get("returned_on"), said.get("why"), None,
    ]  # fmt: skip


def meetings_of(reading: Reading) -> list[Sheet]:
    """Those that were held, a line each."""
    found: dict[str, dict[str, Told]] = defaultdict(dict)
    for told in reading.records("meeting.*"):
        found[told.stream].setdefault(told.name.partition(".")[2], told)
    rows = [_meeting(reading, ident, said) for ident, said in found.items() if {"called", "held"} <= said.keys()]
    return [Sheet("Sinh hoạt", tuple(meetings.FORM.columns), rows)]


def _meeting(reading: Reading, ident: str, said: Mapping[str, Told]) -> Row:
    called, held = said["called"].data, said["held"].data
    began, ended = reading.local(held["started_at"]), reading.local(held["ended_at"])
    counts = held.get("counts") or _counted(held.get("attendance") or [])
    points = said["self_scored"].data.get("total") if "self_scored" in said else None

    def on(name: str, field: str) -> Any:
        at = reading.local(said[name].data[field]) if name in said else None
        return at.date() if at else None

    chair = held.get("chair")
    return [
        called.get("code") or ident, reading.code(called["cell"]), began.date() if began else None,
        _said(words.MEETINGS, called["kind"]), called.get("theme"), began.time() if began else None,
        ended.time() if ended else None, reading.card(chair) if chair else None, counts["present"], counts["excused"],
        counts["absent"], counts.get("spoke"), on("pre_meeting_held", "held_at"), on("documents_sent", "sent_at"),
        on("minutes_approved", "approved_at"), float(points) if points is not None else None, None,
    ]  # fmt: skip


def _counted(attendance: list[dict[str, Any]]) -> dict[str, Any]:
    spoke = [one["spoke"] for one in attendance if one.get("spoke") is not None]
    counts: dict[str, Any] = dict.fromkeys(words.PRESENCE.values(), 0)
    for one in attendance:
        counts[one["status"]] += 1
    return counts | {"spoke": sum(spoke) if spoke else None}


def liaison_of(reading: Reading) -> list[Sheet]:
    """One line an event, by date."""
    begun: dict[str, Told] = {}
    events: list[Told] = []
    for told in reading.records("liaison.*"):
        if told.name == "liaison.introduced":
            begun[told.stream] = told
        if told.stream in begun and told.name in EVENTS:
            events.append(told)
    rows = [_event(reading, told, begun[told.stream].data) for told in sorted(events, key=lambda told: told.on)]
    return [Sheet("Giữ mối liên hệ", tuple(liaison.FORM.columns), rows)]


Content = Callable[[dict[str, Any]], Any]
EVENTS: dict[str, tuple[str, Content]] = {
    "liaison.introduced": (words.INTRODUCED, lambda _: None),
    "liaison.accepted": ("Tiếp nhận", lambda _: None),
    "liaison.refused": ("Từ chối", lambda data: data.get("reason")),
    "liaison.assigned": ("Phân công chi bộ", lambda _: None),
    "liaison.contact_made": ("Liên hệ", lambda data: _said(words.CONTACTS, data["kind"])),
    "liaison.remark_drafted": ("Nhận xét", lambda data: _said(words.REMARKS, data["band"])),
    "liaison.remark_confirmed": ("Xác nhận nhận xét", lambda _: None),
    "liaison.ended": ("Kết thúc", lambda data: _said(words.ENDINGS, data["ground"])),
}


def _event(reading: Reading, told: Told, begun: dict[str, Any]) -> Row:
    what, content = EVENTS[told.name]
    workplace, committee = reading.code(begun.get("workplace")), reading.code(begun["committee"])
    first = told.name == "liaison.introduced"
    to = reading.code(told.data["cell"]) if told.name == "liaison.assigned" else committee if first else workplace
    exempt = words.YES if first and told.data.get("activity_exempt") else None
    note = words.ASKED_THE_FRONT if words.FRONT in told.data.get("consulted", ()) else None
    return [
        begun.get("code") or told.stream, reading.card(begun["member"]), reading.name(begun["member"]), what, told.on,
        workplace if first else committee, to, content(told.data), exempt, note,
    ]  # fmt: skip


def oath_of(reading: Reading, campaign: str) -> list[Sheet]:
    """Who answered in one campaign."""
    codes = {told.stream: told.data.get("code") or told.stream for told in reading.records("meeting.called")}
    cells: dict[str, str] = {}
    rows: list[Row] = []
    for told in reading.records("oath_review.*"):
        data = told.data
        if told.name == "oath_review.opened" and data["campaign"] == campaign:
            cells[told.stream] = data["cell"]
        elif told.stream in cells and told.name in ("oath_review.reported", "oath_review.excused"):
            cell, who = reading.code(cells[told.stream]), data["member"]
            card, name = reading.card(who), reading.name(who)
            if told.name.endswith("excused"):
                rows.append([cell, card, name, *[None] * 6, _said(words.EXCUSES, data["reason"]), None])
                continue
            numbers = [data["kept"], data["not_well"], data["not_done"], data["opinions"]]
            meeting = codes.get(data.get("meeting") or "")
            rows.append([cell, card, name, told.on, meeting, *numbers, None, None])
    return [Sheet("Lời thề", tuple(oath.FORM.columns), rows)]
