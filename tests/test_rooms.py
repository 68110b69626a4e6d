"""Imports run one way: events, projections, services; and services meet only in the hallway."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HALLWAY = {"access", "hostile", "logs", "master_key", "settings", "trouble", "web", "webhook_keys", "whole_file"}
"""What every service may use: settings, logs, the master key, who may do what, how errors are said, whole files, and of
webhooks which addresses may be called and what signs them."""
COMPOSES = "program"
"""The program puts all services together, and is imported by none of them."""


def modules() -> Iterator[tuple[Path, str]]:
    for room in ("events", "projections", "services"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
                names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += (
                    [f"services.{alias.name}" for alias in node.names]
                    if isinstance(node, ast.ImportFrom) and node.module == "services"
                    else []
                )
                yield from ((path.relative_to(ROOT), name) for name in names)


def may(path: Path, imported: str) -> bool:
    room, target = path.parts[0], imported.split(".")
    if target[0] not in ("events", "projections", "services"):
        return target[0] not in ("bench", "tests", "deploy")
    if room == "events":
        return target[0] == "events"
    if room == "projections":
        return target[0] != "services"
    if target[0] != "services" or target == ["services"]:
        return True
    mine = path.parts[1].removesuffix(".py")
    return target[1] in HALLWAY or target[1] == mine or mine == COMPOSES


def test_imports_run_one_way() -> None:
    assert [f"{path} imports {name}" for path, name in modules() if not may(path, name)] == []


@pytest.mark.parametrize(
    ("path", "imported"),
    [
        ("events/ledger.py", "projections.view"),
        ("events/ledger.py", "services.settings"),
        ("projections/view.py", "services.access"),
        ("services/notify/worker.py", "services.scoring.score"),
        ("services/scoring/api.py", "services.program.up"),
    ],
)
def test_the_other_way_is_refused(path: str, imported: str) -> None:
    assert not may(Path(path), imported)
