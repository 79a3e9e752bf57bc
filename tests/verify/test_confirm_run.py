"""`check --confirm compile` as a user meets it: verdicts in the reports, answers that are kept, and
kernels that must not break the run."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

pytest.importorskip("triton", reason="the compile oracle needs triton (extra `verify`)")

from verify_support import FIXTURES

from tests.support import Command
from tritonlint.findings import Finding, Span
from tritonlint.findings.claim import Claim
from tritonlint.findings.result import Result
from tritonlint.settings.config import Settings
from tritonlint.verify.confined import confined
from tritonlint.verify.confirm import confirm as confirming
from tritonlint.verify.confirm.answers import Answers

ABOUT_KERNELS = ("TL004", "TL005", "TL006", "TL009", "TL011", "TL018")
ABOUT_LAUNCHES = ("TL007", "TL012", "TL013", "TL015", "TL016", "TL017")
ONE = Settings(targets=("cuda:90",))


def about(path: Path, statement: str, before: str = "") -> Finding:
    """A finding of TL001 that says something about the parameter p of a kernel with `statement`."""
    path.write_text(
        f"import triton\nimport triton.language as tl\n{before}\n"
        f"@triton.jit\ndef k(p, x):\n    {statement}\n"
    )
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if "def k(" in text)
    span = Span(str(path), line, 1, line, 2)
    claim = Claim(str(path), line, "p")
    return Finding("TL001", "name", "message", "error", "certain", span, "trigger", claim=claim)


def test_a_finding_is_confirmed_and_says_by_what(tritonlint: Command, flagged: Path) -> None:
    run = tritonlint("check", "--confirm", "compile", str(flagged))
    assert run.code == 1 and run.err == ""
    line = next(n for n, text in enumerate(flagged.read_text().splitlines(), 1) if ".to(v" in text)
    assert (
        f"= compiler: confirmed: arith.fptoui at flagged.py:{line} with uint8, none with fp8 "
        "(cuda:90, hip:gfx942, hip:gfx950)"
    ) in run.out
    assert "By the compiler: 1 confirmed." in run.out


def test_findings_about_kernels_are_confirmed_by_their_edits(tritonlint: Command) -> None:
    """Those of every flagged case whose rule is about what a kernel does by itself."""
    cases = (each for code in ABOUT_KERNELS for each in (FIXTURES / code).glob("*/flagged.py"))
    paths = [each.parent for each in cases]
    Path("tritonlint.toml").write_text('targets = ["cuda:90"]\n')
    run = tritonlint(
        *("check", "--confirm", "compile", "--select", ",".join(ABOUT_KERNELS), "--no-cache"),
        *("--confidence", "possible", "--output-format", "json", *map(str, paths)),
    )
    found = json.loads(run.out)["findings"]
    assert {each["code"] for each in found} == set(ABOUT_KERNELS)
    for each in found:
        assert each["confirmed"] == "confirmed", each
        reason = each["confirmed_reason"]
        if each["fix"] is None:
            assert " as written; there is no fix to compare with" in reason
        else:
            # A kernel may compute other offsets in 32 bits beside the one that the fix widens.
            left = ("none", "fewer") if each["code"] == "TL011" else ("none",)
            assert any(f" as written, {some} as fixed" in reason for some in left), each


def test_an_answer_is_kept_until_a_file_changes(
    tritonlint: Command, flagged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("check", "--confirm", "compile", "--output-format", "json", str(flagged))
    first = tritonlint(*command)
    (found,) = json.loads(first.out)["findings"]
    assert found["confirmed"] == "confirmed" and "arith.fptoui" in found["confirmed_reason"]

    def nobody(*arguments: object) -> None:
        raise AssertionError("asked again")

    monkeypatch.setattr(confirming, "ask", nobody)
    assert tritonlint(*command) == first
    kept = list((flagged.parent / ".tritonlint_cache" / "confirmed").iterdir())
    assert len(kept) == 1
    kept[0].write_text('{"verdict": "surely", "reason": "", "files": {}}')
    monkeypatch.setattr(
        confirming, "ask", lambda *_: confirming.Answer("undecided", "asked", ("x",))
    )
    (again,) = json.loads(tritonlint(*command).out)["findings"]
    assert again["confirmed_reason"] == "asked"
    flagged.write_text(f"# moved\n{flagged.read_text()}")
    monkeypatch.setattr(confirming, "ask", lambda *_: confirming.Answer("undecided", "new", ()))
    (moved,) = json.loads(tritonlint(*command).out)["findings"]
    assert moved["confirmed_reason"] == "new"


def test_without_the_option_nothing_is_asked(tritonlint: Command, flagged: Path) -> None:
    run = tritonlint("check", "--output-format", "json", str(flagged))
    (found,) = json.loads(run.out)["findings"]
    assert (found["confirmed"], found["confirmed_reason"]) == (None, None)


def test_triton_missing_is_an_error(
    tritonlint: Command, flagged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirming, "has_triton", lambda: False)
    run = tritonlint("check", "--confirm", "compile", str(flagged))
    assert run.code == 2 and run.out == ""
    assert "triton is not installed (pip install 'numpy>=1.24' 'triton>3.2'" in run.err


def test_a_target_that_is_none_is_an_error(tritonlint: Command, flagged: Path) -> None:
    (flagged.parent / "tritonlint.toml").write_text('targets = ["cuda:ninety"]\n')
    run = tritonlint("check", "--confirm", "compile", str(flagged))
    assert run.code == 2
    assert "cuda:ninety" in run.err


def test_a_refuted_finding_is_left_out_with_a_note(
    tritonlint: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = about(tmp_path / "kernels.py", "tl.store(p, tl.program_id(0))")
    from tritonlint.cli import running

    monkeypatch.setattr(running, "run", lambda *_, **__: Result((wrong,), (), 1))
    command = ("check", "--confirm", "compile", "--no-cache", str(tmp_path / "kernels.py"))
    hidden = tritonlint(*command)
    assert hidden.code == 0 and "No findings" in hidden.out
    assert "TL001 is refuted by the compiler and left out: no conversion with uint8" in hidden.err
    shown = tritonlint(*command, "--confidence", "possible")
    assert shown.code == 1 and shown.err == ""
    assert "(possible) [refuted]" in shown.out


HOSTILE = """\
def attack():
    import os, signal, subprocess, sys
    for each in range(1, 32):
        try:
            signal.signal(each, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    try:
        if os.fork() == 0:
            os.setsid()
            while True:
                pass
    except OSError:
        pass
    for module in list(sys.modules.values()):
        if hasattr(module, "Answer"):
            module.Answer.verdict = "confirmed"
    try:
        open(HERE + "/was-here", "w").close()
    except OSError:
        pass
    END
"""
FORGED = """\
    answer = {"verdict": "refuted", "reason": "\x1b[31mall is well\\nreally " * 99, "files": ["/etc/passwd"]}
    data = __import__("json").dumps({"value": answer}).encode()
    for handle in range(64):
        try:
            os.write(handle, len(data).to_bytes(8, "big") + data)
        except OSError:
            pass
    os._exit(0)
"""


def test_a_hostile_kernel_costs_its_own_answer_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.environ.get(confined.VARIABLE):
        pytest.skip("nothing confines here")
    monkeypatch.setattr(confirming, "CONSTANTS_SECONDS", 5.0)
    ends = {"loops": "    while True: pass", "sleeps": "    import time; time.sleep(600)", "forges": FORGED}
    findings = []
    for name, end in ends.items():
        code = HOSTILE.replace("HERE", repr(str(tmp_path))).replace("    END", end) + "\nN = attack()\n"
        findings.append(about(tmp_path / f"{name}.py", "tl.store(p, tl.load(x) * N)", code))
    good = [about(tmp_path / f"good{n}.py", "tl.store(p, tl.load(x))") for n in range(3)]
    start = time.monotonic()
    told = confirming.confirm([*findings, *good], ONE, Answers(tmp_path / "cache"))
    assert time.monotonic() - start < 100
    assert [each.confirmed for each in told[:2]] == ["undecided", "undecided"]
    assert [each.confirmed for each in told[3:]] == ["confirmed"] * 3
    assert all("arith.fptoui" in each.confirmed_reason for each in told[3:])
    # It has no say in what the compiler makes of it.
    assert told[2].confirmed == "undecided"
    assert told[2].confirmed_reason.isprintable() and len(told[2].confirmed_reason) < 600
    assert "all is well" not in told[2].confirmed_reason
    assert not list(tmp_path.glob("was-here"))
    kept = [path.read_text() for path in (tmp_path / "cache").rglob("*.json")]
    assert not any("/etc/passwd" in each for each in kept)


def test_where_nothing_confines_it_asks(
    tritonlint: Command, flagged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    off = {"bubblewrap": "not installed", "landlock": "this kernel has no Landlock, or an old one"}
    monkeypatch.setattr(confined, "_works", off)
    monkeypatch.delenv(confined.VARIABLE, raising=False)
    run = tritonlint("check", "--confirm", "compile", "--no-cache", str(flagged))
    assert (run.code, run.out) == (2, "")
    assert run.err.count("\n") == 1
    assert "nothing here can confine the code that is run (bubblewrap: not installed" in run.err
    assert "use --confirm-unconfined" in run.err
    run = tritonlint("check", "--confirm", "compile", "--confirm-unconfined", "--no-cache", str(flagged))
    assert run.code == 1 and "confirmed: arith.fptoui" in run.out


BROKEN = {
    "never comes back": "def spin():\n    while True:\n        pass\n\nN = spin()\n",
    "ends its process": "N = exit(3)\n",
    "eats the memory": "N = [0] * (1 << 40)\n",
}


def test_kernels_that_misbehave_are_undecided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirming, "CONSTANTS_SECONDS", 5.0)
    findings = [
        about(tmp_path / f"kernels{number}.py", "tl.store(p, tl.load(x) * N)", before)
        for number, before in enumerate(BROKEN.values())
    ]
    good = about(tmp_path / "good.py", "tl.store(p, tl.load(x))")
    told = confirming.confirm([*findings, good], ONE, Answers(None))
    assert [each.confirmed for each in told] == ["undecided"] * 3 + ["confirmed"]
    assert "took longer than 5 seconds" in told[0].confirmed_reason
    assert all(each.confirmed_reason for each in told)
    assert [each.confidence for each in told] == ["certain"] * 4


def test_a_rule_that_the_compiler_cannot_judge_is_undecided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tritonlint.rule import registry

    each = about(tmp_path / "kernels.py", "tl.store(p, tl.load(x))")
    monkeypatch.setattr(registry.load("TL001"), "signature", None)
    (told,) = confirming.confirm([each], ONE, Answers(None))
    assert told.confirmed == "undecided"
    assert told.confirmed_reason == "not a question for the compiler"


def test_findings_about_launches_are_confirmed_or_no_question(tritonlint: Command) -> None:
    """Those of every flagged case whose rule takes what a launch passes into account, and two cases
    whose kernels do not compile with the fix of the finding alone."""
    cases = [each for code in ABOUT_LAUNCHES for each in (FIXTURES / code).glob("*/flagged.py")]
    paths = [each.parent for each in cases]
    paths += [FIXTURES / "TL001" / "one_of_two_pointers"]
    paths += [FIXTURES / "TL002" / "entry_of_a_table_made_elsewhere"]
    Path("tritonlint.toml").write_text('targets = ["cuda:90"]\n')
    run = tritonlint(
        *("check", "--confirm", "compile", "--no-cache", "--output-format", "json"),
        *("--select", ",".join(("TL001", "TL002", *ABOUT_LAUNCHES)), *map(str, paths)),
    )
    found = json.loads(run.out)["findings"]
    assert {each["code"] for each in found} == {"TL001", "TL002", *ABOUT_LAUNCHES}
    left = [each for each in found if each["confirmed"] != "confirmed"]
    assert len(left) == 3 and "left out" not in run.err
    for each in left:  # scales that are applied on one path only
        assert (each["code"], each["confirmed"]) == ("TL015", "undecided")
        assert each["confirmed_reason"].startswith("not a question for the compiler: ")
