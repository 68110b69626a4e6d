"""The history goes in: batch by batch in the order of its days, and a second person approves what needs one."""

from collections.abc import Callable, Iterator, Sequence

from services.program.demo.desk import Answer, Desk
from services.program.demo.known import Known
from services.program.demo.lines import Line
from services.trouble import Trouble

BATCH = 500
SHOWN = 20
PROPOSED = 202
MADE = "proposal.made"
BLOC = "KCQ"
"""Whose secretary is the second person: the committee above the cell of the one who is expelled."""

Progress = Callable[[int], None]


def enter(desk: Desk, lines: Sequence[Line], known: Known, progress: Progress = lambda _: None) -> list[Answer]:
    """Every answer, in order; `progress` hears how many more have gone in.

    Raises:
        Trouble: the system refused a line, which no clean row deserves; it names the file, the row and the problem.
    """
    answers: list[Answer] = []
    for batch in _batches(lines):
        given = desk.facts(batch)
        require_all(given)
        given += [_approved(desk, known, answer) for answer in given if _waits(desk, answer)]
        answers += given
        progress(len(batch))
    return answers


def require_all(answers: Sequence[Answer]) -> None:
    """Raises Trouble where one was refused."""
    refused = [str(answer) for answer in answers if answer.refused]
    if refused:
        more = [f"… and {len(refused) - SHOWN} more"] if len(refused) > SHOWN else []
        raise Trouble("\n  ".join([f"{len(refused)} of {len(answers)} changes were refused:", *refused[:SHOWN], *more]))


def _batches(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """So many at a time; a line that must be alone is a batch of its own."""
    batch: list[Line] = []
    for line in lines:
        if line.alone or len(batch) == BATCH:
            yield batch
            batch = []
        batch.append(line)
        if line.alone:
            yield batch
            batch = []
    if batch:
        yield batch


def _waits(desk: Desk, answer: Answer) -> bool:
    """Whether it is a proposal, and not one that was answered on an earlier run."""
    if answer.status != PROPOSED:
        return False
    records = desk.get("/log", about=answer.body["proposal"], name="proposal.*")["items"]
    return all(record["name"] == MADE for record in records)


def _approved(desk: Desk, known: Known, proposed: Answer) -> Answer:
    """A secretary of the committee above, with a token for this one act, approves on the day of the proposed change."""
    issued = desk.post("/tokens", {"organisation": known.organisations[BLOC].id, "role": "secretary", "name": "demo"})
    body = {"effective_on": proposed.line.on.isoformat(), "backfill": True}
    approval = Line(proposed.line.source, proposed.line.on, f"/proposals/{proposed.body['proposal']}/approvals", body)
    with Desk(desk.url, issued["token"]) as secretary:
        (answer,) = secretary.facts([approval])
    desk.post(f"/tokens/{issued['id']}/revocations", {})
    require_all([answer])
    return answer
