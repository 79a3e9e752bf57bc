"""Rules of others: from `rule-modules`, and from installed packages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import ROOT, Command
from tritonlint.rule import documentation, plugins, registry

DOCUMENTED = (
    (ROOT / "docs" / "rules-of-your-own.md")
    .read_text(encoding="utf-8")
    .split("```python\n", 1)[1]
    .split("```", 1)[0]
)


@pytest.fixture(autouse=True)
def _forget(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test begins, and leaves the others, without rules of others."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("TRITONLINT_ALLOW_RULE_MODULES", "1")
    known = set(sys.modules)

    def forget() -> None:
        registry._registered.clear()
        registry.codes.cache_clear()
        plugins.installed.cache_clear()
        registry.load_status.cache_clear()
        documentation.of.cache_clear()

    forget()
    yield
    forget()
    for name in set(sys.modules) - known:
        if name.startswith(("acme", "broken", "house")):
            del sys.modules[name]


@pytest.fixture
def house(flagged: Path) -> Path:
    """A project with the rule of the documentation in a module of its own."""
    folder = flagged.parent
    (folder / "house_rules.py").write_text(DOCUMENTED, encoding="utf-8")
    (folder / "tritonlint.toml").write_text("rule-modules = ['house_rules']\n")
    return folder


def test_a_module_of_rules_may_name_types(tritonlint: Command, house: Path) -> None:
    """`Pair` looks like a class in Python 3.10."""
    text = DOCUMENTED + "\nPair = tuple[str, int]\n"
    (house / "house_rules.py").write_text(text, encoding="utf-8")
    run = tritonlint("check", "--select", "HOUSE001", "--output-format", "concise")
    assert (run.code, run.err) == (1, "")


def test_the_documented_rule_finds_what_it_says(tritonlint: Command, house: Path) -> None:
    run = tritonlint("check", "--select", "HOUSE001", "--output-format", "concise")
    assert run.code == 1, run.err
    assert run.out.startswith("flagged.py:")
    assert " HOUSE001 " in run.out
    assert tritonlint("check", "--select", "HOUSE").code == 1
    assert tritonlint("check", "--ignore", "house-bytes-by-name,TL001").code == 0
    both = tritonlint("check", "--statistics").out
    assert "HOUSE001" in both and "TL001" in both


def test_it_is_explained(tritonlint: Command, house: Path) -> None:
    run = tritonlint("explain", "HOUSE001")
    assert run.code == 0
    assert run.out.startswith("# house-bytes-by-name (HOUSE001)")
    assert "What it does" in run.out


def test_a_change_of_the_rule_is_not_answered_from_the_cache(house: Path) -> None:
    def check() -> str:
        command = [sys.executable, "-m", "tritonlint", "check", "--output-format", "concise"]
        return subprocess.run(
            command, cwd=house, capture_output=True, text=True, check=False
        ).stdout

    assert "HOUSE001" in check()
    # Of another size: Python itself takes a file of the same size and second for the same.
    (house / "house_rules.py").write_text(DOCUMENTED.replace("HOUSE001", "HOUSE002") + "\n")
    assert "HOUSE002" in check()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("raise KeyError('x')", "cannot be imported: KeyError: 'x'"),
        ("import gone_module", "cannot be imported: ModuleNotFoundError"),
        ("", "there is no subclass of tritonlint.rule.Rule in it"),
        (DOCUMENTED.replace('code = "HOUSE001"', ""), "`code` is None"),
        (DOCUMENTED.replace('"HOUSE001"', '"House-1"'), "`code` is 'House-1'"),
        (DOCUMENTED.replace('severity = "warning"', 'severity = "fatal"'), "`severity` is 'fatal'"),
        (DOCUMENTED.replace("def report", "def reported"), "BytesByName: it does not define `report`"),
        (DOCUMENTED.replace('"HOUSE001"', '"TL001"'), "two rules have the code TL001"),
    ],
)
def test_a_module_that_is_wrong_is_one_line_that_names_it(
    tritonlint: Command, house: Path, text: str, says: str
) -> None:
    (house / "broken_rules.py").write_text(text, encoding="utf-8")
    (house / "tritonlint.toml").write_text("rule-modules = ['broken_rules']\n")
    run = tritonlint("check")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("error: ") and run.err.count("\n") == 1
    assert says in run.err
    assert "broken_rules" in run.err


def test_a_rule_that_raises_is_named_and_the_others_go_on(tritonlint: Command, house: Path) -> None:
    text = DOCUMENTED.replace("return None if", "raise KeyError('what')\n        return None if")
    (house / "house_rules.py").write_text(text, encoding="utf-8")
    run = tritonlint("check", "--output-format", "concise")
    assert run.code == 2
    assert "flagged.py:" in run.out and "TL001" in run.out
    line = next(n for n, each in enumerate(text.splitlines(), 1) if "KeyError" in each)
    expected = f"internal error of HOUSE001 at house_rules.py:{line}: KeyError: 'what'"
    assert run.err.startswith(f"error: flagged.py: {expected}")
    assert run.err.count("\n") == 1


def _install(folder: Path, value: str) -> None:
    """A package with the documented rule, as an installer leaves it."""
    package = folder / "acme_lint"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "rules.py").write_text(DOCUMENTED.replace("HOUSE001", "ACME001"), encoding="utf-8")
    info = folder / "acme_lint-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-lint\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[tritonlint.rules]\nacme = {value}\n")


@pytest.mark.parametrize("value", ["acme_lint.rules", "acme_lint.rules:BytesByName"])
def test_rules_of_an_installed_package_run(
    tritonlint: Command,
    flagged: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    value: str,
) -> None:
    site = tmp_path / "site-packages"
    _install(site, value)
    monkeypatch.syspath_prepend(str(site))
    run = tritonlint("check", "--select", "ACME001", "--output-format", "concise", "flagged.py")
    assert run.code == 1, run.err
    assert " ACME001 " in run.out


def test_an_entry_point_that_leads_nowhere_is_named(
    tritonlint: Command, flagged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site-packages"
    _install(site, "acme_lint.rules:Gone")
    monkeypatch.syspath_prepend(str(site))
    run = tritonlint("check", "flagged.py")
    assert run.code == 2
    assert run.err.startswith("error: entry point `acme` (acme_lint.rules:Gone): ")


@pytest.fixture
def strange(house: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose rules leave a file behind when they are imported, and that nobody allowed."""
    monkeypatch.delenv("TRITONLINT_ALLOW_RULE_MODULES")
    mark = "open(__file__ + '.ran', 'w').close()\n"
    (house / "house_rules.py").write_text(DOCUMENTED + mark, encoding="utf-8")
    return house


NOT_LOADED = "tritonlint.toml: the rules of `house_rules` (rule-modules) were not loaded"


@pytest.mark.parametrize(
    "command", ["check", "check --output-format json", "check flagged.py", "autofix", "autofix --apply", "baseline write"]
)
def test_rules_of_a_tree_are_not_imported_unasked(tritonlint: Command, strange: Path, command: str) -> None:
    run = tritonlint(*command.split())
    assert run.code == 2
    assert NOT_LOADED in run.err
    assert "--allow-rule-modules or TRITONLINT_ALLOW_RULE_MODULES=1" in run.err
    assert sum("not loaded" in line for line in run.err.splitlines()) == 1
    assert not list(strange.glob("*.ran"))
    assert "house_rules" not in sys.modules


def test_the_other_rules_still_run(tritonlint: Command, strange: Path) -> None:
    assert " TL001 " in tritonlint("check", "--output-format", "concise").out
    assert "were not loaded" in tritonlint("config", "show").out
    run = tritonlint("check", "--select", "HOUSE001")
    assert (run.code, run.out) == (2, "")
    assert "unknown rule: `HOUSE001`" in run.err and "were not loaded" in run.err


def test_a_comment_for_a_rule_that_was_not_loaded_stays(tritonlint: Command, strange: Path) -> None:
    flagged = strange / "flagged.py"
    lines = flagged.read_text(encoding="utf-8").splitlines(keepends=True)
    text = "".join([lines[0].rstrip("\n") + "  # tritonlint: ignore[HOUSE001]  the owner is known\n", *lines[1:]])
    flagged.write_text(text, encoding="utf-8")
    tritonlint("autofix", "--apply", "--unsafe-fixes", "--select", "TL9")
    assert flagged.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("how", ["option", "variable", "folder", "user", "user's folder"])
def test_the_user_may_allow_them(
    tritonlint: Command, strange: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    own = tmp_path / "config" / "tritonlint" / "user.toml"
    own.parent.mkdir(parents=True)
    match how:
        case "variable":
            monkeypatch.setenv("TRITONLINT_ALLOW_RULE_MODULES", "1")
        case "folder":
            monkeypatch.setenv("TRITONLINT_ALLOW_RULE_MODULES", f"/elsewhere:{strange}")
        case "user":
            own.write_text("allow-rule-modules = true\n")
        case "user's folder":
            own.write_text(f"allow-rule-modules = ['{strange.parent}']\n")
    given = ["--allow-rule-modules"] if how == "option" else []
    run = tritonlint("check", *given, "--select", "HOUSE001", "--output-format", "concise")
    assert run.code == 1, run.err
    assert " HOUSE001 " in run.out


def test_another_folder_is_not_this_one(
    tritonlint: Command, strange: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRITONLINT_ALLOW_RULE_MODULES", str(tmp_path / "other"))
    assert NOT_LOADED in tritonlint("check").err
    assert not list(strange.glob("*.ran"))
    # What lies in the tree is no settings file of the user.
    (strange / "user.toml").write_text("allow-rule-modules = true\n")
    assert NOT_LOADED in tritonlint("check").err
    (strange / "tritonlint.toml").write_text("allow-rule-modules = true\nrule-modules = ['house_rules']\n")
    assert "unknown key `allow-rule-modules`" in tritonlint("check").err
    assert not list(strange.glob("*.ran"))
