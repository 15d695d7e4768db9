"""What this machine has to work with."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")


def cores() -> int:
    """Return the cores that this process may use; a container's quota counts."""
    import joblib

    return joblib.cpu_count()


def memory_bytes() -> int:
    """Return the memory of the machine, or of the container that this process runs in."""
    return min(_physical_memory(), _memory_of_container())


def _physical_memory() -> int:
    if sys.platform == "win32":
        return _memory_of_windows()
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _memory_of_windows() -> int:
    import ctypes

    class MemoryStatus(ctypes.Structure):
        """MEMORYSTATUSEX of the Windows API."""

        _fields_ = (
            ("dwLength", ctypes.c_ulong),
            ("dwMemoryLoad", ctypes.c_ulong),
            *((f"ull{number}", ctypes.c_ulonglong) for number in range(7)),
        )

    status = MemoryStatus(dwLength=ctypes.sizeof(MemoryStatus))
    ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return status.ull0  # ullTotalPhys


def _memory_of_container() -> int:
    try:
        return int(_CONTAINER_LIMIT.read_text(encoding="ascii"))
    except (OSError, ValueError):  # no container, or "max"
        return sys.maxsize
