"""Options that several commands share, so that they read the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path | None,
    typer.Option("--data", help="The system's directory. [default: CAUNOI_DATA, else ./caunoi-data]"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
