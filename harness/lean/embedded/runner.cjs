"use strict";
// Runs one Lean command line, and ends with its exit code.
//
//   node runner.cjs SETTINGS
//
// SETTINGS is JSON: `toolchain` (the folder with lean.js, lean.wasm and lib), `arguments`,
// `environment`, `threads`, `folder` (where Lean is to stand) and `mounts`, each with `at` (the
// name Lean knows it by), `from` (the folder on disk), `writable` and `watched`. Lean sees nothing
// else of the disk. `instead` has for some files others that are read in their place, and `reads`
// a file for what was looked for in the watched folders, or null. Threads load this file again.
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");
const { isMainThread } = require("node:worker_threads");

const READ_ONLY = 69; // the number that Emscripten knows EROFS by
const HOME = "/.lean-toolchain";

const settings = JSON.parse(process.argv[2]);
const library = { at: `${HOME}/lib/lean`, from: path.join(settings.toolchain, "lib") };

// The glue's own `require`: nothing that reaches the network or starts a program.
function offered(name) {
  if (["fs", "util", "crypto", "os", "worker_threads"].includes(name)) return require(name);
  throw new Error(`not offered to Lean: ${name}`);
}

// Keeps Lean from changing what it was given to read.
function guard(Module) {
  const { node_ops: nodes, stream_ops: streams } = Module.NODEFS;
  const refuse = (node) => {
    if (!node.mount.opts.writable) throw new Module.FS.ErrnoError(READ_ONLY);
  };
  const wrap = (table, name, check) => {
    const usual = table[name];
    table[name] = (...words) => {
      check(...words);
      return usual(...words);
    };
  };
  for (const name of ["mknod", "unlink", "rmdir", "symlink", "setattr"]) {
    wrap(nodes, name, refuse);
  }
  wrap(nodes, "rename", (from, folder) => {
    refuse(from);
    refuse(folder);
  });
  wrap(streams, "setattr", (stream) => refuse(stream.node));
  wrap(streams, "open", (stream) => {
    if (stream.isWrite) refuse(stream.node);
  });
}

// Has Lean read other files in the place of some.
function replaceFiles({ NODEFS }) {
  const instead = new Map(Object.entries(settings.instead));
  const usual = NODEFS.realPath;
  NODEFS.realPath = (node) => instead.get(usual(node)) ?? usual(node);
}

// Writes down what is looked for in the watched folders, and what was found, before Lean gets it:
// a line for each path and each list of a folder. See harness/lean/reads.py.
function watch({ NODEFS }) {
  if (!settings.reads) return;
  const file = fs.openSync(settings.reads, "a");
  const known = new Set();
  const sha256 = (content) => crypto.createHash("sha256").update(content).digest("hex");
  const say = (kind, place, look) => {
    const key = `${kind} ${place}`;
    if (known.has(key)) return;
    known.add(key);
    let found = "absent";
    try {
      found = look(place);
    } catch {}
    fs.writeSync(file, `${JSON.stringify([kind, place, found])}\n`);
  };
  const state = (place) => {
    const found = fs.lstatSync(place);
    if (found.isSymbolicLink()) return `link ${fs.readlinkSync(place)}`;
    if (found.isDirectory()) return "folder";
    return found.isFile() ? sha256(fs.readFileSync(place)) : "other";
  };
  const list = (place) => {
    const names = fs.readdirSync(place, { encoding: "buffer" }).sort(Buffer.compare);
    return sha256(Buffer.concat(names.flatMap((name) => [name, Buffer.from([0])])));
  };
  const { lookup, readdir } = NODEFS.node_ops;
  NODEFS.node_ops.lookup = (parent, name) => {
    if (parent.mount.opts.watched) {
      say("path", path.join(NODEFS.realPath(parent), name), state);
    }
    return lookup(parent, name);
  };
  NODEFS.node_ops.readdir = (node) => {
    if (node.mount.opts.watched) {
      say("list", NODEFS.realPath(node), list);
    }
    return readdir(node);
  };
}

function mount(Module) {
  guard(Module);
  replaceFiles(Module);
  const { FS, NODEFS, ENV } = Module;
  FS.mkdirTree(`${HOME}/bin`);
  for (const { at, from, ...rights } of [library, ...settings.mounts]) {
    FS.mkdirTree(at);
    FS.mount(NODEFS, { root: from, ...rights }, at);
  }
  // From here on: what is looked for to mount the folders is not asked by Lean.
  watch(Module);
  FS.chdir(settings.folder);
  // The build is instrumented, and would leave a profile in the current folder.
  Object.assign(ENV, { LEAN_SYSROOT: HOME, LLVM_PROFILE_FILE: "/dev/null" }, settings.environment);
}

let lean;

function start(Module) {
  lean = Module;
  const glue = path.join(settings.toolchain, "lean.js");
  const names = ["Module", "require", "__filename", "__dirname", "module"];
  const run = vm.compileFunction(fs.readFileSync(glue, "utf8"), names, { filename: glue });
  // Lean takes its program's place from __filename.
  run(Module, offered, `${HOME}/bin/lean`, settings.toolchain, undefined);
}

// C++ throws the address of an exception, and the glue knows how to read its words there.
function reason(error) {
  if (error instanceof Error) return String(error);
  try {
    return lean.getExceptionMessage(error).join(": ");
  } catch {
    return "an exception that Lean did not catch";
  }
}

// Whatever is thrown past Lean ends all threads at once: while the main one waits for another it
// does not hear that the other has died.
process.prependListener("uncaughtException", (error) => {
  fs.writeSync(2, `Lean died: ${reason(error)}\n`);
  process.kill(process.pid, "SIGKILL");
});

if (isMainThread) {
  const Module = {
    library,
    arguments: settings.arguments,
    threads: settings.threads,
    thisProgram: `${HOME}/bin/lean`,
    mainScriptUrlOrBlob: __filename,
    locateFile: (name) => path.join(settings.toolchain, name),
    preRun: [() => mount(Module)],
  };
  start(Module);
} else {
  start({ library });
}
