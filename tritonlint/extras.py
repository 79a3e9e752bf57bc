"""How to install what an optional feature needs."""

from __future__ import annotations

import importlib.metadata

from packaging.requirements import Requirement


def install_hint(extra: str) -> str:
    """The command that installs the requirements of an extra (`lsp`, `gpu`, ...), read from this
    package's own metadata. It names the requirements themselves, so that it works however
    tritonlint was installed."""
    try:
        stated = importlib.metadata.requires("tritonlint") or []
    except importlib.metadata.PackageNotFoundError:  # run from a folder that was never installed
        stated = []
    wanted = []
    for each in map(Requirement, stated):
        if each.marker and not each.marker.evaluate({"extra": ""}):
            if each.marker.evaluate({"extra": extra}):
                wanted.append(f"'{each.name}{each.specifier}'" if each.specifier else each.name)
    return f"pip install {' '.join(wanted)}" if wanted else f"install the extra `{extra}`"
