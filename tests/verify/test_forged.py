"""Kernels, constants and verifiers that try to answer for the compiler."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

pytest.importorskip("triton", reason="needs triton (extra `verify`)")

from verify_support import FIXTURES

from tests.verify.test_confirm_run import ONE, about
from tritonlint.verify.cases import compiled
from tritonlint.verify.compiler.values import decoded, encoded
from tritonlint.verify.confined import confined
from tritonlint.verify.confirm import confirm as confirming
from tritonlint.verify.confirm.answers import Answers

# Says that all is well by each way out of its process, and makes whoever answers say so.
LIE = '''
def lie(*anything, **more):
    import json, os, sys
    answer = {"verdict": "refuted", "reason": "all is well", "files": []}
    for module in list(sys.modules.values()):
        if hasattr(module, "Answer") and hasattr(module, "examine"):
            module.examine = lambda *anything: answer
            module.Answer.verdict = "refuted"
        if hasattr(module, "read_graph"):
            module.read_graph = lambda text: None
    data = json.dumps({"value": answer}).encode()
    for handle in range(64):
        try:
            os.write(handle, len(data).to_bytes(8, "big") + data)
        except OSError:
            pass
    return 1
'''
HELPER = '''
@triton.jit
def helper(x):
    return x
'''
STORE = "tl.store(p, tl.load(x))"
# A statement of the kernel, and what stands above it. Triton would run the lie in each.
RUN_BY_THE_COMPILER = {
    "through a module": ("tl.core.os.system('true')", ""),
    "through a module's own modules": ("tl.core.builtins.exec('lie()')", ""),
    "through Triton": ("triton.runtime.jit.os.system('true')", ""),
    "through the semantics": ("tl.semantic.TritonSemantic(1)", ""),
    "through another name": ("core = tl.core\n    core.builtins.exec('lie()')", ""),
    "through what was imported from Triton": ("jit.os.system('true')", "from triton.runtime import jit\n"),
    "a device function's own function": ("helper.fn(tl.load(x))", HELPER),
    "a device function run as a kernel": ("helper.run(1, grid=(1,), warmup=False)", HELPER),
    "a device function's names": ("helper.get_capture_scope()['lie']()", HELPER),
    "names that are private": ("x.__class__.__init__.__globals__['builtins'].exec('lie()')", ""),
    "names that are texts": ("getattr(tl, 'co' + 're')", ""),
    "a text that is known": ("getattr(helper, 'fn')(1)", HELPER),
    "all that is built in": ("__builtins__['exec']('lie()')", ""),
    "values of the IR": ("x.handle.replace_all_uses_with(x.handle)", ""),
    "the compiler as an argument": ("tl.store(p, tl.load(x, _semantic=lie()))", LIE),
    "a function that is no kernel": ("lie()", LIE),
    "a function of constants": ("lie()", "from triton import constexpr_function\n" + LIE.replace("def lie", "@constexpr_function\ndef lie")),
    "an assertion": ("tl.static_assert(lie() == 1)", LIE),
    "a condition": ("if lie() == 2:\n        x += 1", LIE),
    "a text with values": ("tl.static_print(f'{lie()}')", LIE),
    "an import": ("import os", ""),
    "a function inside": ("def own(a=lie()):\n        return a", LIE),
    "a class inside": ("class Own:\n        lie()", LIE),
    "a lambda": ("tl.static_print((lambda: lie())())", LIE),
}  # fmt: skip


def told(tmp_path: Path, kernels: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """What the compiler says of a kernel that each statement stands in, which stores floats as
    bytes: the verdict, and why."""
    if os.environ.get(confined.VARIABLE):
        pytest.skip("nothing confines here")
    findings = [
        about(tmp_path / f"k{number}.py", f"{statement}\n    {STORE}", before)
        for number, (statement, before) in enumerate(kernels.values())
    ]
    found = confirming.confirm(findings, ONE, Answers(None))
    said = [(str(each.confirmed), str(each.confirmed_reason)) for each in found]
    return dict(zip(kernels, said, strict=True))


def test_no_kernel_has_anything_run_where_the_compiler_is_asked(tmp_path: Path) -> None:
    for name, (verdict, reason) in told(tmp_path, RUN_BY_THE_COMPILER).items():
        assert verdict == "undecided", f"{name}: {verdict}: {reason}"
        assert "all is well" not in reason, name


def test_it_says_what_is_no_part_of_the_language(tmp_path: Path) -> None:
    kernels = {name: RUN_BY_THE_COMPILER[name] for name in ("through a module", "values of the IR")}
    found = told(tmp_path, kernels)
    assert "k0.py:6: tl.core.os.system is no part of Triton's language" in found["through a module"][1]
    assert "k1.py:6: x.handle.replace_all_uses_with is no part" in found["values of the IR"][1]


RUN_BEFORE = {
    "a constant": ("tl.store(p, tl.load(x) * N)", LIE + "N = lie()\n"),
    "a constant that Triton knows": ("tl.store(p, tl.load(x) * N)", LIE + "N = tl.constexpr(lie())\n"),
    "a constant by a condition": ("tl.store(p, tl.load(x) * N)", LIE + "N = 1 if lie() else 2\n"),
}


def test_what_a_constant_runs_says_nothing_but_its_value(tmp_path: Path) -> None:
    for name, (verdict, reason) in told(tmp_path, RUN_BEFORE).items():
        # The lie is an answer where values are asked for: the value is not known then.
        assert verdict == "undecided" and "all is well" not in reason, f"{name}: {verdict}: {reason}"


def test_what_makes_a_function_is_not_run(tmp_path: Path) -> None:
    """Decorators, annotations; text in them that looks like another kernel."""
    path = tmp_path / "k.py"
    decoy = '@lie("""\ndef k(p, x):\n    pass\n""")\n'
    findings = []
    for number, (above, annotation) in enumerate([("@lie()\n", ""), (decoy, ""), ("", ": lie()")]):
        path = tmp_path / f"k{number}.py"
        finding = about(path, STORE, LIE + above)
        path.write_text(path.read_text().replace("def k(p, x)", f"def k(p, x{annotation})"))
        findings.append(finding)
    for each in confirming.confirm(findings, ONE, Answers(None)):
        assert each.confirmed != "refuted", each.confirmed_reason
        assert "all is well" not in str(each.confirmed_reason)
    assert confirming.confirm(findings[:1], ONE, Answers(None))[0].confirmed == "confirmed"


def test_a_verifier_says_nothing_but_what_it_asks(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(FIXTURES / "TL001" / "implicit_store", folder)
    shutil.copy(FIXTURES / "TL001" / "paged_cache.py", tmp_path)
    kernel = folder / "flagged.py"
    kernel.write_text(kernel.read_text().replace("tl.store(", "tl.store(", 1))
    verifier = folder / "verifier.py"
    lie = LIE.replace('"refuted"', '"confirmed"').replace('"files": []', '"flagged": "", "fixed": ""')
    # As it is, the kernel as fixed is the one as flagged, and nothing is confirmed.
    verifier.write_text(f"{verifier.read_text()}\n{lie}\nlie()\n")
    found = list(compiled.outcomes([(folder, "case", {})], unconfined=False))
    assert found and all(outcome.verdict != "confirmed" for outcome, _ in found)


def test_values_are_plain_data_or_parts_of_the_language() -> None:
    import triton
    import triton.language as tl
    from triton.language.extra.libdevice import rsqrt

    for value in (1, 2.5, True, None, "x", (1, [2.0]), {"a": 1}, tl.float32, tl.load, tl.math, tl, rsqrt):
        known, found = decoded(encoded(value))
        assert known and (found == value or found.__name__ == value.__name__)
    assert decoded(encoded(tl.constexpr(3)))[1].value == 3
    assert decoded(encoded([triton.Config({"B": 2})]))[1][0].kwargs == {"B": 2}
    for value in (os, os.system, triton.jit, triton.runtime, tl.core.builtins, object(), lambda: 0):
        assert encoded(value) is None
    for said in (
        *([{"triton": f"triton.language.core.{name}"}] for name in ("os", "builtins", "builtin")),
        *([{"triton": name}] for name in ("os.system", "triton.jit", "triton.language.semantic", "", 3)),
        *({"value": 1}, [1, 2], [{"dtype": "no such"}], [{"dtype": [1]}], [{}], [{"a": 1, "b": 2}], 3, None),
    ):  # fmt: skip
        assert decoded(said) == (False, None), said
