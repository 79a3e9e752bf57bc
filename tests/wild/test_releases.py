"""The findings in pinned public releases are the recorded ones."""

from __future__ import annotations

import pytest

from tests.wild.releases import VARIABLE, findings, folder, record, recorded


@pytest.mark.parametrize("release", recorded())
def test_findings_in_a_release_are_the_recorded_ones(release: str) -> None:
    where = folder(release)
    if where is None:
        pytest.skip(f"{release} is not unpacked in the folder that {VARIABLE} names")
    expected = record(release).read_text(encoding="utf-8").splitlines()
    assert findings(where) == expected, (
        f"read the difference; if it is right, `python -m tests.wild.releases {release}` records it"
    )
