#!/usr/bin/env python3
"""A coverage-guided fuzzer: `python tests/fuzz/fuzz.py check|config|facts [--seconds N] [--corpus DIR]`.

Needs atheris (`pip install '.[fuzz]'`). Starts from the fixtures and the committed corpus; an
input that breaks an invariant ends the run with exit code 1, and is left as `crash-...`, `timeout-...`
or `oom-...` in DIR/finds. Put it, made small, into tests/fuzz/corpus/TARGET: that folder is replayed by
the tests.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]

# After the path: this is a script, and what it imports from is the checkout.
import atheris  # noqa: E402

with atheris.instrument_imports(include=["tritonlint"]):
    from invariants import TARGETS
    from mutations import mutate


def seeds(target: str) -> list[bytes]:
    """The texts to start from."""
    fixtures = [*ROOT.glob("fixtures/*/*/flagged.py"), *ROOT.glob("fixtures/*/correct_*/*.py")]
    names = {"check": fixtures, "config": [ROOT / "pyproject.toml"], "facts": fixtures}
    return [path.read_bytes() for path in [*names[target], *(HERE / "corpus" / target).iterdir()]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--corpus", type=Path, default=None, help="kept from run to run")
    options = parser.parse_args()
    corpus = options.corpus or Path(tempfile.mkdtemp())
    finds = corpus / "finds"
    finds.mkdir(parents=True, exist_ok=True)
    known = seeds(options.target)
    (corpus / "inputs").mkdir(exist_ok=True)
    for number, text in enumerate(known):
        (corpus / "inputs" / f"seed{number}").write_bytes(text)

    def custom(data: bytes, most: int, seed: int) -> bytes:
        return mutate(data, known, random.Random(seed))[:most]

    flags = ["-timeout=30", "-rss_limit_mb=4096", "-max_len=60000", "-print_final_stats=1"]
    flags += [f"-max_total_time={options.seconds}", f"-artifact_prefix={finds}/"]
    atheris.Setup(
        [sys.argv[0], *flags, str(corpus / "inputs")],
        TARGETS[options.target],
        custom_mutator=custom,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
