"""What earlier runs keep, in one SQLite file that several runs share: bytes by kind and key, given
back only as this installation put them."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tritonlint.caching.signing import is_ours, seal

NAME = "kept.sqlite"
# Of each kind so many entries are kept; the oldest go first.
_MOST = {"result": 64, "last run": 8, "outline": 50_000, "index": 8, "neighbours": 64}
_MANY = 50_000
# A run waits so many seconds for another one that is writing, and then does without.
_PATIENCE = 1.0
# As many keys as any version of SQLite takes in one question.
_AT_ONCE = 900
_TABLE = """create table if not exists kept (
    kind text, key text, mac text, body blob, primary key (kind, key)
)"""


class Store:
    """The entries in `folder`, which need not exist. What cannot be read, or is not as it was put,
    is as if it were not there; what cannot be written is not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / NAME

    def get(self, kind: str, keys: Sequence[str]) -> dict[str, bytes]:
        """The entries of a kind under those of `keys` that have one."""
        asked = {_plain(key): key for key in keys}
        plain = list(asked)
        found: dict[str, bytes] = {}

        def read(database: sqlite3.Connection) -> None:
            for start in range(0, len(plain), _AT_ONCE):
                some = plain[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                rows = database.execute(
                    f"select key, mac, body from kept where kind = ? and key in ({marks})",
                    (kind, *some),
                )
                for key, mac, body in rows:
                    if isinstance(body, bytes) and is_ours(_named(kind, key), body, mac):
                        found[asked[key]] = body

        if self.path.exists():
            self._try(read)
        return found

    def put(self, kind: str, entries: Mapping[str, bytes]) -> None:
        """Keep entries of a kind, in the place of those under the same keys."""
        plain = [(_plain(key), body) for key, body in entries.items()]

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.execute(_TABLE)
                rows = ((kind, key, seal(_named(kind, key), body), body) for key, body in plain)
                database.executemany("insert or replace into kept values (?, ?, ?, ?)", rows)
                database.execute(
                    "delete from kept where kind = ? and rowid not in "
                    "(select rowid from kept where kind = ? order by rowid desc limit ?)",
                    (kind, kind, _MOST.get(kind, _MANY)),
                )

        if plain:
            with contextlib.suppress(OSError):
                self.folder.mkdir(parents=True, exist_ok=True)
                ignore = self.folder / ".gitignore"
                if not ignore.exists():
                    ignore.write_text("*\n")
            self._try(write)

    def _try(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Have `work` done with the database, as far as it can be. One that is damaged is
        removed."""
        if self.path.is_symlink():
            self._remove()  # to what is somebody else's
        try:
            with contextlib.closing(sqlite3.connect(self.path, timeout=_PATIENCE)) as database:
                # What a crash of the machine destroys is found out again.
                database.execute("pragma synchronous = off")
                # A file that came with a tree may define more than tables.
                database.execute("pragma trusted_schema = off")
                work(database)
        except (sqlite3.OperationalError, OSError) as error:
            # Locked, read-only, no table yet, no such folder; or a table of other columns.
            if "column" in str(error):
                self._remove()
        except (sqlite3.DatabaseError, ValueError, OverflowError):
            self._remove()

    def _remove(self) -> None:
        with contextlib.suppress(OSError):
            self.path.unlink()


def _plain(key: str) -> str:
    """`key` without what SQLite does not take: bytes of a path that are no text."""
    return key.encode("utf-8", "backslashreplace").decode()


def _named(kind: str, key: str) -> str:
    """What the MAC of an entry is about, beside its body."""
    return f"{kind}:{key}"
