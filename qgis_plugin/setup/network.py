"""The environment of pip and uv: a clean one, with the proxy of QGIS and what an administrator set.

pip's configuration files are found by pip itself, since HOME and the like are passed on.
"""

import configparser
import os
import sys
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional
from urllib.parse import quote

from qgis.core import QgsSettings

from ..environment import clean_environment

# Where packages come from and how they are reached. Not PIP_TARGET, PIP_USER, PIP_PREFIX and the
# like: those would put the packages elsewhere.
PIP_VARIABLES = (
    "PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX",
    "PIP_TRUSTED_HOST", "PIP_CERT", "PIP_CLIENT_CERT", "PIP_PROXY", "PIP_CONSTRAINT",
    "PIP_CACHE_DIR", "PIP_NO_CACHE_DIR", "PIP_TIMEOUT", "PIP_DEFAULT_TIMEOUT", "PIP_RETRIES",
    "PIP_KEYRING_PROVIDER", "PIP_USE_FEATURE",
)  # fmt: skip
UV_VARIABLES = (
    "UV_CONFIG_FILE", "UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS", "UV_NO_INDEX", "UV_OFFLINE", "UV_CACHE_DIR", "UV_NO_CACHE", "UV_NATIVE_TLS",
    "UV_SYSTEM_CERTS", "UV_INSECURE_HOST", "UV_HTTP_TIMEOUT", "UV_PYTHON_INSTALL_DIR",
    "UV_PYTHON_INSTALL_MIRROR", "UV_KEYRING_PROVIDER",
)  # fmt: skip
# Files of certificates. One that dangles, or is QGIS's own, would make every connection fail.
CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
# Settings of pip that say where packages come from: uv doesn't read them.
_SOURCES = ("index-url", "extra-index-url", "find-links", "no-index", "constraint", "proxy", "cert")


def qgis_proxy(settings: Optional[Any] = None) -> Dict[str, str]:
    """The proxy of QGIS's options as variables for pip and uv; empty where none is set."""
    settings = settings or QgsSettings()
    enabled = settings.value("proxy/proxyEnabled", False)
    kind = str(settings.value("proxy/proxyType", "") or "")
    host = str(settings.value("proxy/proxyHost", "") or "")
    if str(enabled).lower() not in ("true", "1") or not host or kind == "DefaultProxy":
        return {}
    user = str(settings.value("proxy/proxyUser", "") or "")
    phrase = str(settings.value("proxy/proxyPassword", "") or "")
    login = f"{quote(user, safe='')}:{quote(phrase, safe='')}@" if user else ""
    port = str(settings.value("proxy/proxyPort", "") or "")
    scheme = "socks5" if kind == "Socks5Proxy" else "http"
    address = f"{scheme}://{login}{host}{':' + port if port else ''}"
    excluded = settings.value("proxy/noProxyUrls", []) or []
    excluded = [excluded] if isinstance(excluded, str) else list(excluded)
    hosts = [url.split("://")[-1].split("/")[0] for url in excluded if url]
    found = {"HTTP_PROXY": address, "HTTPS_PROXY": address}
    if hosts:
        found["NO_PROXY"] = ",".join(hosts)
    return found


def _usable_certificates(environment: Mapping[str, str]) -> Dict[str, str]:
    own = os.path.realpath(sys.prefix)
    found = {}
    for name in CERTIFICATE_VARIABLES:
        path = environment.get(name, "")
        inside_qgis = sys.platform != "linux" and os.path.realpath(path).startswith(own)
        if path and os.path.exists(path) and not inside_qgis:
            found[name] = path
    return found


def installer_environment(
    inherited: Mapping[str, str], python: Path, scratch: Path, proxy: Mapping[str, str]
) -> Dict[str, str]:
    """The environment of a step of the set-up that runs `python`; `scratch` takes temporary files.

    The scratch folder lies beside the environment: on the same disk, which was found large enough.
    """
    environment = clean_environment(inherited, python)
    allowed = PIP_VARIABLES + UV_VARIABLES
    environment.update({k: v for k, v in inherited.items() if k.upper() in allowed})
    environment.update(_usable_certificates(inherited))
    has_own = any(
        name.upper() in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY") for name in environment
    )
    if not has_own:
        environment.update(proxy)
    for name in ("TMPDIR", "TEMP", "TMP"):
        environment[name] = str(scratch)
    # A user's own pip.conf may ask for these; they make no sense in a virtual environment.
    environment["PIP_USER"] = "0"
    environment["PIP_REQUIRE_VIRTUALENV"] = "0"
    # The system's certificates hold those of a company's own proxy.
    if not {"UV_SYSTEM_CERTS", "UV_NATIVE_TLS"} & set(environment):
        environment["UV_SYSTEM_CERTS"] = "1"
    environment.setdefault("UV_HTTP_TIMEOUT", "300")
    environment["UV_NO_PROGRESS"] = "1"
    return environment


def _pip_files(environment: Mapping[str, str], home: Path, system: str) -> List[Path]:
    named = environment.get("PIP_CONFIG_FILE")
    if system == "win32":
        data = Path(environment.get("PROGRAMDATA", r"C:\ProgramData"))
        roaming = Path(environment.get("APPDATA") or home / "AppData" / "Roaming")
        files = [data / "pip" / "pip.ini", roaming / "pip" / "pip.ini", home / "pip" / "pip.ini"]
    else:
        places = environment.get("XDG_CONFIG_DIRS", "/etc/xdg").split(os.pathsep)
        files = [Path(place) / "pip" / "pip.conf" for place in places if place]
        files += [Path("/etc/pip.conf"), home / ".pip" / "pip.conf"]
        config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
        files.append(config / "pip" / "pip.conf")
        if system == "darwin":
            library = Path("Library/Application Support/pip/pip.conf")
            files += [Path("/") / library, home / library]
    return ([Path(named)] if named else []) + files


def pip_is_configured(
    environment: Mapping[str, str] = os.environ,
    *,
    home: Optional[Path] = None,
    system: str = sys.platform,
) -> bool:
    """True where pip has been told where packages come from, which uv would not know."""
    names = ["PIP_" + name.upper().replace("-", "_") for name in _SOURCES]
    if any(environment.get(name) for name in names):
        return True
    for path in _pip_files(environment, home or Path.home(), system):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            # pip itself will say what is wrong with its file.
            return True
        if any(parser.has_option(part, name) for part in parser.sections() for name in _SOURCES):
            return True
    return False
