"""A store in an object store: the same files, by obstore, delta-rs and polars."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from cesctl.cloud.errors import StoreError, explained
from cesctl.cloud.settings import storage_options
from cesctl.cloud.stores import opened
from cesctl.cloud.urls import parse
from cesctl.store.place import Place

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence

    from cesctl.cloud import urls

_AT_ONCE = 16  # requests
_MANY = 20  # from so many files on their sizes are listed, not asked for one by one


@dataclass(frozen=True)
class Bucket(Place):
    """``at``: what the URL names, a folder there."""

    name: str
    at: urls.Place

    @staticmethod
    def of(url: str) -> Bucket:
        """Raises UsageError for a URL that is none, or holds credentials."""
        return Bucket(url, parse(url.rstrip("/")))

    @property
    def options(self) -> dict[str, str] | None:
        return dict(storage_options(self.at.url))

    def uri(self, *parts: str) -> str:
        return self.at.of("/".join(filter(None, (self.at.key, *parts))))

    def names(self, part: str) -> list[str]:
        prefix = f"{self._key(part)}/"
        found = self._asked(lambda store: store.list_with_delimiter(prefix))
        names = (m["path"].removeprefix(prefix) for m in found["objects"])
        return sorted(n for n in names if n and not n.startswith("."))

    def read(self, part: str, name: str) -> bytes | None:
        key = self._key(part, name)
        try:
            found: bytes = self._asked(lambda store: bytes(store.get(key).bytes()))
        except StoreError as error:
            if error.cause.absent:
                return None
            raise
        return found

    def read_all(self, part: str, pattern: re.Pattern[str]) -> list[bytes]:
        chosen = [name for name in self.names(part) if pattern.fullmatch(name)]
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            found = threads.map(lambda name: self.read(part, name), chosen)
            return [content for content in found if content is not None]

    def write(self, part: str, name: str, content: bytes) -> None:
        key = self._key(part, name)
        self._asked(lambda store: store.put(key, content))

    def remove(self, part: str, name: str) -> None:
        key = self._key(part, name)
        try:
            self._asked(lambda store: store.delete(key))
        except StoreError as error:
            if not error.cause.absent:
                raise

    def data_files(self, part: str) -> dict[str, int]:
        prefix = f"{self._key(part)}/"

        def listed(store: Any) -> dict[str, int]:
            every = (m for page in store.list(prefix) for m in page)
            found = {m["path"].removeprefix(prefix): m["size"] for m in every}
            return {p: n for p, n in found.items() if _is_data(p)}

        return dict(sorted(self._asked(listed).items()))

    def sizes(self, part: str, paths: Sequence[str]) -> dict[str, int]:
        if len(paths) >= _MANY:
            every = self.data_files(part)
            return {p: every[p] for p in paths if p in every}
        found = {}
        for path in paths:
            try:
                found[path] = self._asked(partial(_size, key=self._key(part, path)))
            except StoreError as error:
                if not error.cause.absent:
                    raise
        return found

    def _key(self, *parts: str) -> str:
        return "/".join(filter(None, (self.at.key, *parts)))

    def _asked(self, job: Callable[[Any], Any]) -> Any:
        """What a request gives; requests that fail for the moment are made again by the client."""
        try:
            return job(opened(self.at, "list"))
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - the client's own, of many kinds
            raise StoreError(explained(error, self.at)) from None


def _size(store: Any, key: str) -> int:
    size: int = store.head(key)["size"]
    return size


def _is_data(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return "=" in folder and "/" not in folder and name.endswith(".parquet")
