"""What can stop tritonlint from doing its job. Each error says what, where and what to do, and owns
its exit code."""

from __future__ import annotations


class TritonlintError(Exception):
    """Base of every error that a user sees as one line. `str(error)` is that line."""

    exit_code = 2


class UsageError(TritonlintError):
    """The command line asks for something that does not exist (a path, a rule, an oracle)."""


class ConfigError(TritonlintError):
    """`[tool.tritonlint]` cannot be read or holds a value that is not understood."""


class SourceError(TritonlintError):
    """A file that cannot be read, decoded or parsed: `path` and `reason` are kept apart for the
    reports."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class VerifyError(TritonlintError):
    """An oracle that was asked for cannot run, or a verifier is wrong."""
