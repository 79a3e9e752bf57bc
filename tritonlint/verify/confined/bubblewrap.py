"""bubblewrap: the child gets namespaces of its own, with no network, no other process, and a file
system that holds what it may read and a small scratch folder in memory."""

from __future__ import annotations

import shutil

from tritonlint.verify.confined.rules import DEVICES, SCRATCH_BYTES, Rules


def command(rules: Rules) -> list[str] | None:
    """What goes before the command of the child; None where bubblewrap is not installed."""
    program = shutil.which("bwrap")
    if program is None:
        return None
    found = [program, "--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--clearenv"]
    for name, value in rules.environment.items():
        found += ["--setenv", name, value]
    # First the scratch folder: what may be read can lie below it.
    found += ["--size", str(SCRATCH_BYTES), "--tmpfs", "/tmp"]
    for device in DEVICES:
        found += ["--dev-bind", device, device]
    for path in rules.readable:
        found += ["--ro-bind-try", path, path]
    return [*found, "--remount-ro", "/", "--chdir", "/tmp", "--"]
