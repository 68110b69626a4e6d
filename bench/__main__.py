"""`python -m bench [NAME…]`: runs the benchmarks, all of them when none is named, and prints a table or JSON lines."""

import argparse
import logging
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

import structlog
from rich.console import Console

from bench import page, server, table
from bench.figure import FULL, QUICK, Case, Sizes

NAMES = (
    "append",
    "batch",
    "copy",
    "read",
    "rebuild",
    "rescore",
    "board",
    "score_live",
    "size",
    "http",
    "notify",
    "exchange",
    "preview",
    "lives",
    "roll",
    "trial",
    "sealing",
    "proofs",
    "verify",
    "relay",
    "startup",
    "import",
)
"""Each is a module here with `run(server, sizes)`, which yields its cases."""

PROGRESS = Console(stderr=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Answers 0 whether or not the targets are met, for a figure is no test; 1 when one could not be measured."""
    asked = arguments().parse_args(argv)
    sizes = QUICK if asked.quick else FULL
    names = asked.names or NAMES
    # Standard output is for the figures.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    if asked.profile:
        profile(names, sizes)
        return 0
    found: list[Case] = []
    with server.running() as running:
        broken = 0
        for name in names:
            PROGRESS.print(f"{name} …", style="dim")
            try:
                for case in cases(running, name, sizes):
                    found.append(case)
                    if asked.json:
                        sys.stdout.write(case.json() + "\n")
                        sys.stdout.flush()
            except Exception:  # noqa: BLE001  # the other figures can still be measured
                PROGRESS.print_exception(max_frames=4)
                broken += 1
    if asked.markdown:
        sys.stdout.write(page.page(found))
    elif not asked.json:
        table.show(found, Console(width=None if sys.stdout.isatty() else 150))
    return 1 if broken else 0


def cases(running: server.Server, name: str, sizes: Sizes) -> Iterator[Case]:
    """The cases of one benchmark, as they are done."""
    done: Iterator[Case] = module(name).run(running, sizes)
    return done


def module(name: str) -> Any:
    """Where a figure is measured; a word of the language has its file under another name."""
    return import_module(f"bench.{'imports' if name == 'import' else name}")


def profile(names: Sequence[str], sizes: Sizes) -> None:
    """Print where the time goes in those of them that can say."""
    with server.running() as running:
        for name in names:
            say = getattr(module(name), "profile", None)
            if say is not None:
                say(running, sizes)


def arguments() -> argparse.ArgumentParser:
    """What may be asked."""
    made = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    made.add_argument("names", nargs="*", metavar="NAME", type=_known, help=", ".join(NAMES))
    made.add_argument("--json", action="store_true", help="one JSON object a case, on standard output")
    made.add_argument("--markdown", action="store_true", help="the page docs/reference/figures.md")
    made.add_argument("--quick", action="store_true", help="tiny sizes: shows that all runs, its figures mean nothing")
    made.add_argument(
        "--profile", action="store_true", help="where the time goes, in append, batch, copy, http, rebuild"
    )
    return made


def _known(name: str) -> str:
    if name not in NAMES:
        raise argparse.ArgumentTypeError(f"there is no figure {name}: {', '.join(NAMES)}")
    return name


if __name__ == "__main__":
    sys.exit(main())
