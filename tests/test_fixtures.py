"""Every fixture: what is expected is found and nothing else, and the fix is what `fixed.py`
holds."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from sight import launches, sight
from support import EXPECT, ROOT, without_expectations
from tritonlint.engine import check
from tritonlint.engine.discovery import discover
from tritonlint.fixing import fixing
from tritonlint.rule import registry
from tritonlint.settings.config import Settings

CASES = sorted(
    {file.parent for file in (ROOT / "fixtures").glob("*/*/*.py") if file.parent.name[0] != "_"}
)
FLAGGED = [case for case in CASES if (case / "flagged.py").exists()]

# Correct code of which the text alone tells that nothing can be wrong: launches in it are not followed.
TEXT_ENOUGH = {
    "TL001/correct_dot_accumulate",
    "TL001/correct_mask_bytes",
    "TL003/correct_supported_settings",
    "TL007/correct_cast_before_dot",
    "TL007/explicit_cast",
    "TL007/named_type",
    "TL007/type_by_default",
    "TL008/correct_number_or_pointer",
    "TL010/correct_unknown_types",
    "TL011/correct_target_without_int64",
    "TL018/correct_power",
}

# Rules about kernels as they read, whatever they are launched with.
READ = {"TL011", "TL012", "TL013", "TL016", "TL018", "TL019"}

Place = tuple[str, int, str]


def _name(case: Path) -> str:
    return case.relative_to(ROOT / "fixtures").as_posix()


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the case, which is the working directory."""
    copy = tmp_path / "case"
    shutil.copytree(request.param, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(copy)
    return Path(request.param)


def _settings(case: Path) -> Settings:
    """The default settings, with the rule that the case is about if that is a preview rule."""
    code = case.parent.name
    preview = code in registry.codes() and registry.load(code).status == "preview"
    return Settings(preview=preview, root=Path.cwd())


def _modules() -> list[Path]:
    """The files of the case that is the working directory."""
    files = [each for each in Path().rglob("*.py") if each.name != "verifier.py"]
    return [each for each in files if "standins" not in each.parts]


def _expected(folder: Path) -> Counter[Place]:
    places: Counter[Place] = Counter()
    for file in folder.rglob("*.py"):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            for codes in EXPECT.findall(line):
                name = file.relative_to(folder).as_posix()
                places.update((name, number, code.strip()) for code in codes.split(","))
    return places


def _found(case: Path) -> Counter[Place]:
    result = check.check(discover([Path(".")], _settings(case)), _settings(case))
    assert result.skipped == ()
    return Counter((f.span.path, f.span.line, f.code) for f in result.findings)


@pytest.mark.parametrize("case", CASES, ids=_name, indirect=True)
def test_what_is_expected_is_found_and_nothing_else(case: Path) -> None:
    with sight() as seen:
        found = _found(case)
    assert found == _expected(Path("."))
    # Silence counts where the code was looked at.
    if _name(case) in TEXT_ENOUGH:
        return
    if case.parent.name in READ:
        # A case of a release holds no kernel of its own.
        assert seen.read or not (case / "flagged.py").exists()
    elif _modules():
        assert launches(_modules()) <= seen.launches
        assert any(vars(seen).values())


@pytest.mark.parametrize("case", FLAGGED, ids=_name, indirect=True)
def test_the_fix_is_what_the_case_says_and_is_stable(case: Path) -> None:
    flagged = Path("flagged.py")
    before = flagged.read_text(encoding="utf-8")
    after = fixing.fixed_text(flagged, _settings(case))
    fixed = Path("fixed.py")
    wanted = fixed.read_text(encoding="utf-8") if fixed.exists() else before
    assert without_expectations(after) == without_expectations(wanted)
    flagged.write_text(after, encoding="utf-8")
    assert fixing.fixed_text(flagged, _settings(case)) == after
