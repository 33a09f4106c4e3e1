"""House rules that a machine can see: which way imports point, and what engines may not know."""

import ast
import io
import subprocess
import sys
import time
import tokenize
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HARNESS = ROOT / "harness"
SOURCES = sorted(HARNESS.rglob("*.py"))

# Each part may import the parts before it in its chain, and nothing to the right.
MAY_IMPORT = {
    "diagnostics": set(),
    "extras": set(),
    "files": set(),
    "kernel": set(),
    "keeping": {"files", "lifetime", "plain"},
    "threads": set(),
    "lifetime": {"threads"},
    "language": {"diagnostics"},
    "claims": {"diagnostics", "language"},
    "evidence": {"diagnostics"},
    "plain": set(),
    "lattice": {"language", "evidence"},
    "verdict": {"evidence"},
    "arrays": {"extras", "language", "claims"},
    "cost": {"language", "claims"},
    "folds": {
        *("language", "claims", "evidence", "arrays", "cost", "instances"),
        *("numeric", "necessity"),
    },
    "results": {
        *("diagnostics", "plain", "language", "claims", "evidence", "lattice", "verdict"),
        *("cost", "folds", "mutation", "run", "lifetime"),
    },
    "report": {
        *("diagnostics", "plain", "language", "evidence", "lattice", "verdict", "folds", "results"),
        "checkpoints",
    },
    "lean": {
        *("diagnostics", "files", "keeping", "kernel", "language", "claims", "evidence", "arrays"),
        "lifetime",
    },
    "instances": {"language", "claims", "evidence", "arrays"},
    "symbolic": {"language", "claims", "evidence", "arrays", "instances"},
    "numeric": {"language", "claims", "evidence", "arrays", "instances"},
    "necessity": {
        *("diagnostics", "plain", "language", "claims", "evidence", "lattice"),
        *("arrays", "instances", "symbolic", "numeric"),
    },
    "implementations": {"language", "claims", "evidence", "arrays", "instances"},
    "checkpoints": {"diagnostics", "claims", "implementations", "numeric"},
    "programs": {"extras", "language", "claims", "evidence", "arrays", "numeric"},
    "cache": {"evidence", "keeping"},
    "isolation": {"claims", "evidence", "lifetime", "threads"},
    "plan": {"keeping", "language", "claims", "evidence", "cache", "isolation"},
    "run": {"diagnostics", "claims", "evidence", "cache", "isolation", "plan", "lean"},
    "sweep": {
        "diagnostics",
        "language",
        "claims",
        "evidence",
        "verdict",
        "arrays",
        "numeric",
        "cache",
        "extras",
        "isolation",
        "keeping",
        "lifetime",
    },
    "progress": {"evidence", "run"},
    "mutation": {
        *("diagnostics", "keeping", "language", "claims", "evidence", "verdict"),
        *("lean", "cache", "isolation", "run"),
    },
}
OUTERMOST = {"__main__", "api", "cli", "pytest_plugin", "conformance", "start"}


def part(path: Path) -> str:
    return path.relative_to(HARNESS).parts[0].removesuffix(".py")


def imported_parts(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("harness."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("harness."):
                    found.add(alias.name.split(".")[1])
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(HARNESS).as_posix())
def test_imports_point_one_way(path: Path) -> None:
    own = part(path)
    if own in OUTERMOST or own == "__init__":
        return
    assert own in MAY_IMPORT, f"harness/{own} has no place in the house yet: say what it may import"
    assert imported_parts(path) - {own} <= MAY_IMPORT[own]


def imports_of_files() -> dict[str, set[str]]:
    """Which files each file imports, also where that is for the types alone."""
    names = {
        ".".join(p.relative_to(HARNESS).with_suffix("").parts).removesuffix(".__init__")
        for p in SOURCES
    }
    found = {}
    for path in SOURCES:
        own = ".".join(path.relative_to(HARNESS).with_suffix("").parts).removesuffix(".__init__")
        imported = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("harness."):
                base = (node.module or "").removeprefix("harness.")
                deeper = (f"{base}.{alias.name}" for alias in node.names)
                imported |= {name if name in names else base for name in deeper}
        found[own] = (imported & names) - {own}
    return found


def circle_of(name: str, imports: dict[str, set[str]]) -> set[str]:
    """Everything that `name` reaches and is reached from; empty where it is in no circle."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            new = imports[waiting.pop()] - seen
            seen |= new
            waiting += new
        return seen

    return {other for other in reached(name) if name in reached(other)}


def test_a_circle_of_files_is_found() -> None:
    imports = {"a": {"b"}, "b": {"c"}, "c": {"b"}}
    assert [circle_of(name, imports) for name in "abc"] == [set(), {"b", "c"}, {"b", "c"}]


def test_files_import_each_other_in_no_circle() -> None:
    imports = imports_of_files()
    for name in imports:
        circle = circle_of(name, imports)
        assert not circle, circle


def test_folders_import_each_other_in_no_circle() -> None:
    """The files that lie in a room itself count one by one; so do those outside of all rooms."""
    imports = imports_of_files()
    folders = {".".join(p.parent.relative_to(HARNESS).parts) for p in SOURCES}

    def place(name: str) -> str:
        folder = name if name in folders else name.rpartition(".")[0]
        return folder if "." in folder else name

    found: dict[str, set[str]] = {}
    for name, others in imports.items():
        found.setdefault(place(name), set()).update({place(o) for o in others} - {place(name)})
    for name in found:
        circle = circle_of(name, found)
        assert not circle, circle


@cache
def forbidden_words() -> set[str]:
    """Names of the package's theorems, definitions and matrices: for specs, not for engines."""
    from harness.claims.project import load_project

    project = load_project(ROOT)
    words = {claim.theorem for claim in project.claims} | set(project.library.definitions)
    for claim in project.claims:
        words |= {p.name for p in claim.parameters if p.is_explicit and len(p.name) > 1}
    # `scores`, `pos`, `group` and `exp` are words of mathematics that any code may use.
    return (words | {"R", "Θ"}) - {"pos", "exp", "group", "scores", "weights", "softmax"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(HARNESS).as_posix())
def test_engines_know_no_theorem_by_name(path: Path) -> None:
    if part(path) in {"implementations", "checkpoint"}:
        return
    words = forbidden_words()
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {
        node.body[0].value.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and ast.get_docstring(node) is not None
        and isinstance(node.body[0], ast.Expr)
    }
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type == tokenize.NAME:
            assert token.string not in words, f"line {token.start[0]}"
        elif token.type == tokenize.STRING and token.start[0] not in docstrings:
            text = token.string.strip("'\"rbf")
            assert text not in words, f"line {token.start[0]}"


def test_help_answers_at_once() -> None:
    """A generous bound: the point is that no engine is imported, which takes a second or more."""
    script = (
        "import sys; from harness.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'sympy', 'yaml', 'jinja2', 'rich', 'jsonschema'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert time.perf_counter() - start < 10


def test_no_unsafe_reading_of_data() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                assert name not in {"eval", "exec", "sympify", "parse_expr", "yaml.load"}, (
                    f"{path}:{node.lineno}"
                )
                assert name.split(".")[-1] not in {"sympify", "parse_expr"}, path


def test_no_file_is_unpickled() -> None:
    """Objects travel between processes of one run as objects; what lies in a file is data."""
    travelling = {HARNESS / "isolation.py", HARNESS / "sweep/work.py", HARNESS / "sweep/chunks.py"}
    for path in set(SOURCES) - travelling:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names.append(node.module)
            roots = {name.split(".")[0] for name in names}
            assert not roots & {"pickle", "shelve", "marshal", "dill", "joblib", "diskcache"}, path


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    names = [n for n in listed.stdout.split("\0") if n]
    return names or pytest.skip("not a git checkout")


def test_a_checkout_on_windows_has_the_same_bytes(tmp_path: Path) -> None:
    """Places and digests are counted in them; `.gitattributes` says so."""
    there = [name for name in tracked() if (ROOT / name).is_file()]
    checkout = ["git", "-c", "core.autocrlf=true", "checkout-index", "-aq"]
    subprocess.run([*checkout, f"--prefix={tmp_path}/"], cwd=ROOT, check=True)
    ends = {name: (ROOT / name).read_bytes().count(b"\r\n") for name in there}
    found = {
        n: (tmp_path / n).read_bytes().count(b"\r\n") for n in there if (tmp_path / n).exists()
    }
    assert found
    assert [name for name in found if found[name] != ends[name]] == []


def test_the_project_speaks_of_the_project_alone() -> None:
    """No machine's paths and no registry's address in anything that is tracked."""
    words = [
        "/" + "work/",
        "registry." + "npmjs",
        "files." + "pythonhosted",
        "pypi." + "org/simple",
    ]
    for name in tracked():
        path = ROOT / name
        if path.suffix in {".png", ".svg"} or not path.is_file():
            continue
        text = path.read_text("utf-8", errors="replace")
        assert not [word for word in words if word in text], name
