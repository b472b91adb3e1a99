"""Write resources/locks/ from what uv resolves, as `make locks` does.

    uv pip compile pyproject.toml --universal --fork-strategy fewest --python-version 3.11 \
        --no-header --no-annotate --quiet | python3 .ci/update_locks.py

The resolution is that of the common registry, whose torch for Linux is the build with CUDA. The
lock file without a GPU leaves out what only that build needs, and takes PyTorch's own build.
"""

import re
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "locks"
# Builds of torch that only PyTorch's own index has carry this after the version.
CUDA = "cu130"
ONLY_CUDA = ("cuda-", "nvidia-", "triton==")
HEADS = {
    "cpu": (
        "# The backend's packages for a machine without an NVIDIA GPU, Python 3.11 to 3.13.\n"
        "# On Linux PyTorch's build without CUDA has a version of its own.\n"
    ),
    "cuda": (
        "# The backend's packages for an NVIDIA GPU (CUDA 13), Linux and Windows, "
        "Python 3.11 to 3.13.\n"
        "# On Windows PyTorch's build with CUDA has a version of its own.\n"
    ),
}


def simple(line: str) -> str:
    """A line of uv's with the system alone as its condition; all else holds where we support."""
    requirement, _, marker = line.partition(" ; ")
    system = re.search(r"sys_platform == '(\w+)'", marker)
    if marker and not system:
        raise ValueError(f"a condition that is not about the system: {line}")
    return f"{requirement} ; sys_platform == '{system[1]}'" if system else requirement


def main() -> None:
    lines = [line.strip() for line in sys.stdin if line.strip() and not line.startswith("#")]
    torch = next(line for line in lines if line.startswith("torch==")).partition(" ; ")[0]
    common = [simple(line) for line in lines if not line.startswith("torch==")]
    locks = {
        "cpu": [line for line in common if not line.startswith(ONLY_CUDA)]
        + [f"{torch}+cpu ; sys_platform == 'linux'", f"{torch} ; sys_platform != 'linux'"],
        "cuda": [
            *common,
            f"{torch} ; sys_platform == 'linux'",
            f"{torch}+{CUDA} ; sys_platform == 'win32'",
        ],
    }
    for name, contents in locks.items():
        contents.sort(key=lambda line: (line.partition("==")[0], line))
        text = HEADS[name] + "\n".join(contents) + "\n"
        (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
