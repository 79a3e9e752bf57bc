"""The tests of the oracles run where nothing can confine a child, too; those of the confinement say
that they were skipped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tritonlint.verify.confined.confined import VARIABLE, Confined, Unconfined


@pytest.fixture(autouse=True, scope="session")
def _confined_where_that_can_be() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(VARIABLE, raising=False)
        try:
            with Confined({}) as child:
                child.ask("os", "getpid", (), 60)
        except Unconfined:
            patch.setenv(VARIABLE, "1")
        yield
