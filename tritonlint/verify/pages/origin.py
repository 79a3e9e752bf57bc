"""What a page was made with, and when."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

from tritonlint import __version__, git


def line(folder: Path) -> str:
    """`2026-11-26, tritonlint 0.1.0, commit 0123abc`: the day, or that of SOURCE_DATE_EPOCH; the
    commit is that of the repository that holds `folder`, marked where files have changed since."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    utc = datetime.timezone.utc
    now = datetime.datetime.fromtimestamp(int(epoch), utc) if epoch.isdigit() else None
    day = (now or datetime.datetime.now().astimezone()).date().isoformat()
    return ", ".join([day, f"tritonlint {__version__}", *_commit(folder)])


def _commit(folder: Path) -> list[str]:
    try:
        head = git.run(folder, ("rev-parse", "--short", "HEAD"), os.environ)
        changed = git.run(folder, ("status", "--porcelain", "--untracked-files=no"), os.environ)
    except OSError:
        return []
    if head.returncode:
        return []
    name = head.stdout.decode("ascii", "replace").strip()
    return [f"commit {name}{' with changes' if changed.stdout else ''}"]
