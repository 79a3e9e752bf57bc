"""What a fixture's `verifier.py` must define, and how fixtures are found and their verifiers
loaded.

A case is a folder with a `flagged.py` and a `verifier.py`. The verifier binds one module-level
name, `VERIFIER`, to an object with the attributes of `Verifier` below. `probes` ask the compile
oracle's question; `configurations`, `inputs`, `launch` and `expected` ask the GPU's. A verifier
without a meaning at run time is a `CompileOnly`.

It may have more: `fixable = False` for a finding without an automatic fix (`by_hand.py` may show
what a person makes of `flagged.py`); `as_flagged`, what the hazard makes of the harmed regions, to
the bit; `curve`, what is stored for a range of inputs; `keys_in_cache`, for the impact experiment;
`expected_by`, the reference where kernels of others are there
(`tritonlint.verify.gpu.references`); `launch_exactly` and `allowance`, what was written to the bit,
and in words what `launch` allows for.

While a verifier is loaded, its folder and the folder above are importable, so that the cases of a
family share their code in a module beside their folders (`from paged_cache import PagedCache`). It
is loaded on machines without torch and NumPy too: import those inside the methods that need them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from tritonlint.errors import UsageError, VerifyError
from tritonlint.rule.signature import Order
from tritonlint.verify.cases.load import import_file

FLAGGED = "flagged.py"
VERIFIER = "verifier.py"
_REQUIRED = ("probes", "configurations", "harmed", "inputs", "launch", "expected")


class NoCaseError(UsageError):
    """A path at or below which there is no case."""


@dataclass(frozen=True)
class Probe:
    """A question to the compiler: which conversions happen on the way between `parameter` and the
    numbers?

    `signature` gives the compile-time type of each argument that is no constexpr (`*bf16`, `i32`),
    without the probed parameter; `constexprs` the values of the others. `flagged` and `fixed` are
    the two element types that the probed pointer is compiled with, in Triton's short form; `fp8`
    stands for the target's own e4m3. `direction` says whether the hazard is in the stores through
    the parameter or in the loads. `file` holds the kernel.
    """

    kernel: str
    parameter: str
    signature: Mapping[str, str]
    constexprs: Mapping[str, object] = field(default_factory=dict)
    direction: str = "store"
    flagged: str = "u8"
    fixed: str = "fp8"
    file: str = FLAGGED


@dataclass(frozen=True)
class OrderProbe:
    """A question to the compiler: are operations of the kernel in the wrong `order` as flagged, and
    in none as fixed? `signature` gives the compile-time type of every argument that is no
    constexpr; with a `parameter`, only what is loaded through it counts as a load."""

    kernel: str
    order: Order
    signature: Mapping[str, str]
    constexprs: Mapping[str, object] = field(default_factory=dict)
    parameter: str = ""
    file: str = FLAGGED


@dataclass(frozen=True)
class Configuration:
    """One way to run a case. `flavour` is the fp8 format that the device must compute in natively,
    else the configuration is skipped; with "" any device will do, and the bytes are no fp8 codes.
    `settings` are the verifier's own."""

    flavour: str
    settings: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What tables and receipts call it: `e4m3fn layout=NHD block_size=64`."""
        settings = [f"{key}={value}" for key, value in self.settings.items()]
        return " ".join(filter(None, [self.flavour, *settings]))


class Verifier(Protocol):
    """The protocol of `VERIFIER`. A region is a part of what a launch writes: a uint8 array of
    shape [blocks, bytes], or a float32 array of shape [blocks, values].

    `harmed` names the regions that hold codes (of fp8 where the configuration has a flavour) and
    that the hazard spoils; the others must be right as flagged too. `inputs` returns NumPy arrays,
    the same for the same configuration on every machine. `launch` runs the module's code on the
    device and returns the regions; `expected` returns what must be in them, and never uses the
    module.
    """

    probes: tuple[Probe | OrderProbe, ...]
    configurations: tuple[Configuration, ...]
    harmed: frozenset[str]

    def inputs(self, configuration: Configuration) -> Mapping[str, Any]: ...

    def launch(
        self,
        module: ModuleType,
        configuration: Configuration,
        inputs: Mapping[str, Any],
        device: str,
    ) -> Mapping[str, Any]: ...

    def expected(
        self, configuration: Configuration, inputs: Mapping[str, Any]
    ) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class CompileOnly:
    """A verifier that asks the compiler and runs nothing."""

    probes: tuple[Probe | OrderProbe, ...]
    configurations: tuple[Configuration, ...] = ()
    harmed: frozenset[str] = frozenset()

    def inputs(self, configuration: Configuration) -> Mapping[str, Any]:
        """Never called: there is no configuration."""
        raise VerifyError("this verifier only compiles")

    def launch(
        self,
        module: ModuleType,
        configuration: Configuration,
        inputs: Mapping[str, Any],
        device: str,
    ) -> Mapping[str, Any]:
        """Never called: there is no configuration."""
        raise VerifyError("this verifier only compiles")

    def expected(
        self, configuration: Configuration, inputs: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Never called: there is no configuration."""
        raise VerifyError("this verifier only compiles")


def is_case(folder: Path) -> bool:
    """Whether `folder` is a case with a verifier."""
    return (folder / FLAGGED).is_file() and (folder / VERIFIER).is_file()


def find_cases(paths: Iterable[Path]) -> list[Path]:
    """The case folders at or below `paths`, sorted, each once; a file stands for the folder that it
    is in.

    Raises UsageError for a path that does not exist, NoCaseError for one that holds none.
    """
    what = f"no case here (a case is a folder with {FLAGGED} and {VERIFIER})"
    return find_folders(paths, VERIFIER, is_case, what)


def find_folders(
    paths: Iterable[Path], marker: str, wanted: Callable[[Path], bool], missing: str
) -> list[Path]:
    """The folders at or below `paths` that hold a file `marker` and are `wanted`, sorted, each
    once; a file stands for the folder that it is in.

    Raises UsageError for a path that does not exist, NoCaseError, which says `missing`, for one
    that holds none.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: no such file or directory")
        root = path if path.is_dir() else path.parent
        below = (each.parent for each in sorted(root.rglob(marker)))
        folders = [folder for folder in below if wanted(folder)]
        if not folders:
            raise NoCaseError(f"{path}: {missing}")
        found |= {folder.resolve(): folder for folder in folders}
    return sorted(found.values())


def load_verifier(folder: Path) -> Verifier:
    """The `VERIFIER` of a case. Raises VerifyError when the file fails to load or does not define
    one."""
    path = folder / VERIFIER
    try:
        module = import_file(path, folder, folder.parent)
    except Exception as error:
        raise VerifyError(f"{path}: cannot be loaded: {type(error).__name__}: {error}") from error
    verifier: Any = getattr(module, "VERIFIER", None)
    missing = [name for name in _REQUIRED if not hasattr(verifier, name)]
    if missing:
        raise VerifyError(f"{path}: VERIFIER must define {', '.join(missing)}")
    loaded: Verifier = verifier
    return loaded
