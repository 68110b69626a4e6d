"""Signed notes as C2SP describes them: what is written is read, and whatever is odd is believed by nobody."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.notes import Checkpoint, SignerKey, Untrusted, VerifierKey, opened, read

# From the documentation of Go's golang.org/x/mod/sumdb/note, whose form C2SP has taken over.
GO_KEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = GO_TEXT + (
    "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)

KEY, OTHER = SignerKey.new("caunoi/local"), SignerKey.new("caunoi/other")
POINT = Checkpoint("caunoi/local", 7, bytes(range(32)))
NOTE = KEY.sign(POINT.text())
TEXT, LINE = POINT.text(), NOTE.splitlines()[-1]


def test_keys_and_notes_are_those_of_go() -> None:
    key = SignerKey.parse(GO_KEY)
    assert key.verifier.text() == GO_VKEY
    assert key.text() == GO_KEY
    assert key.sign(GO_TEXT) == GO_NOTE
    assert opened(GO_NOTE, [VerifierKey.parse(GO_VKEY)]) == GO_TEXT


@given(
    st.binary(min_size=32, max_size=32), st.integers(0, 10**19 - 1), st.from_regex(r"[a-z/.-]{1,30}", fullmatch=True)
)
def test_what_is_signed_is_read(root: bytes, size: int, name: str) -> None:
    key = SignerKey.new(name)
    point = Checkpoint(name, size, root)
    note = key.sign(point.text())
    assert read(note, [key.verifier], name) == read(note.encode(), [OTHER.verifier, key.verifier], name) == point
    assert SignerKey.parse(key.text()) == key
    assert VerifierKey.parse(f" {key.verifier.text()}\n") == key.verifier


def test_signatures_of_keys_that_nobody_knows_are_passed_over() -> None:
    stranger = OTHER.sign(TEXT).splitlines()[-1]
    for lines in ([LINE, stranger], [stranger, LINE], [stranger] * 15 + [LINE], [LINE, LINE]):
        assert read(TEXT + "\n" + "".join(f"{line}\n" for line in lines), [KEY.verifier], POINT.origin) == POINT


def test_a_key_of_the_same_name_with_another_hash_is_another_key() -> None:
    namesake = SignerKey.new("caunoi/local")
    with pytest.raises(Untrusted, match="none of the known keys"):
        read(NOTE, [namesake.verifier], POINT.origin)
    both = NOTE + namesake.sign(TEXT).splitlines()[-1] + "\n"
    assert read(both, [KEY.verifier], POINT.origin) == POINT


def test_a_wrong_signature_of_a_known_key_spoils_the_note_whoever_else_has_signed() -> None:
    wrong = f"— {KEY.name} {base64.b64encode(KEY.verifier.id + bytes(64)).decode()}"
    right = OTHER.sign(TEXT).splitlines()[-1]
    with pytest.raises(Untrusted, match="is wrong"):
        read(f"{TEXT}\n{right}\n{wrong}\n", [KEY.verifier, OTHER.verifier], POINT.origin)
    with pytest.raises(Untrusted, match="is wrong"):
        read(f"{TEXT}\n{LINE}\n{wrong}\n", [KEY.verifier], POINT.origin)


ODD = {
    "nothing": "",
    "no signature": TEXT + "\n",
    "no text": "\n\n" + LINE + "\n",
    "no empty line": TEXT + LINE + "\n",
    "no end of the last line": NOTE[:-1],
    "an empty line too many": TEXT + "\n\n" + LINE + "\n",
    "a line that is no signature": NOTE + "hello\n",
    "a hyphen for the dash": NOTE.replace("—", "-"),
    "no name": NOTE.replace("— caunoi/local", "— "),
    "a plus in the name": NOTE.replace("— caunoi/local", "— caunoi+local"),
    "a space too many": NOTE.replace("— caunoi", "—  caunoi"),
    "base64 that is none": NOTE.replace(LINE, LINE[:-4] + "****"),
    "base64 without its end": NOTE.replace(LINE, LINE.rstrip("=")),
    "base64 with bits that mean nothing": NOTE.replace(LINE, LINE[:-2] + chr(ord(LINE[-2]) + 1) + "="),
    "a signature that is only a hash": NOTE.replace(LINE, f"— {KEY.name} {base64.b64encode(KEY.verifier.id).decode()}"),
    "a short signature": NOTE.replace(
        LINE, f"— {KEY.name} {base64.b64encode(base64.b64decode(LINE.split()[-1])[:-1]).decode()}"
    ),
    "a carriage return": NOTE.replace("\n", "\r\n"),
    "a NUL": NOTE.replace("7", "7\0"),
    "another size": NOTE.replace("\n7\n", "\n8\n"),
    "another origin": NOTE.replace("caunoi/local\n7", "caunoi/other\n7"),
    "too long": "x\n" * 40_000 + "\n" + LINE + "\n",
    "a half of a character": NOTE.replace("7", "\ud800"),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_a_note_that_is_odd_is_believed_by_nobody(odd: str) -> None:
    with pytest.raises(Untrusted):
        read(odd, [KEY.verifier], POINT.origin)


def test_bytes_that_are_no_text_are_no_note() -> None:
    with pytest.raises(Untrusted, match="UTF-8"):
        read(NOTE.encode().replace("—".encode(), b"\xff"), [KEY.verifier], POINT.origin)


ROOT = base64.b64encode(POINT.root).decode()
NO_CHECKPOINTS = [
    "caunoi/local\n7\n",
    f"caunoi/local\n07\n{ROOT}\n",
    f"caunoi/local\n-7\n{ROOT}\n",
    f"caunoi/local\n７\n{ROOT}\n",
    f"caunoi/local\n7\n{ROOT[:-4]}\n",
    f"caunoi/local\n7\n\n{ROOT}\n",
    f"caunoi/local\n7\n{ROOT}\n\n",
    f"caunoi/local\n7\n{ROOT[:-2]}{chr(ord(ROOT[-2]) + 1)}=\n",
    f"caunoi/other\n7\n{ROOT}\n",
    f"caunoi/local\n10000000000000000000000\n{ROOT}\n",
]


@pytest.mark.parametrize("text", NO_CHECKPOINTS)
def test_what_is_signed_and_no_checkpoint_of_this_log_is_refused(text: str) -> None:
    with pytest.raises(Untrusted):
        read(KEY.sign(text), [KEY.verifier], "caunoi/local")


def test_a_checkpoint_may_say_more() -> None:
    assert read(KEY.sign(TEXT + "more\n"), [KEY.verifier], POINT.origin) == POINT


@given(st.integers(0, len(NOTE.encode()) - 1), st.integers(0, 7))
def test_one_bit_that_fell_over_is_noticed(at: int, bit: int) -> None:
    data = bytearray(NOTE.encode())
    data[at] ^= 1 << bit
    with pytest.raises(Untrusted):
        read(bytes(data), [KEY.verifier], POINT.origin)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(Untrusted):
        read(text, [KEY.verifier], POINT.origin)
    with pytest.raises(ValueError, match="it "):
        SignerKey.parse(text)
    with pytest.raises(ValueError, match="it "):
        VerifierKey.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        KEY.text().replace("local", "other"),
        KEY.text()[:-4],
        KEY.text() + " x",
        KEY.verifier.text(),
        KEY.text().replace("PRIVATE+KEY+", "PRIVATE+"),
    ],
    ids=["another name", "too short", "too long", "the public one", "no key by its name"],
)
def test_a_key_that_is_spoilt_is_none_and_is_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="it") as refusal:
        SignerKey.parse(text)
    assert text[-20:] not in str(refusal.value)


def test_a_secret_is_not_shown() -> None:
    assert repr(KEY) == "SignerKey(caunoi/local)"
