"""What Lean prints becomes messages, and nothing else does."""

import json

from harness.lean.messages import Message, parse_lake, parse_output, without_noise
from harness.plain import from_plain, to_plain


def line(**changes: object) -> str:
    data = {
        "severity": "error",
        "pos": {"line": 4, "column": 53},
        "endPos": {"line": 4, "column": 58},
        "fileName": "A/B.lean",
        "data": "omega could not prove the goal\n",
        "kind": "[anonymous]",
    }
    return json.dumps(data | changes) + "\n"


def test_columns_count_from_one() -> None:
    messages, rest = parse_output(line())
    expected = Message("A/B.lean", 4, 54, "error", "omega could not prove the goal", 4, 59)
    assert messages == (expected,)
    assert rest == ""
    assert str(messages[0]) == "A/B.lean:4:54: error: omega could not prove the goal"


def test_a_message_may_have_no_end() -> None:
    (message,), _ = parse_output(line(endPos=None, severity="warning"))
    assert (message.end_line, message.end_column, message.is_error) == (None, None, False)


def test_what_is_not_a_message_is_kept() -> None:
    others = [
        "a word\n",
        "{not json\n",
        '{"severity": "error"}\n',
        "[1, 2]\n",
        line(severity="fatal"),
        line(pos={"line": "x", "column": 0}),
        '{"severity": []}\n',
        "no newline at the end",
    ]
    messages, rest = parse_output("".join([others[0], line(), *others[1:]]))
    assert len(messages) == 1
    assert rest == "".join(others)


def test_messages_survive_json() -> None:
    (message,), _ = parse_output(line())
    assert from_plain(json.loads(json.dumps(to_plain(message))), Message) == message


def test_the_trace_of_the_embedded_build_is_left_out() -> None:
    printed = (
        "[DEBUG:I] fileName = A.lean\n"
        "  - /.lean-toolchain/lib/lean/Init/Core.olean\n"
        "  mainModule? = true\n"
        "no such file or directory (error code: 44)\n"
        "  file: A.lean\n"
    )
    assert without_noise(printed) == "no such file or directory (error code: 44)\n  file: A.lean\n"


def test_lake_speaks_in_text() -> None:
    printed = """\
✖ [2/3] Building A.B
trace: .> LEAN_PATH=… lean A/B.lean
warning: ./././A/B.lean:7:8: declaration uses `sorry`
error: A/B.lean:4:53: omega could not prove the goal:
a possible counterexample may satisfy the constraints
  c ≥ 0
error: Lean exited with code 1
Some required targets logged failures:
- A.B
error: build failed
"""
    assert parse_lake(printed) == (
        Message("A/B.lean", 7, 9, "warning", "declaration uses `sorry`"),
        Message(
            "A/B.lean",
            4,
            54,
            "error",
            "omega could not prove the goal:\n"
            "a possible counterexample may satisfy the constraints\n  c ≥ 0",
        ),
        Message("", 0, 0, "error", "Lean exited with code 1"),
        Message("", 0, 0, "error", "build failed"),
    )


def test_a_good_lake_build_says_nothing() -> None:
    assert parse_lake("✔ [2/3] Built A.B (1.2s)\nBuild completed successfully (3 jobs).\n") == ()
