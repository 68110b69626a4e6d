"""The page of settings has each setting, with its default, and no other."""

import re

from services.settings import Settings, variable
from tests.docs.page import DOCS

ROW = re.compile(r"^\| `(CAUNOI_\w+)` \| (?:`([^`]+)`|–) \| (.+) \|$", re.MULTILINE)
PAGE = (DOCS / "reference" / "settings.md").read_text("utf-8")


def test_the_page_has_each_setting_with_its_default() -> None:
    defaults = {variable(name): field.default for name, field in Settings.model_fields.items()}
    said = {name: default for name, default, _ in ROW.findall(PAGE)}
    assert said == {name: "" if default is None else str(default) for name, default in defaults.items()}


def test_what_the_page_calls_unread_is_read_by_nothing() -> None:
    code = "".join(path.read_text("utf-8") for path in DOCS.parent.glob("services/**/*.py") if path.stem != "settings")
    for name, _, what in ROW.findall(PAGE):
        unread = "nothing reads it" in what
        read = re.search(rf"ettings\.{name.removeprefix('CAUNOI_').lower()}\b", code) is not None
        assert unread == (not read), name
