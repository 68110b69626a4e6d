"""`caunoi`: finds the command in its own file, runs it, and turns what went wrong into a line and an exit code."""

import pkgutil
import sys
from importlib import import_module
from keyword import iskeyword
from typing import Any

import typer
from typer.core import TyperGroup

from services.program import commands, loading
from services.program.printing import ReaderGone
from services.trouble import Exit, Trouble

HELP = "The record of the life of party cells. Data goes to standard output, all else to standard error."


class Plainly(TyperGroup):
    """The program, which says what is wrong with an argument without saying which library found it."""

    def invoke(self, ctx: Any) -> Any:
        """Runs the command. Raises BadParameter where an argument or an option cannot be."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")
            raise


def names() -> list[str]:
    """Every command there is: a file in services/program/commands."""
    return sorted(module.name.rstrip("_") for module in pkgutil.iter_modules(commands.__path__))


def build(first: str | None) -> typer.Typer:
    """The program with the command `first` alone, or with all: a process that serves need not load the others."""
    # A traceback with the values of variables would print what people entered.
    app = typer.Typer(name="caunoi", cls=Plainly, help=HELP, no_args_is_help=True, pretty_exceptions_enable=False)
    app.callback()(_the_program)
    loading.load_logging()
    known = names()
    for name in [first] if first in known else known:
        # A word of the language names its file with a line after it.
        import_module(f"{commands.__name__}.{name}{'_' if iskeyword(name) else ''}").register(app)
    return app


def _the_program() -> None:
    """The record of the life of party cells."""


def main() -> None:
    """The entry point: exits with the codes of services.trouble.Exit."""
    try:
        build(sys.argv[1] if len(sys.argv) > 1 else None)(prog_name="caunoi")
    except ReaderGone:
        sys.exit(Exit.FAILURE)
    except Trouble as trouble:
        sys.stderr.write(f"caunoi: {trouble}\n")
        sys.exit(trouble.code)


if __name__ == "__main__":
    main()
