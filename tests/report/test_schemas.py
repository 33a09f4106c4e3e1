"""What others read is valid by the schemas that others published."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import jsonschema
import pytest
import xmlschema

from harness.report.badge import to_badge
from harness.report.github import workflow_commands
from harness.report.json import report_schema, to_json
from harness.report.junit import to_junit
from harness.report.sarif import to_sarif
from harness.results.run import Run
from tests.report.demo import demo, hostile, later

SCHEMAS = Path(__file__).parent / "schemas"
Make = Callable[[], Run]


def empty() -> Run:
    return replace(demo(), claims=(), definitions=(), checkers=(), gaps=())


RUNS = pytest.mark.parametrize("make", [demo, later, hostile, empty])


@cache
def junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd")


@cache
def sarif_validator() -> jsonschema.Draft4Validator:
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text("utf-8"))
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


@RUNS
def test_junit(make: Make) -> None:
    junit_schema().validate(to_junit(make()))


def test_junit_of_another_form_is_not_valid() -> None:
    assert not junit_schema().is_valid(re.sub("<(/?)failure", r"<\1broken", to_junit(demo())))


@RUNS
def test_sarif(make: Make) -> None:
    errors = sarif_validator().iter_errors(json.loads(to_sarif(make())))
    assert [error.message for error in errors] == []


def test_sarif_of_another_form_is_not_valid() -> None:
    log = json.loads(to_sarif(demo()))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not sarif_validator().is_valid(log)


@RUNS
def test_json(make: Make) -> None:
    jsonschema.validate(to_json(make()), report_schema())


def test_json_of_another_form_is_not_valid() -> None:
    data = to_json(demo())
    data["claims"][0]["status"] = "passed"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, report_schema())


@RUNS
def test_annotations_have_the_form_that_github_reads(make: Make) -> None:
    """`::error file=…,line=…,col=…,title=…::text`, with `%`, newlines, `:` and `,` encoded."""
    value = r"(?:[^%,:\r\n]|%[0-9A-F]{2})*"
    line = rf"::(?:error|warning) (?:\w+={value},)*\w+={value}::(?:[^%\r\n]|%[0-9A-F]{{2}})*"
    for found in workflow_commands(make()).splitlines():
        assert re.fullmatch(line, found), found


@RUNS
def test_the_badge_is_plain_svg(make: Make) -> None:
    root = xmlschema.XMLResource(to_badge(make())).root
    svg = "{http://www.w3.org/2000/svg}"
    names = {"svg", "title", "clipPath", "rect", "g", "text"}
    assert {element.tag for element in root.iter()} <= {svg + name for name in names}
    assert not any("href" in name for element in root.iter() for name in element.attrib)
