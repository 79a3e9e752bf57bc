"""JUnit's XML, as test reports of CI systems read it: a finding is a failed case, a file that could
not be checked an error, a suppressed finding a skipped case."""

from __future__ import annotations

from typing import TextIO
from xml.etree import ElementTree

from tritonlint.findings import Finding, Suppressed
from tritonlint.findings.result import Result, Skipped
from tritonlint.report import Options
from tritonlint.report.printable import plain

_NAME = "tritonlint"


def render(result: Result, out: TextIO, options: Options) -> None:
    """Write one test suite. A clean run is one case that passed: readers take an empty suite for a
    run that broke."""
    cases = [
        *map(_failure, result.findings),
        *map(_error, result.skipped),
        *map(_skipped, result.suppressed),
    ]
    counts = {
        "name": _NAME,
        "tests": str(len(cases) or 1),
        "failures": str(len(result.findings)),
        "errors": str(len(result.skipped)),
    }
    top = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(top, "testsuite", counts, skipped=str(len(result.suppressed)))
    suite.extend(cases or [ElementTree.Element("testcase", name="no findings", classname=_NAME)])
    if result.limits:
        lines = (
            f"{each.path}:{each.line}: `{each.function}` {each.reason}" for each in result.limits
        )
        ElementTree.SubElement(suite, "system-out").text = _text("\n".join(lines))
    ElementTree.indent(top)
    # In ASCII, whatever the encoding of the stream.
    out.write(ElementTree.tostring(top, "us-ascii", xml_declaration=True).decode() + "\n")


def _failure(finding: Finding) -> ElementTree.Element:
    case = _case(finding)
    details = {"message": _text(_line(finding.line)), "type": finding.severity}
    failure = ElementTree.SubElement(case, "failure", details)
    place = f"{finding.span.path}:{finding.span.line}:{finding.span.column}"
    trace = [f"{s.span.path}:{s.span.line}: {s.message}" for s in finding.trace]
    lines = [f"{place}: {finding.code} {_line(finding.line)}", *trace]
    if finding.fix:
        lines.append(f"fix ({finding.fix.applicability}): {finding.fix.message}")
    failure.text = _text("\n".join(lines))
    return case


def _error(skipped: Skipped) -> ElementTree.Element:
    path = _text(skipped.path)
    case = ElementTree.Element("testcase", name="not checked", classname=path, file=path)
    details = {"message": _text(skipped.reason), "type": "not-checked"}
    ElementTree.SubElement(case, "error", details).text = _text(f"{path}: {skipped.reason}")
    return case


def _skipped(suppressed: Suppressed) -> ElementTree.Element:
    case = _case(suppressed.finding)
    why = suppressed.justification or f"suppressed ({suppressed.kind})"
    ElementTree.SubElement(case, "skipped", message=_text(why), type=suppressed.kind)
    return case


def _case(finding: Finding) -> ElementTree.Element:
    span = finding.span
    path = _text(span.path)
    name = _text(f"{finding.code} {finding.name} at {span.line}:{span.column}")
    return ElementTree.Element(
        "testcase", name=name, classname=path, file=path, line=str(span.line)
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def _text(text: str) -> str:
    """`text` without the control characters that XML has no spelling for."""
    return "".join(
        each if each.isprintable() or each in "\n\t" else each.encode("unicode_escape").decode()
        for each in plain(text)
    )
