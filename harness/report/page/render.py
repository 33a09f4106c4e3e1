"""The page from its templates, with a content-security policy that admits only itself."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness.evidence import Leg, Outcome
from harness.report import shapes
from harness.report.faults import alike, faults, told_apart
from harness.report.history import failing_since
from harness.report.page import (
    changes,
    chart,
    checker,
    counterexample,
    drift,
    evidence,
    flow,
    gaps,
    graph,
    highlight,
    mathematics,
    opening,
    parts,
    programs,
    sketch,
    trend,
    uses,
    words,
)
from harness.report.page.parcel import LIMIT, Parcel
from harness.results.run import Run
from harness.results.subject import word
from harness.verdict import Status


def render(run: Run) -> str:
    """The page for `run`."""
    script = _asset("page.js")
    return filled(
        "page.html.j2", script, run=run, parcel=Parcel(), is_long=len(run.subjects) > LIMIT
    )


def filled(template: str, script: str = "", **values: Any) -> str:
    """A page from a template, with the style that all pages have, and a script if it needs one."""
    style = _style()
    return (
        _environment()
        .get_template(template)
        .render(
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            policy=content_security_policy(style, script),
            **values,
        )
    )


def content_security_policy(style: str, script: str) -> str:
    """Nothing may be loaded, sent or run but this style with its font and this script."""
    rules = {
        "default-src": "'none'",
        "style-src": f"'{_digest(style)}'",
        "script-src": f"'{_digest(script)}'",
        "font-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def _style() -> str:
    """The style, with the font that it names put in."""
    font = files("harness.report").joinpath("templates", "fonts", "mathematics.woff2").read_bytes()
    return _asset("page.css").replace("MATHEMATICS", b64encode(font).decode(), 1)


@cache
def _asset(name: str) -> str:
    return files("harness.report").joinpath("templates", name).read_text("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("harness.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        scalars=mathematics.scalars(), Leg=Leg, Outcome=Outcome, Status=Status, word=word
    )
    environment.filters.update(
        anchor=words.anchor,
        breakable=words.breakable,
        css_class=words.css_class,
        duration=words.duration,
        moment=words.moment,
        number=words.number,
        prose=words.prose,
        rational=words.rational,
        humanised=words.humanised,
        mathematics=mathematics.safe,
        printed_name=mathematics.name,
        lean=highlight.lean,
        yaml=highlight.yaml,
        pair=parts.pair,
        shape=shapes.shape,
        changes_by_kind=changes.by_kind,
        checker_table=checker.table,
        slug=checker.slug,
        compact=evidence.compact,
        drifted=drift.drifted,
        programs=programs.programs,
        facts=evidence.facts,
        side_by_side=evidence.side_by_side,
        is_short=shapes.is_short,
        record=evidence.record,
        gaps_by_kind=gaps.by_kind,
        graph=graph.graph,
        faults=faults,
        alike=alike,
        told_apart=told_apart,
        told=opening.told,
        target=opening.target,
        place=opening.place,
        leading=opening.leading,
        checked=opening.checked,
        flowing=flow.flowing,
        sketch=sketch.of_subject,
        histogram=chart.histogram,
        growth=chart.growth,
        sides=counterexample.sides,
        shares=chart.shares,
        ranked=uses.ranked,
        trend=trend.trend,
        failing_since=failing_since,
    )
    return environment
