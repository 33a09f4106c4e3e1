
// Reads of Lean's own library, done in the thread that asks for them.
//
// Emscripten sends every file operation of a thread to the main thread and waits, about half a
// millisecond each; importing Lean takes 18,000 of them. The library never changes and everyone
// may read it, so a thread opens its files itself. Descriptors from `firstOwn` on belong to the
// thread that opened them.
function readLibraryHere(imports) {
  var firstOwn = 1 << 28;
  var own = new Map();
  var inside = Module["library"].at + "/";
  var outside = Module["library"].from;

  function onDisk(pointer) {
    var path = UTF8ToString(pointer);
    return path.startsWith(inside) && !path.includes("/../")
      ? outside + path.slice(inside.length - 1)
      : undefined;
  }

  function opened(descriptor) {
    if (descriptor < firstOwn) return undefined;
    var file = own.get(descriptor);
    if (!file) throw new Error("a thread used the file of another");
    return file;
  }

  // `ours` returns undefined for what is not its business.
  function replace(name, ours) {
    var usual = imports[name];
    imports[name] = (...words) => {
      var answer = ours(...words);
      return answer === undefined ? usual(...words) : answer;
    };
    imports[name].sig = usual.sig;
  }

  replace("__syscall_stat64", (path, buffer) => {
    var name = onDisk(path);
    if (!name) return undefined;
    var found = fs.statSync(name, { throwIfNoEntry: false });
    return found ? SYSCALLS.writeStat(buffer, found) : -44; // no such file
  });
  replace("__syscall_openat", (folder, path, flags) => {
    var name = flags & 3 ? undefined : onDisk(path);
    if (!name) return undefined;
    try {
      var handle = fs.openSync(name, "r");
    } catch (error) {
      if (error.code === "ENOENT") return -44;
      throw error;
    }
    own.set(firstOwn + handle, { handle, position: 0 });
    return firstOwn + handle;
  });
  replace("__syscall_fstat64", (descriptor, buffer) => {
    var file = opened(descriptor);
    return file && SYSCALLS.writeStat(buffer, fs.fstatSync(file.handle));
  });
  replace("fd_read", (descriptor, vectors, count, result) => {
    var file = opened(descriptor);
    if (!file) return undefined;
    growMemViews();
    var total = 0;
    for (var i = 0; i < count; i++, vectors += 8) {
      var to = HEAPU32[vectors >> 2];
      var size = HEAPU32[(vectors + 4) >> 2];
      if (!size) continue;
      var read = fs.readSync(file.handle, HEAPU8, to, size, file.position);
      file.position += read;
      total += read;
      if (read < size) break;
    }
    HEAPU32[result >> 2] = total;
    return 0;
  });
  replace("fd_seek", (descriptor, offset, whence, result) => {
    var file = opened(descriptor);
    if (!file) return undefined;
    var from = [0, file.position, fs.fstatSync(file.handle).size][whence];
    file.position = from + Number(offset);
    growMemViews();
    HEAP64[result >> 3] = BigInt(file.position);
    return 0;
  });
  replace("fd_close", (descriptor) => {
    var file = opened(descriptor);
    if (!file) return undefined;
    fs.closeSync(file.handle);
    own.delete(descriptor);
    return 0;
  });
}
