"""Landlock, where there is no bubblewrap: the child reads what it may and writes nothing; it
reaches no port, no abstract socket and no process outside. What it does not cover (other sockets,
new processes) the filter of system calls does."""

from __future__ import annotations

import os

from tritonlint.errors import VerifyError
from tritonlint.verify.confined.rules import DEVICES, Rules

# From this version on it keeps signals in; before version 4 it knows nothing of the network, and
# before version 3 files could be cut off that may not be written.
_LOWEST = 3


def restrict(rules: Rules) -> None:
    """Put this process, and what it starts, under Landlock. Raises VerifyError where that cannot be
    done."""
    try:
        from landlockpy import AccessFS, Ruleset, Scope, abi_version
    except ImportError as error:
        raise VerifyError("the package landlockpy is not installed") from error
    try:
        if abi_version() < _LOWEST:
            raise VerifyError("this kernel has no Landlock, or an old one")
        with Ruleset(scoped=Scope.ABSTRACT_UNIX_SOCKET | Scope.SIGNAL) as ruleset:
            file = AccessFS.READ_FILE | AccessFS.EXECUTE
            for path in (*rules.readable, *DEVICES):
                inside = file | AccessFS.READ_DIR if os.path.isdir(path) else file
                ruleset.allow_path(path, inside)
            ruleset.allow_path("/dev/null", AccessFS.READ_FILE | AccessFS.WRITE_FILE)
            ruleset.restrict()
    except OSError as error:
        raise VerifyError(f"Landlock: {error}") from error
