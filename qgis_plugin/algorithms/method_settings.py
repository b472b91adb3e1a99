"""Settings of a method as a person writes them: "temperature=0.1 queue-size=8192"."""

import re
from typing import Any, Dict, List

from ...backend.contract.settings import Setting, SettingsError

# What stands between spaces or ';', but for those in double quotes.
_PAIR = re.compile(r"""(?:[^\s;"]|"[^"]*"?)+""")
_FLAGS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


def parse_method_settings(text: str, settings: List[Setting]) -> Dict[str, Any]:
    """Values by setting, fit for `make_train_job`, from pairs between spaces, ';' or lines.

    Items of a list stand between commas: "decay-at-epochs=120,160". Double quotes keep spaces
    and ';' in a value. Raises SettingsError for what is no pair, and for a name that the method
    does not have.
    """
    by_name = {setting.name: setting for setting in settings}
    values = {}
    for pair in _PAIR.findall(text):
        name, equals, value = pair.lstrip("-").partition("=")
        value = value.replace('"', "")
        setting = by_name.get(name.replace("-", "_"))
        if not equals or not value:
            raise SettingsError(f"{pair!r} is no setting: write name=value, such as seed=1")
        if setting is None:
            known = ", ".join(sorted(by_name))
            raise SettingsError(f"this method has no setting {name!r}; it has: {known}")
        values[setting.name] = _value(setting, value)
    return values


def _value(setting: Setting, text: str) -> Any:
    if setting.is_list:
        return [item for item in text.split(",") if item]
    if setting.kind == "flag":
        if text.lower() not in _FLAGS:
            raise SettingsError(f"{setting.option} is yes or no, not {text!r}")
        return _FLAGS[text.lower()]
    return text
