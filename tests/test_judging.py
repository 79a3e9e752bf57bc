"""Rules judge data alone: without a file, a tree or libcst."""

from __future__ import annotations

import ast
import builtins
import gc
from pathlib import Path
from typing import Any

import pytest

from support import ROOT
from tritonlint.engine import check, judging
from tritonlint.findings import Finding
from tritonlint.rule import Rule, registry
from tritonlint.rule.suspect import Suspect
from tritonlint.settings.config import Settings

CASES = sorted(
    {path.parent.parent: path for path in ROOT.glob("fixtures/TL0*/*/flagged.py")}.values()
)


def _suspects(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Suspect], list[Finding]]:
    seen: list[Suspect] = []

    def suspect(*given: Any) -> Suspect:
        seen.append(Suspect(*given))
        return seen[-1]

    monkeypatch.setattr(judging, "Suspect", suspect)
    settings = Settings(root=path.parent, preview=True, confidence="possible")
    return seen, list(check.check([path], settings).findings)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.parent.name)
def test_the_hazards_are_known_before_there_is_a_tree(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, findings = _suspects(path, monkeypatch)
    rules = [found for code in registry.codes() if issubclass(found := registry.load(code), Rule)]
    imported = builtins.__import__

    def without_libcst(name: str, *rest: Any) -> Any:
        assert not name.startswith("libcst"), "a judge asks for syntax"
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_libcst)
    judged = {
        (rule.code, each.place)
        for suspect in seen
        for rule in rules
        for each in suspect.observations
        if isinstance(each, rule.observes) and rule().judge(each) is not None
    }
    assert {(each.code, each.span) for each in findings} == judged


_LAUNCHER = """\
import triton
import triton.language as tl


@triton.jit
def kernel(x_ptr, out_ptr, n, SIZE: tl.constexpr):
    i = tl.arange(0, SIZE)
    tl.store(out_ptr + i, tl.load(x_ptr + i).to(tl.float32) * 0.5)


def launch(x, out):
    kernel[(1,)](x, out, out.numel(), SIZE=64)
"""
_CALLER = """\
import torch

from launching import launch


def {name}(x):
    launch(x, torch.empty(64, dtype=torch.int8))
"""


def test_of_several_callers_the_same_is_shown_in_any_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = [Path("first.py"), Path("launching.py"), Path("second.py")]
    for path in files:
        text = _LAUNCHER if path.stem == "launching" else _CALLER.format(name=path.stem)
        path.write_text(text, encoding="utf-8")
    settings = Settings(root=tmp_path, preview=True, confidence="possible")
    results = [check.check(each, settings) for each in (files, files[::-1], files[1:] + files[:1])]
    assert results[0].findings
    assert results[1] == results[0] == results[2]


_LOOKED_UP = """\
import torch
import triton
import triton.language as tl


@triton.jit
def look_up_kernel(code_ptr, table_ptr, out_ptr, SIZE: tl.constexpr):
    offset = tl.arange(0, SIZE)
    code = tl.load(code_ptr + offset)
    tl.store(out_ptr + offset, tl.load(table_ptr + code))


def look_up(codes, table):
    out = torch.empty(codes.shape, dtype=torch.float32, device=codes.device)
    look_up_kernel[(1,)](codes.view(torch.int8), table, out, SIZE=codes.numel())
    return out
"""


def test_a_signed_byte_as_an_index_is_possible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("looking_up.py").write_text(_LOOKED_UP, encoding="utf-8")
    settings = Settings(root=tmp_path, preview=True, confidence="possible")
    result = check.check([Path("looking_up.py")], settings)
    assert not result.skipped
    assert [(each.code, each.confidence) for each in result.findings] == [("TL009", "possible")]


def test_a_check_leaves_no_syntax_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings(root=tmp_path, preview=True, confidence="possible")
    trees = []
    for number in range(6):
        path = Path("launching.py")
        path.write_text(f"{_LAUNCHER}\n\nNUMBER = {number}\n", encoding="utf-8")
        assert not check.check([path], settings).skipped
        gc.collect()
        trees.append(sum(isinstance(each, ast.FunctionDef) for each in gc.get_objects()))
    assert trees[-1] == trees[1], "each check leaves more"
