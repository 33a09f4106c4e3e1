"""Runs a program that ends when whoever started this does.

    python -I -S tether.py FD PROGRAM ARGUMENT…

FD is the reading end of a pipe whose other end the starter alone holds: when it ends, however it
ends, everything in this process group does. Imports little, since each run of Lean waits for it.
"""

import _thread
import os
import signal
import sys


def _watch(pipe: int) -> None:
    while os.read(pipe, 1):
        pass
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """The program's exit code or signal becomes this one's."""
    pipe, command = int(sys.argv[1]), sys.argv[2:]
    os.set_inheritable(pipe, False)
    try:
        program = os.posix_spawnp(command[0], command, os.environ)
    except OSError:
        os._exit(126)
    _thread.start_new_thread(_watch, (pipe,))
    code = os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])
    if code < 0:
        if -code not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


if __name__ == "__main__":
    main()
