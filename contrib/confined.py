#!/usr/bin/python3
"""Runs a program under what contrib/notarium.service allows, as far as that goes without systemd: confined.py UNIT USER COMMAND...

Applied are: the system calls (SystemCallFilter=, by the lists that this machine's systemd-analyze prints, and
SystemCallErrorNumber=), the address families, MemoryDenyWriteExecute=, no capabilities, NoNewPrivileges=, LimitCORE=, UMask=. Not
applied is what hides files, devices, processes and addresses (Protect*=, Private*=, IPAddress*=). Needs root, systemd-analyze and
the package python3-seccomp.
"""

import ctypes
import errno
import mmap
import os
import pwd
import resource
import subprocess
import sys

import seccomp

PR_SET_NO_NEW_PRIVS = 38
SHM_EXEC = 0o100000


def expanded(names):
    """System calls in a list of names and of groups of systemd."""
    calls = set()
    for name in names:
        if not name.startswith("@"):
            calls.add(name)
            continue
        listed = subprocess.run(["systemd-analyze", "syscall-filter", name], check=True, capture_output=True, text=True).stdout
        calls |= expanded(line.strip() for line in listed.splitlines()[1:] if line.strip() and not line.strip().startswith("#"))
    return calls


def settings(unit):
    with open(unit, encoding="utf-8") as lines:
        return [line.strip().split("=", 1) for line in lines if "=" in line and not line.startswith("#")]


def allowed_calls(unit):
    allowed = set()
    for value in [value for name, value in unit if name == "SystemCallFilter"]:
        names = value.lstrip("~").split()
        allowed = allowed - expanded(names) if value.startswith("~") else allowed | expanded(names)
    return allowed


def build(unit):
    wanted = dict(unit)
    refused = seccomp.ERRNO(getattr(errno, wanted["SystemCallErrorNumber"]))
    families = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
    families = [families[name] for name in wanted["RestrictAddressFamilies"].split()]
    allowed = allowed_calls(unit) | {"execve"}
    if wanted["MemoryDenyWriteExecute"] != "yes":
        sys.exit("the unit does not deny memory that is written and executed")
    rules = seccomp.SyscallFilter(defaction=refused)
    for call in sorted(allowed - {"socket", "mmap", "mprotect", "pkey_mprotect", "shmat"}):
        try:
            rules.add_rule(seccomp.ALLOW, call)
        except (RuntimeError, OSError):
            pass  # A call that this processor does not have.
    for family in families:
        rules.add_rule(seccomp.ALLOW, "socket", seccomp.Arg(0, seccomp.EQ, family))
    write, run = mmap.PROT_WRITE, mmap.PROT_EXEC
    rules.add_rule(seccomp.ALLOW, "mmap", seccomp.Arg(2, seccomp.MASKED_EQ, write, 0))
    rules.add_rule(seccomp.ALLOW, "mmap", seccomp.Arg(2, seccomp.MASKED_EQ, run, 0))
    for call in ["mprotect", "pkey_mprotect"]:
        rules.add_rule(seccomp.ALLOW, call, seccomp.Arg(2, seccomp.MASKED_EQ, run, 0))
    rules.add_rule(seccomp.ALLOW, "shmat", seccomp.Arg(2, seccomp.MASKED_EQ, SHM_EXEC, 0))
    return rules


def main(path, user, *command):
    rules = build(settings(path))
    who = pwd.getpwnam(user)
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    os.setgroups([])
    # From root to another user: all capabilities are gone.
    os.setgid(who.pw_gid)
    os.setuid(who.pw_uid)
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        sys.exit("no_new_privs is refused")
    rules.load()
    os.execv(command[0], command)


main(*sys.argv[1:])
