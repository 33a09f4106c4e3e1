"""The JavaScript around the WebAssembly module, made small, quick and closed.

The build's own `lean.js` is 89 MB and takes minutes: nearly all of it are assignments of exports
that nothing reads, and it looks symbols up by searching a list of 200,000. Each change below names
the one place that it replaces; a file in which that place is not found exactly once is refused.
"""

from __future__ import annotations

import re
from hashlib import sha256
from importlib.resources import files

_BOUNDARY = "function assignWasmExports(wasmExports){"
_ASSIGNMENT = re.compile(r'(\w+)=(?:Module\["\w+"\]=)?wasmExports\["[^"]+"\](?:\.value)?;?')
_TABLE = re.compile(
    r'__indirect_function_table=Module\["__indirect_function_table"\]='
    r'wasmTable=wasmExports\["__indirect_function_table"\];'
)

# (what it is for, the place, what stands there instead)
_CHANGES: tuple[tuple[str, str, str], ...] = (
    (
        "Symbols are looked up by name, not by searching all names; their numbers, which threads "
        "tell each other, are those of the export list.",
        "newSymIndex=Object.keys(lib.exports).indexOf(symbol);if(newSymIndex==-1||",
        "if(!lib.exports[symbol]||",
    ),
    (
        "The same.",
        "(growMemViews(),HEAPU32)[symbolIndex>>2]=newSymIndex}}return result}",
        "(growMemViews(),HEAPU32)[symbolIndex>>2]=exportNumber(symbol)}}return result}",
    ),
    (
        "The same.",
        "var symName=Object.keys(symDict)[symbolIndex];",
        "var symName=exportNames()[symbolIndex];",
    ),
    (
        "Exports are found through the prototype instead of being copied one by one.",
        "var mergeLibSymbols=(exports,libName)=>{for(var[sym,exp]of Object.entries(exports)){const "
        "setImport=target=>{if(!isSymbolDefined(target)){wasmImports[target]=exp}};setImport(sym);"
        'const main_alias="__main_argc_argv";if(sym=="main"){setImport(main_alias)}'
        'if(sym==main_alias){setImport("main")}}};',
        "var mergeLibSymbols=exports=>{for(var name of Object.keys(wasmImports)){"
        "if(wasmImports[name]?.stub&&name in exports)delete wasmImports[name]}"
        "Object.setPrototypeOf(wasmImports,exports);"
        'wasmImports["main"]??=exports["__main_argc_argv"]};',
    ),
    (
        "The global offset table gets the entries that somebody reads.",
        'GOT[symName]??=new WebAssembly.Global({value:"i32",mutable:true});'
        "GOT[symName].value=newValue",
        "if(GOT[symName])GOT[symName].value=newValue",
    ),
    (
        "Threads are made ready while the main one starts; it does not wait for them.",
        "addOnPreRun(async()=>{var pthreadPoolReady=PThread.loadWasmModuleToAllWorkers();"
        'addRunDependency("loading-workers");await pthreadPoolReady;'
        'removeRunDependency("loading-workers")});',
        "addOnPreRun(()=>{PThread.loadWasmModuleToAllWorkers()});",
    ),
    ("As many as asked for.", "var pthreadPoolSize=4;", 'var pthreadPoolSize=Module["threads"];'),
    (
        "A thread gets the runner's settings, and a stack on which a deep term fits.",
        "new Worker(pthreadMainJs,{workerData",
        "new Worker(pthreadMainJs,{argv:process.argv.slice(2),"
        "resourceLimits:{stackSizeMb:64},workerData",
    ),
    (
        "The library is read by the thread that wants it (see reads.js).",
        "function getWasmImports(){assignWasmImports();",
        "function getWasmImports(){assignWasmImports();readLibraryHere(wasmImports);",
    ),
    (
        "No program is started.",
        'var cp=require("child_process");',
        "return 1;var cp;",
    ),
    (
        "A flag that needs no deprecated interface.",
        'process.binding("constants")["fs"]',
        "fs.constants",
    ),
)

# What `main` does first: it would mount /home and /tmp and change to the process's own folder.
_MOUNTS = re.compile(
    r"(\d+:\(\)=>\{)var isNode=typeof process[^}]*?if\(isNode\)\{var lean_path=.*?\}"
    r"(?=\},\d+:\(\)=>)"
)
_TRACE = re.compile(r"console\.(?:log|error)\((?=\"\[DEBUG)")

_HELPERS = (
    "var exportNames=()=>exportNames.list??=Object.keys(wasmExports);"
    "var exportNumber=name=>(exportNumber.map??="
    "new Map(exportNames().map((name,i)=>[name,i]))).get(name);"
)


class UnknownGlue(ValueError):
    """This is not the file that the changes were written for."""


def reads_source() -> str:
    """The JavaScript that reads the library in the thread that asks for it."""
    return files("harness.lean.embedded").joinpath("reads.js").read_text(encoding="utf-8")


def recipe() -> str:
    """A fingerprint of what is done to the build's own files."""
    parts = [*(place + instead for _, place, instead in _CHANGES), _HELPERS, _MOUNTS.pattern]
    return sha256("\0".join([*parts, reads_source()]).encode()).hexdigest()[:12]


def prepare(glue: str) -> str:
    """The build's `lean.js` with everything applied. Raises UnknownGlue."""
    glue = _without_unread_exports(glue)
    for _, place, instead in _CHANGES:
        glue = _replaced(glue, place, instead)
    glue, mounts = _MOUNTS.subn(lambda found: found[1], glue)
    if mounts != 1:
        raise UnknownGlue("the start of main is not where it was")
    glue = _TRACE.sub("void(", glue)
    return _replaced(
        glue,
        "var wasmImports;function assignWasmImports(){",
        f"var wasmImports;{_HELPERS}{reads_source()}\nfunction assignWasmImports(){{",
    )


def _replaced(glue: str, place: str, instead: str) -> str:
    if glue.count(place) != 1:
        raise UnknownGlue(f"not found exactly once: {place[:60]}")
    return glue.replace(place, instead)


def _without_unread_exports(glue: str) -> str:
    """Drop the declaration and the assignment of each export that the rest never mentions."""
    if glue.count(_BOUNDARY) != 1:
        raise UnknownGlue("exports are not assigned where they were")
    assignments = glue.index(_BOUNDARY)
    declared = glue.rindex(";var ", 0, assignments)
    body = assignments + len(_BOUNDARY)
    end = glue.index("}", body)
    rest = glue[:declared] + glue[end:]
    mentioned = set(re.findall(r"[A-Za-z_$][\w$]*", rest))
    table = _TABLE.search(glue, body, end)
    if table is None:
        raise UnknownGlue("the function table is not assigned where it was")
    kept = {"wasmTable": table[0]}
    position = body
    while position < end:
        found = table if position == table.start() else _ASSIGNMENT.match(glue, position, end)
        if found is None:
            raise UnknownGlue("an export is assigned in a way that is not known")
        if found is not table and found[1] in mentioned:
            kept[found[1]] = found[0].rstrip(";") + ";"
        position = found.end()
    names = ",".join(dict.fromkeys(["_main", *kept]))
    return f"{glue[:declared]};var {names};{_BOUNDARY}{''.join(kept.values())}{glue[end:]}"
