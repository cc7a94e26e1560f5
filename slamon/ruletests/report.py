"""What became of rule tests: for people, for programs, and as JUnit XML for CI."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree

from slamon.rulefile.suggest import visible
from slamon.ruletests.outcomes import Failure, Outcome


def as_text(outcomes: Sequence[Outcome]) -> str:
    """A line for each test, the differences below one that failed, and a summary."""
    lines: list[str] = []
    for one in outcomes:
        lines.append(f"{'ok  ' if one.passed else 'FAIL'}  {visible(one.case.name)}")
        for failure in one.failures:
            lines += [f"      {line}" for line in _failure(failure)]
    return "\n".join([*lines, summary(outcomes)]) + "\n"


def summary(outcomes: Sequence[Outcome]) -> str:
    """`3 passed, 1 failed`."""
    failed = sum(not one.passed for one in outcomes)
    return f"{len(outcomes) - failed} passed, {failed} failed"


def as_json(outcomes: Sequence[Outcome]) -> str:
    """One JSON object: every test with its failures, and the counts."""
    failed = sum(not one.passed for one in outcomes)
    tests = [_record(one) for one in outcomes]
    return json.dumps({"passed": len(outcomes) - failed, "failed": failed, "tests": tests}, ensure_ascii=False) + "\n"


def as_junit(outcomes: Sequence[Outcome]) -> str:
    """JUnit XML: a suite for each file, a case for each test."""
    root = ElementTree.Element("testsuites", {"name": "slamon test", **_counts(outcomes)})
    for file, found in groupby(outcomes, key=lambda one: one.case.place.file):
        group = list(found)
        suite = ElementTree.SubElement(root, "testsuite", {"name": visible(file), **_counts(group)})
        for one in group:
            _junit_case(suite, one)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _failure(failure: Failure) -> list[str]:
    width = max(len(one.key) for one in failure.differences)
    lines = [f"{failure.place}: {visible(failure.about)}"]
    for one in failure.differences:
        lines.append(f"  {one.key.ljust(width)}  expected {visible(one.expected)}, got {visible(one.got)}")
    return lines + [f"  {visible(line)}" for line in failure.near]


def _record(one: Outcome) -> dict[str, object]:
    place = one.case.place
    failures = [_failure_record(failure) for failure in one.failures]
    return {"name": one.case.name, "file": place.file, "line": place.line, "passed": one.passed, "failures": failures}


def _failure_record(failure: Failure) -> dict[str, object]:
    differences = [{"key": one.key, "expected": one.expected, "got": one.got} for one in failure.differences]
    place = {"file": failure.place.file, "line": failure.place.line, "column": failure.place.column}
    return {**place, "about": failure.about, "differences": differences, "near": list(failure.near)}


def _junit_case(suite: ElementTree.Element, one: Outcome) -> None:
    place = one.case.place
    attributes = {"classname": visible(place.file), "name": visible(one.case.name), "line": str(place.line)}
    case = ElementTree.SubElement(suite, "testcase", attributes)
    if one.failures:
        lines = [line for failure in one.failures for line in _failure(failure)]
        first = one.failures[0]
        message = visible(f"{first.about}: {first.differences[0].key}")
        ElementTree.SubElement(case, "failure", message=message).text = "\n".join(lines)


def _counts(outcomes: Sequence[Outcome]) -> dict[str, str]:
    return {"tests": str(len(outcomes)), "failures": str(sum(not one.passed for one in outcomes)), "errors": "0"}
