"""bubblewrap: the child gets namespaces of its own, with no network, no other process, and a file
system that holds what it may read and can be written nowhere."""

from __future__ import annotations

import shutil

from tritonlint.verify.confined.rules import DEVICES, Rules


def command(rules: Rules) -> list[str] | None:
    """What goes before the command of the child; None where bubblewrap is not installed."""
    program = shutil.which("bwrap")
    if program is None:
        return None
    found = [program, "--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--clearenv"]
    for name, value in rules.environment.items():
        found += ["--setenv", name, value]
    # First the folder of the work: what may be read can lie below it.
    found += ["--tmpfs", "/tmp"]
    for device in DEVICES:
        found += ["--dev-bind", device, device]
    for path in rules.readable:
        found += ["--ro-bind-try", path, path]
    # Not even /tmp can be written: what one task leaves there another would read.
    return [*found, "--remount-ro", "/tmp", "--remount-ro", "/", "--chdir", "/tmp", "--"]
