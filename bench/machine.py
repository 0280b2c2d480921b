"""Which machine the numbers are of: cores, processor, Python, libsodium; no name, no place."""

import ctypes
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from oracle.crypto.sodium import library

CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    cores: int
    cpu: str
    python: str
    libsodium: str

    @classmethod
    def here(cls) -> Self:
        return cls(
            cores=os.cpu_count() or 1,
            cpu=_cpu(),
            python=platform.python_version(),
            libsodium=_libsodium(),
        )

    @property
    def summary(self) -> str:
        return f"{self.cores} x {self.cpu}, Python {self.python}, libsodium {self.libsodium}"

    def document(self) -> dict[str, object]:
        return asdict(self)


def _cpu() -> str:
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.machine()


def _libsodium() -> str:
    version = library.sodium_version_string
    version.restype = ctypes.c_char_p
    found: bytes = version()
    return found.decode()
