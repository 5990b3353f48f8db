"""JUnit XML, as Jenkins, GitLab and others read it: a suite for each exercise of a learner, a case for each check."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

from streamlings.grade.config import Grading
from streamlings.grade.export.feedback import said
from streamlings.grade.marks import WORDS, Graded, Mark

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""


def document(graded: list[Graded], grading: Grading) -> str:
    """A failed check is a failure, what could not be checked or read an error, what was not reached or handed in is skipped."""
    root = Xml.Element("testsuites", name=text(grading.title))
    for each in graded:
        for mark in each.marks:
            root.append(_suite(each, mark))
    counts = {name: str(sum(int(suite.attrib[name]) for suite in root)) for name in ("tests", "failures", "errors")}
    root.attrib.update(counts)
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _suite(graded: Graded, mark: Mark) -> Xml.Element:
    name = f"{graded.submission.name}: {mark.exercise.id}"
    seconds = f"{mark.result.seconds:.3f}" if mark.result else "0.000"
    suite = Xml.Element("testsuite", name=text(name), time=seconds)
    of = f"{graded.submission.key}.{mark.exercise.id.replace('/', '.')}"
    checks = mark.result.checks if mark.result and mark.result.outcome != "could_not_check" else []
    for check in checks:
        case = Xml.SubElement(suite, "testcase", name=text(check.line), classname=text(of), time="0.000")
        if check.outcome == "failed":
            message = f"expected {check.expected}; got {check.actual}"
            assert mark.result is not None
            Xml.SubElement(case, "failure", message=text(message), type="failed").text = text(said(mark.result))
        elif check.outcome == "not_reached":
            Xml.SubElement(case, "skipped", message="not reached")
    if not checks:
        case = Xml.SubElement(suite, "testcase", name=text(mark.exercise.title), classname=text(of), time="0.000")
        kind = "skipped" if mark.state == "not_handed_in" else "error"
        element = Xml.SubElement(case, kind, message=text(mark.why or WORDS[mark.state]))
        if kind == "error":
            element.set("type", mark.state)
    suite.set("tests", str(len(suite)))
    for attribute, tag in {"failures": "failure", "errors": "error", "skipped": "skipped"}.items():
        suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
    return suite


def text(value: str) -> str:
    return NOT_XML.sub("\N{MIDDLE DOT}", value)
