"""How a command finds the running system and asks it: its address, the operator's token, and errors as one line."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

from services.settings import Settings
from services.trouble import Exit, Trouble

ANSWER_SECONDS = 60.0
PAGE = 500
LOCAL = ("127.0.0.1", "localhost", "::1")
CODES = {
    401: Exit.FORBIDDEN,
    403: Exit.FORBIDDEN,
    404: Exit.NOT_FOUND,
    409: Exit.REFUSED,
    412: Exit.REFUSED,
    422: Exit.REFUSED,
}


def waiting(answer: Mapping[str, Any]) -> str | None:
    """The id of the proposal that a change came to; also of one that waited already, which is nothing new (200)."""
    if "proposal" in answer:
        return str(answer["proposal"])
    return str(answer["id"]) if str(answer["stream"]).startswith("proposal/") else None


class System:
    """A system that answers at `url`. Use it as a context manager, or `close` it."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # A proxy of the environment is for the world outside, not for this machine.
        proxies = httpx2.URL(url).host not in LOCAL
        self._http = httpx2.Client(base_url=url, headers=headers, timeout=ANSWER_SECONDS, trust_env=proxies)

    @classmethod
    def find(cls, data: Path | None = None) -> Self:
        """By `data` (the option --data), else by CAUNOI_URL and CAUNOI_TOKEN, else by CAUNOI_DATA or ./caunoi-data.

        Raises Trouble, saying what to type, when no system runs there or its token may not be read.
        """
        settings = Settings.read(data=data)
        if data is None and settings.url:
            return cls(settings.url, settings.token)
        return cls(_read(settings.data, "address"), settings.token or _read(settings.data, "admin-token"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Lets the connections go."""
        self._http.close()

    def get(self, path: str, **parameters: Any) -> Any:
        """The JSON of an answer; parameters that are None are left out. Raises Trouble with the code of the refusal."""
        chosen = {name: value for name, value in parameters.items() if value is not None}
        return self._ask("GET", path, params=chosen)

    def get_after(self, path: str, position: int) -> Any:
        """The JSON of an answer that is given when the views have read a position. Raises Trouble as `get` does."""
        return self._ask("GET", path, headers={"Caunoi-At-Least": str(position)})

    def reply(self, path: str) -> httpx2.Response:
        """The whole answer to a GET, an error too. Raises Trouble only when nothing answers."""
        try:
            return self._http.get(path)
        except httpx2.HTTPError as error:
            raise self._silence(error) from None

    def post(self, path: str, body: Any, **headers: str) -> Any:
        """Posts JSON and gives the answer's; `headers` such as `idempotency_key`. Raises Trouble as `get` does."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._ask("POST", path, json=body, headers=named)

    def every(self, path: str, **parameters: Any) -> Iterator[Any]:
        """The items of a list, page after page."""
        parameters.setdefault("limit", PAGE)
        while True:
            page = self.get(path, **parameters)
            yield from page["items"]
            if page.get("next") is None:
                return
            parameters["after"] = page["next"]

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        try:
            answer = self._http.request(method, path, **more)
        except httpx2.HTTPError as error:
            raise self._silence(error) from None
        if answer.is_error:
            raise Trouble(why(answer), CODES.get(answer.status_code, Exit.FAILURE))
        try:
            return answer.json()
        except ValueError:
            raise Trouble(f"{self.url}{path} answers, but not as this program does: is it another's?") from None

    def _silence(self, error: httpx2.HTTPError) -> Trouble:
        return Trouble(f"{self.url} does not answer ({type(error).__name__}): try `caunoi doctor`")


def _read(data: Path, name: str) -> str:
    try:
        return (data / name).read_text().strip()
    except FileNotFoundError:
        raise Trouble(
            f"no system runs on {data.resolve()} (no {name} there): start one with `caunoi up --data {data}`, "
            "or name another with --data, or with CAUNOI_URL and CAUNOI_TOKEN",
            Exit.NOT_FOUND,
        ) from None
    except OSError as error:
        raise Trouble(f"{data / name} may not be read ({error.strerror})", Exit.FORBIDDEN) from None


def why(answer: httpx2.Response) -> str:
    """The problem (RFC 9457) as a line, with a line for each field that it names."""
    try:
        problem = answer.json()
        said = problem.get("detail") or problem.get("title") or answer.reason_phrase
        errors = problem.get("errors") or []
        fields = [f"\n  {error.get('pointer')}: {error.get('message')}" for error in errors]
    except (ValueError, AttributeError):
        said, fields = answer.reason_phrase, []
    return f"{answer.status_code} {said}{''.join(fields)}"
