"""Runs the reproductions `found/<id>.py` and keeps what they print: `docs/reproduce.py [ID...]`.

It needs torch, Triton and one GPU. The record `found.json` has for each reproduction the hash of
its text, the device, the versions and the lines; it goes to standard output too.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

FOUND = Path(__file__).resolve().parent / "found"
RECORD = FOUND.with_suffix(".json")
_LIMIT_SECONDS = 120
# The largest take 18 GB of the GPU's memory each.
_AT_ONCE = 4


def record() -> dict[str, Any]:
    """What each reproduction printed, by id."""
    kept: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    return kept


def digest(reproduction: Path) -> str:
    """What tells one text of a reproduction from another."""
    return hashlib.sha256(reproduction.read_bytes()).hexdigest()


def run(reproduction: Path, where: dict[str, str]) -> dict[str, Any]:
    """What `reproduction` prints. Raises CalledProcessError where it fails."""
    ended = subprocess.run(
        [sys.executable, str(reproduction)],
        capture_output=True,
        text=True,
        check=True,
        timeout=_LIMIT_SECONDS,
    )
    return {"sha256": digest(reproduction), **where, "printed": ended.stdout.splitlines()}


def machine() -> dict[str, str]:
    """The device and the versions."""
    import torch
    import triton

    device = torch.cuda.get_device_name()
    return {"device": device, "torch": torch.__version__, "triton": triton.__version__}


def _text(output: str | bytes | None) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""


def main(ids: list[str]) -> int:
    where, kept, failed = machine(), record(), 0
    chosen = [each for each in sorted(FOUND.glob("*.py")) if each.stem in ids or not ids]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for reproduction, ended in [(each, pool.submit(run, each, where)) for each in chosen]:
            try:
                kept[reproduction.stem] = ended.result()
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
                print(f"{reproduction.name}: {error}\n{_text(error.stderr)}", file=sys.stderr)
                failed += 1
    text = json.dumps(kept, indent=1, sort_keys=True) + "\n"
    RECORD.write_text(text, encoding="utf-8")
    print(text, end="")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
