"""Hides what only POSIX systems have, in every interpreter that finds this folder on its path.

What Python itself and other libraries need of it on this system they have bound before; a program that names it fails.
"""

import multiprocessing
import os
import signal
import sys

import numpy  # noqa: F401
import psutil  # noqa: F401 - of each system it loads that system's own half

MODULES = ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty")
NAMES = {
    os: "fork forkpty getegid geteuid getgid getgroups getloadavg getpgid getpgrp getsid getuid killpg mkfifo nice "
    "posix_spawn sched_getaffinity sched_setaffinity setpgid setsid statvfs sysconf uname wait3 wait4",
    signal: "SIGALRM SIGCHLD SIGCONT SIGHUP SIGPIPE SIGQUIT SIGSTOP SIGTSTP SIGUSR1 SIGUSR2 alarm "
    "pthread_kill pthread_sigmask setitimer siginterrupt sigwait",
}

for module in MODULES:
    sys.modules[module] = None  # type: ignore[assignment]
for holder, names in NAMES.items():
    for name in names.split():
        if hasattr(holder, name):
            delattr(holder, name)

METHODS = ["spawn"]
multiprocessing.get_all_start_methods = lambda: METHODS  # type: ignore[method-assign]
get_context = multiprocessing.get_context


def get_some_context(method: str | None = None) -> object:
    """As the original, where there is no fork."""
    if method not in (None, *METHODS):
        raise ValueError(f"cannot find context for {method!r}")
    return get_context("spawn")


multiprocessing.get_context = get_some_context  # type: ignore[assignment]
