"""Why a set-up failed: a closed list, each with one remedy, told from what pip and uv print."""

import re
from dataclasses import dataclass
from typing import Dict, Tuple

from ..translation import tr


@dataclass(frozen=True)
class Failure:
    """What happened, where, and what to do. `kind` is one of KINDS."""

    kind: str
    what: str
    remedy: str
    # The line that told.
    detail: str = ""


# In this order: a full disk also breaks downloads, a proxy also leaves nothing to resolve.
_SIGNS: Tuple[Tuple[str, str], ...] = (
    (
        "no_space",
        r"No space left on device|\[Errno 28\]|not enough space on the disk|WinError 112\b"
        r"|os error (28|112)\b|Disk quota exceeded|\[Errno 122\]",
    ),
    (
        "vc_runtime",
        r"WinError (126|127|1114)\b|VCRUNTIME140|vc_redist|Microsoft Visual C\+\+ Redistributable",
    ),
    (
        "compiler",
        r"Microsoft Visual C\+\+ 1\d\.\d or greater is required|failed-wheel-build"
        r"|Failed (to build|building wheel)|command '[^']*(gcc|g\+\+|cc|clang|cl\.exe)' failed"
        r"|Unable to find a compatible compiler|Failed building wheel",
    ),
    (
        "antivirus",
        r"WinError (32|225)\b|being used by another process|contains a virus"
        r"|os error (32|225)\b",
    ),
    ("proxy", r"407 Proxy|Proxy Authentication Required|ProxyError|Cannot connect to proxy"),
    (
        "tls",
        r"CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError|SSLError|\[SSL\b"
        r"|invalid peer certificate|UnknownIssuer|Could not find a suitable TLS CA certificate",
    ),
    (
        "network",
        r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|Read timed out"
        r"|Failed to establish a new connection|Connection refused|Could not fetch URL"
        r"|Failed to fetch|dns error|Network is unreachable|getaddrinfo failed"
        r"|Temporary failure in name resolution|Connection(Reset|Aborted)Error"
        r"|\b(403|451|502|503) (Client|Server) Error|IncompleteRead|operation timed out",
    ),
    (
        "rights",
        r"Permission denied|\[Errno 13\]|\[Errno 30\]|Read-only file system|Access is denied"
        r"|WinError 5\b|os error (13|30)\b",
    ),
    (
        "python",
        r"ensurepip is not available|No module named '?(venv|ensurepip|pip|encodings)\b"
        r"|requires a different Python|Requires-Python|could not be started",
    ),
    (
        "resolver",
        r"No matching distribution found|Could not find a version that satisfies"
        r"|ResolutionImpossible|No solution found|conflicting dependencies"
        r"|is not a supported wheel on this platform",
    ),
)
_COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _SIGNS)
# A wheel that was built for another Python is refused with words about Python too.
_HOST = re.compile(r"host='([^']+)'|https?://(?:[^/@\s]*@)?([^/\s:')]+)")


def _texts() -> Dict[str, Tuple[str, str]]:
    """What happened and what to do, for each kind."""
    return {
        "no_space": (
            tr("The disk is full"),
            tr("Free some space, or choose another folder under Details, then retry."),
        ),
        "rights": (
            tr("The folder of the environment cannot be written"),
            tr("Choose a folder of your own under Details, then retry."),
        ),
        "proxy": (
            tr("The proxy refused the connection"),
            tr(
                "Enter the proxy with its user in Settings > Options > Network (type HttpProxy), "
                "then retry."
            ),
        ),
        "tls": (
            tr("The server's certificate could not be verified"),
            tr(
                "Have your administrator's certificate set (pip's option cert), or install from a "
                "wheel folder under Details."
            ),
        ),
        "network": (
            tr("The package server could not be reached"),
            tr(
                "Look whether the network lets it through, then retry; without a network, install "
                "from a wheel folder under Details."
            ),
        ),
        "antivirus": (
            tr("Another program, often the virus scanner, holds a file of the environment"),
            tr("Let the scanner leave out the environment's folder, or wait a minute; then retry."),
        ),
        "resolver": (
            tr("A package was not found in the version that is needed"),
            tr(
                "Choose another Python under Details; with a wheel folder or a mirror of your own, "
                "add the package that is named to it."
            ),
        ),
        "python": (
            tr("This Python cannot make an environment"),
            tr(
                "Choose another Python under Details, or install one with its venv module (on "
                "Debian and Ubuntu: python3-venv)."
            ),
        ),
        "compiler": (
            tr("A package has no ready build for this Python and would have to be compiled"),
            tr("Choose Python 3.11 or 3.12 (64 bits) under Details, then retry."),
        ),
        "vc_runtime": (
            tr("PyTorch could not be loaded: the Microsoft Visual C++ runtime is missing"),
            tr("Install the Microsoft Visual C++ Redistributable 2015–2022 (x64), then retry."),
        ),
        "gpu_unseen": (
            tr("PyTorch was installed, but it does not see the GPU"),
            tr("Update the NVIDIA driver and retry, or choose the CPU build under Details."),
        ),
        "unfit": (
            tr("The environment was made, but its check failed"),
            tr("Retry; if it fails again, copy the diagnostics and report them."),
        ),
        "locked": (
            tr("Another set-up is at work in the same folder"),
            tr("Wait until it is done, or close the other QGIS; then retry."),
        ),
        "cancelled": (
            tr("The set-up was cancelled"),
            tr("Retry goes on with what is there already."),
        ),
        "unknown": (
            tr("The set-up failed for a reason that is not known"),
            tr("Look at the log; retry, or copy the diagnostics and report them."),
        ),
    }


KINDS = (*(kind for kind, _ in _SIGNS), "gpu_unseen", "unfit", "locked", "cancelled", "unknown")


def failure(kind: str, *, where: str = "", detail: str = "") -> Failure:
    """The failure of that kind; `where` names the step, `detail` is the line that told."""
    what, remedy = _texts()[kind]
    return Failure(kind, f"{what} ({where})." if where else f"{what}.", remedy, detail)


def classify(output: str, *, where: str = "") -> Failure:
    """The failure that the `output` of pip, uv, venv or the check tells of."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for kind, pattern in _COMPILED:
        told = next((line for line in reversed(lines) if pattern.search(line)), "")
        if not told:
            continue
        if kind in ("network", "tls", "proxy"):
            match = _HOST.search(told)
            host = (match[1] or match[2]) if match else ""
            where = ": ".join(part for part in (where, host) if part)
        return failure(kind, where=where, detail=told[-300:])
    return failure("unknown", where=where, detail=lines[-1][-300:] if lines else "")
