"""Which of the library's cases are asked of us: all that it has for recorders, and none of them is changed."""

import ast
import inspect
from importlib import import_module
from types import ModuleType
from unittest import TestCase

import pytest

from tests.events import library, test_recorder_applications, test_recorder_cases

OURS: tuple[ModuleType, ...] = (test_recorder_cases, test_recorder_applications)
NOT_OURS = {
    "TranscoderTestCase": "it asks a transcoder, which the application chooses; we take its bytes",
    "TaggedDecisionCountersProjectionTestCase": "it asks another interface, of events without aggregates (DCB)",
}
"""What it has for something else than a recorder of aggregates' events."""
CHANGED: dict[str, str] = {}
"""Cases that stand in our tests again, and why the library's contradicts what we promise: there is none."""


def cases() -> dict[str, type[TestCase]]:
    """Every class with cases that the library ships."""
    modules = [import_module(f"eventsourcing.tests.{name}") for name in ("persistence", "application", "projection")]
    return {
        name: found
        for module in modules
        for name, found in vars(module).items()
        if inspect.isclass(found) and issubclass(found, TestCase) and found.__module__ == module.__name__
        if methods(found)
    }


def methods(case: type) -> set[str]:
    """The cases that stand in a class itself."""
    return {name for name in vars(case) if name.startswith("test")}


def asked() -> list[type[TestCase]]:
    """Every class of ours that asks them."""
    return [
        found
        for module in OURS
        for name, found in vars(module).items()
        if name.startswith("Test") and inspect.isclass(found) and issubclass(found, TestCase) and found is not TestCase
    ]


@pytest.mark.parametrize("case", cases())
def test_every_case_that_the_library_has_for_us_is_asked(case: str) -> None:
    by_us = [ours for ours in asked() if issubclass(ours, cases()[case])]
    assert bool(by_us) != (case in NOT_OURS)


@pytest.mark.parametrize("ours", asked(), ids=lambda ours: ours.__name__)
def test_a_case_is_as_the_library_has_it(ours: type[TestCase]) -> None:
    theirs = set().union(*(methods(base) for base in ours.__mro__ if base in cases().values()))
    assert theirs
    changed = theirs & methods(ours)
    assert changed == {name for name in theirs if f"{ours.__name__}.{name}" in CHANGED}
    assert not getattr(ours, "__unittest_skip__", False)


@pytest.mark.parametrize("module", OURS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_none_is_skipped(module: ModuleType) -> None:
    names = {node.attr for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Attribute)}
    assert names.isdisjoint({"skip", "skipif", "xfail", "skipTest", "SkipTest"})


def test_what_we_import_is_what_is_there() -> None:
    assert set(library.__all__) - {"EventCountersView"} == set(cases()) - set(NOT_OURS)
