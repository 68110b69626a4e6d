"""A rule pack's file as commands take it: text of a size that a pack may have, or a line that says what it is not.

A file that says `of = "telling"` is a policy, of who is told what; the others are rubrics.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from events.fact import Refused
from events.rule import Rule, RulePublished, publish
from services.notify.policies_in_force import fact_of
from services.notify.policies_sent import policy_in, read
from services.notify.policy import Policy
from services.program.rules_at_hand import shipped_policies
from services.scoring.rules.rulebook_file import Fault, PackRefused, line_of
from services.trouble import Exit, Trouble
from services.web.rules import PackAtFault

LARGEST = 500_000
"""Bytes of a pack's file."""


def text_in(file: Path) -> str:
    """What is written in a pack's file.

    Raises:
        Trouble: there is no such file, it may not be read, it is none or too large, or it is no text in UTF-8.
    """
    if file.is_dir():
        raise Trouble(f"{file}: this is a directory: name the file of a rule pack", Exit.REFUSED)
    if not file.is_file():
        raise Trouble(f"{file}: there is no such file", Exit.NOT_FOUND)
    if file.stat().st_size > LARGEST:
        raise Trouble(f"{file}: no rule pack has more than {LARGEST} bytes", Exit.REFUSED)
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise Trouble(f"{file}: this is not text in UTF-8: save it as such", Exit.REFUSED) from None
    except OSError as error:
        raise Trouble(f"{file}: it cannot be read ({error.strerror})", Exit.FORBIDDEN) from None


def policy_of(file: Path, text: str) -> Policy | None:
    """The policy in a file's text; None where it says that it is a rubric.

    Raises:
        PackRefused: it is a policy that cannot be used.
    """
    found = policy_in(text)
    if found is None:
        return None
    try:
        policy = read(found)
    except PackAtFault as fault:
        raise PackRefused(str(file), [_fault(text, pointer, why) for pointer, why in fault.errors]) from None
    must_be_publishable(file, text, fact_of(policy), shipped_policies())
    return policy


def must_be_publishable(file: Path, text: str, new: RulePublished, shipped: Sequence[RulePublished]) -> None:
    """As far as can be known without the log: not beside others that were published.

    Raises:
        PackRefused: it is at odds with what came with the program.
    """
    before = [one for one in shipped if one.pack == new.pack]
    others = [one for one in shipped if one.pack != new.pack]
    try:
        publish(Rule(), new, before, others, date.today())  # noqa: DTZ011  # the clerk's own day
    except Refused as refusal:
        raise PackRefused(str(file), [_fault(text, refusal.pointer, str(refusal))]) from None


def _fault(text: str, pointer: str, why: str) -> Fault:
    """A pointer begins with the body's field, which a file has not."""
    steps = pointer.split("/")[2:]
    place = tuple(int(step) if step.isdigit() else step for step in steps)
    return Fault(line_of(text, place), place, why)
