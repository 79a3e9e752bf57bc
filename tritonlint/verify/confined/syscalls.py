"""The system calls that work on a task may not make: those that start processes or programs, reach
other processes or the network, take memory that no limit counts, change what Landlock does not
watch (permissions, owners, times), or reach deep into the kernel."""

from __future__ import annotations

import errno
import os
from typing import Any

from tritonlint.errors import VerifyError

# Fail as if they were not permitted.
_REFUSED = """
    fork vfork execve execveat
    socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg
    kill tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd pidfd_send_signal
    ptrace process_vm_readv process_vm_writev process_madvise kcmp
    setsid setpgid setrlimit setpriority sched_setattr sched_setscheduler ioprio_set
    memfd_create memfd_secret shmget shmat msgget semget mq_open
    unshare setns mount umount2 pivot_root chroot move_mount open_tree fsopen fsmount mount_setattr
    bpf perf_event_open userfaultfd keyctl add_key request_key fanotify_init
    open_by_handle_at name_to_handle_at quotactl acct swapon swapoff reboot personality
    init_module finit_module delete_module kexec_load kexec_file_load iopl ioperm
    setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capset
    clock_settime settimeofday adjtimex clock_adjtime syslog vhangup uselib lookup_dcookie
    mknod mknodat chmod fchmod fchmodat fchmodat2 chown lchown fchown fchownat
    utime utimes utimensat futimesat setxattr lsetxattr fsetxattr setxattrat
    removexattr lremovexattr fremovexattr removexattrat
""".split()
# Fail as if this kernel did not have them: what calls them then does without.
_ABSENT = ("clone3", "io_uring_setup", "io_uring_enter", "io_uring_register")
_CLONE_THREAD = 0x00010000
_PR_SET_PDEATHSIG = 1


def filtering() -> Any:
    """The filter for this process, ready to be loaded (`.load()`). Raises VerifyError where it
    cannot be made."""
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError) as error:
        raise VerifyError(f"system calls cannot be filtered here: {error}") from error
    made = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for action, names in (
        (pyseccomp.ERRNO(errno.EPERM), _REFUSED),
        (pyseccomp.ERRNO(errno.ENOSYS), _ABSENT),
    ):
        for name in names:
            _add(pyseccomp, made, action, name)
    # Threads are made by `clone` too.
    process = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, 0)
    _add(pyseccomp, made, pyseccomp.ERRNO(errno.EPERM), "clone", process)
    # To be ended with its parent, to have other limits, and to signal others is not its choice.
    death = pyseccomp.Arg(0, pyseccomp.EQ, _PR_SET_PDEATHSIG)
    _add(pyseccomp, made, pyseccomp.ERRNO(errno.EPERM), "prctl", death)
    limits = pyseccomp.Arg(2, pyseccomp.NE, 0)
    _add(pyseccomp, made, pyseccomp.ERRNO(errno.EPERM), "prlimit64", limits)
    others = pyseccomp.Arg(0, pyseccomp.NE, os.getpid())
    _add(pyseccomp, made, pyseccomp.ERRNO(errno.EPERM), "tgkill", others)
    return made


def _add(pyseccomp: Any, made: Any, action: int, name: str, *arguments: Any) -> None:
    """Add a rule for a system call, if this machine has it."""
    if pyseccomp.resolve_syscall(pyseccomp.system_arch(), name) >= 0:
        made.add_rule(action, name, *arguments)
