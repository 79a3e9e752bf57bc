"""Where the code of a case comes from: its own folder, or a pinned release with stand-ins."""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
from pathlib import Path

import pytest
from verify_support import FIXTURES, case_id, released

from support import Command
from tritonlint.errors import UsageError, VerifyError
from tritonlint.verify.case import NoCaseError
from tritonlint.verify.cases import sources
from tritonlint.verify.cases.sources import of_fixture, of_release

CODE = "from project.helper import BASE\n\nVALUE = BASE + 1\n"


@pytest.fixture
def released_case(tmp_path: Path) -> Path:
    """A case of a release, which is unpacked in `unpacked` beside it."""
    module = tmp_path / "unpacked" / "project-1.0" / "project" / "ops.py"
    module.parent.mkdir(parents=True)
    module.write_text(CODE)
    folder = tmp_path / "TL001" / "release_project"
    standins = folder / "standins" / "project"
    standins.mkdir(parents=True)
    (standins / "__init__.py").touch()
    (standins / "helper.py").write_text("BASE = 41\n")
    (folder / "verifier.py").write_text("VERIFIER = None\n")
    (folder / "release.toml").write_text(
        'release = "project-1.0"\nmodule = "project.ops"\n[files]\n'
        f'"project/ops.py" = "{hashlib.sha256(CODE.encode()).hexdigest()}"\n'
    )
    return folder


def test_a_release_is_imported_with_stand_ins_in_place_of_its_package(
    released_case: Path, tmp_path: Path
) -> None:
    source = of_release(released_case, tmp_path / "unpacked")
    texts = source.texts()
    fixed = {name: text.replace("+ 1", "+ 2") for name, text in texts.items()}
    as_flagged, as_fixed = (
        source.imported(texts, tmp_path / "a"),
        source.imported(fixed, tmp_path / "b"),
    )
    with as_flagged as flagged, as_fixed as repaired:
        assert (flagged.VALUE, repaired.VALUE) == (42, 43)
    assert not [name for name in sys.modules if name.partition(".")[0] == "project"]


def test_an_installed_package_of_that_name_is_put_back(
    released_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = type(sys)("project")
    monkeypatch.setitem(sys.modules, "project", installed)
    source = of_release(released_case, tmp_path / "unpacked")
    with source.imported(source.texts(), tmp_path / "a") as module:
        assert module.VALUE == 42
    assert sys.modules["project"] is installed


def test_another_file_than_the_pinned_one_is_refused(released_case: Path, tmp_path: Path) -> None:
    source = of_release(released_case, tmp_path / "unpacked")
    with (source.root / "project" / "ops.py").open("a") as file:
        file.write("\n")
    with pytest.raises(VerifyError, match=r"ops\.py: not the file that .*release\.toml pins"):
        source.texts()


def test_a_release_that_is_not_unpacked_is_said(released_case: Path, tmp_path: Path) -> None:
    with pytest.raises(VerifyError, match=r"ops\.py: not there; unpack project-1\.0 in"):
        of_release(released_case, tmp_path / "elsewhere").texts()


@pytest.mark.parametrize("text", ["release =", 'release = "a"', "files = 1", '[files]\n"a" = "b"'])
def test_a_broken_release_file_is_named(released_case: Path, text: str) -> None:
    (released_case / "release.toml").write_text(text)
    with pytest.raises(VerifyError, match=r"release\.toml: not understood"):
        of_release(released_case, Path())


def test_where_no_release_is_meant_is_an_error(tmp_path: Path, tritonlint: Command) -> None:
    with pytest.raises(UsageError, match="no such file"):
        sources.find_release_cases([tmp_path / "absent"])
    with pytest.raises(NoCaseError, match="no case of a release here"):
        sources.find_release_cases([FIXTURES / "TL002"])
    ran = tritonlint("verify", "--release", "absent", str(FIXTURES))
    assert ran.code == 2 and "does not exist" in ran.err


def test_a_release_without_a_gpu_was_not_run(released_case: Path, tritonlint: Command) -> None:
    ran = tritonlint("verify", "--release", "unpacked", str(released_case))
    assert ran.code == 2
    assert "confirmed" not in ran.out.replace("not confirmed", "")


@pytest.mark.parametrize("folder", released(), ids=case_id)
def test_a_release_is_pinned_and_none_of_it_is_here(folder: Path) -> None:
    source = of_release(folder, Path())
    assert source.pinned and source.module.replace(".", "/") + ".py" == source.files[0]
    for name, digest in source.pinned.items():
        assert re.fullmatch("[0-9a-f]{64}", digest)
        assert not (source.standins / name).exists()


def test_what_a_person_made_stands_for_the_fix_that_the_tool_has_not(tmp_path: Path) -> None:
    case = tmp_path / "TL018" / "one_expression"
    shutil.copytree(FIXTURES / "TL018" / "one_expression", case)
    source = of_fixture(case)
    assert (source.files, source.fixable, source.mended) == (("flagged.py",), False, True)
    assert source.fixed_texts() == {"flagged.py": (case / "by_hand.py").read_text()}
    (case / "by_hand.py").unlink()
    assert not source.mended
    assert source.fixed_texts() == source.texts()
