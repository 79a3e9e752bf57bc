"""The tool's own fixes, as the verifier asks for them."""

from __future__ import annotations

from pathlib import Path


def fixed_text(path: Path) -> str:
    """The text of the file at `path` with every fix made, the unsafe ones too. Raises
    SourceError."""
    from tritonlint.fixing import fixing

    return fixing.fixed_text(path)
