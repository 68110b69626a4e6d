"""A rule pack in a body: an object, or the text of its file; what is neither is told so at the field itself."""

from typing import Annotated, Any

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

MOST = 500_000
"""Characters of a pack's file."""
WHY = "a pack is an object, or the text of a TOML file of 1 to {most} characters"


def _object_or_text(said: object) -> object:
    # By hand, because a union's errors point into its members, which are in nobody's body.
    if isinstance(said, dict) or (isinstance(said, str) and 0 < len(said) <= MOST):
        return said
    raise PydanticCustomError("pack", WHY, {"most": MOST})


PackText = Annotated[str, Field(min_length=1, max_length=MOST)]
SentPack = Annotated[
    dict[str, Any] | str, PlainValidator(_object_or_text, json_schema_input_type=dict[str, Any] | PackText)
]
