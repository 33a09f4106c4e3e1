"""The package as others get it: a wheel in a fresh environment, on a project of their own."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ISOMETRY = ROOT / "tests" / "fixtures" / "isometry"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the working tree without a look at any registry."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run([*pip, "wheel", *options, str(ROOT)], check=True)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands of a fresh environment lie, in which the wheel is installed.

    Its dependencies are those of this environment; the harness itself is not.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", str(wheel)], check=True)
    place = sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
    # A folder that a .pth file names has no .pth files of its own: the editable harness stays out.
    Path(place, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(ISOMETRY, tmp_path / "isometry")
    return tmp_path / "isometry"


def run(
    program: Path, *arguments: str, project: Path, timeout: float = 900
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST"))}
    command = [str(program), *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=project, env=environment, stdout=pipe, stderr=pipe, text=True
    ) as process:
        try:
            output, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            columns = "pid,ppid,stat,etime,time,wchan:20,args"
            shown = subprocess.run(["ps", "-eo", columns], capture_output=True, text=True)
            process.terminate()
            output, errors = process.communicate()
            pytest.fail(f"no end after {timeout:g} s\n{shown.stdout}\n{output}\n{errors}")
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "harness"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    tracked = {name for name in listed.stdout.split("\0") if (ROOT / name).is_file()}
    if not tracked:
        pytest.skip("not a git checkout")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    assert tracked - inside == set()
    assert {name.split("/")[0] for name in inside if "dist-info" not in name} == {"harness"}


def test_it_is_the_installed_one_that_runs(scripts: Path, project: Path) -> None:
    done = run(scripts / "python", "-c", "import harness; print(harness.__file__)", project=project)
    assert Path(done.stdout.strip()).is_relative_to(scripts.parent)
    done = run(scripts / "harness", "list", project=project)
    assert (done.returncode, done.stderr) == (0, "")
    assert "flip_compose  (specs/flip_compose.yaml)" in done.stdout


def test_pytest_collects_a_strangers_specifications(scripts: Path, project: Path) -> None:
    """By the entry point alone: there is no conftest.py, and no setting."""
    pytest_ = [str(scripts / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    chosen = ["specs", "-m", "symbolic", "-k", "flip_compose or squaredLength"]
    done = run(Path(pytest_[0]), *pytest_[1:], *chosen, project=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


@pytest.mark.lean
def test_a_second_project_is_confirmed_and_refuted_when_a_hypothesis_is_dropped(
    scripts: Path, project: Path
) -> None:
    files = ["--html", "out/report.html", "--json", "out/report.json"]
    done = run(scripts / "harness", "check", *files, project=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project / "out" / "report.html").stat().st_size > 10_000

    spec = project / "specs" / "inner_invariant.yaml"
    text = spec.read_text("utf-8")
    dropped = text.replace("assume:\n  orthogonal: Aᵀ @ A = 1\n", "")
    assert dropped != text
    spec.write_text(dropped, "utf-8")
    done = run(scripts / "harness", "check", "--leg", "mirror", project=project)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "✗ inner_invariant" in done.stdout
