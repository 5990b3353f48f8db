"""`python offline.py COMMAND...` runs it where loopback is the only network. Needs the right to make a network namespace."""

import ctypes
import fcntl
import os
import socket
import struct
import sys

NEW_NETWORK, NEW_USER = 0x40000000, 0x10000000  # CLONE_NEWNET, CLONE_NEWUSER: linux/sched.h
SET_FLAGS, UP = 0x8914, 0x1  # SIOCSIFFLAGS, IFF_UP: linux/sockios.h, linux/if.h


def leave_the_network() -> None:
    """A network namespace of this process's own, with loopback up. Raises OSError where that is not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    wanted = NEW_NETWORK if os.geteuid() == 0 else NEW_NETWORK | NEW_USER
    if libc.unshare(wanted) != 0:
        raise OSError(ctypes.get_errno(), "unshare is not allowed")
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", UP))


if __name__ == "__main__":
    leave_the_network()
    os.execvp(sys.argv[1], sys.argv[1:])
