"""Bring the translations up to date: template, languages, and the files that QGIS loads.

    python3 resources/i18n/update.py

Takes the texts of all `tr("…")` calls of the plugin; Qt's own tools know other calls only. Writes
the template `near_things.ts`; adds new texts to each `near_things_LANGUAGE.ts`, where Qt Linguist
or an editor takes the translation, and takes away old ones; and compiles
`near_things_LANGUAGE.qm`, as Qt's `lrelease` does, which nobody needs to have.
"""

import ast
import struct
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

FOLDER = Path(__file__).resolve().parent
REPOSITORY = FOLDER.parents[1]
NAME = "near_things"
CONTEXT = "NearThings"
MAGIC = bytes.fromhex("3cb86418caef9c95cd211cbf60a1bddd")
# Parts of a .qm file, and of a message in it (qtranslator.cpp).
HASHES, MESSAGES, LANGUAGE = 0x42, 0x69, 0xA7
TRANSLATION, SOURCE, CONTEXT_TAG, COMMENT, END = 3, 6, 7, 8, 1


def plugin_texts() -> dict[str, str]:
    """Each text of the plugin, and the file where it is first used, in the order of the files."""
    texts: dict[str, str] = {}
    for path in sorted((REPOSITORY / "qgis_plugin").rglob("*.py")):
        for _, text in texts_of(path.read_text(encoding="utf-8"), str(path)):
            texts.setdefault(text, path.relative_to(REPOSITORY).as_posix())
    return texts


def texts_of(code: str, name: str) -> list[tuple[int, str]]:
    """Line and text of each call of `tr`; ValueError where the text is not written out."""
    found = []
    for node in ast.walk(ast.parse(code, name)):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tr"):
            continue
        text = node.args[0] if len(node.args) == 1 else None
        if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
            raise ValueError(f"{name}:{node.lineno}: tr() takes one text that is written out")
        found.append((node.lineno, text.value))
    return sorted(found)


def read(path: Path) -> dict[str, str]:
    """Texts and translations of a .ts file; a translation is empty where there is none yet."""
    return {
        message.findtext("source", ""): message.findtext("translation", "")
        for message in ElementTree.parse(path).iter("message")
    }


def write(path: Path, language: str, texts: dict[str, str], translations: dict[str, str]) -> None:
    """Write a .ts file; `language` is empty for the template."""
    attributes = {"language": language} if language else {}
    root = Element("TS", version="2.1", sourcelanguage="en", **attributes)
    context = SubElement(root, "context")
    SubElement(context, "name").text = CONTEXT
    for text, file in texts.items():
        message = SubElement(context, "message")
        SubElement(message, "location", filename=f"../../{file}")
        SubElement(message, "source").text = text
        translation = SubElement(message, "translation")
        translation.text = translations.get(text) or None
        if not translation.text:
            translation.set("type", "unfinished")
    ElementTree.indent(root, " ")
    header = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'
    path.write_text(header + ElementTree.tostring(root, encoding="unicode") + "\n", "utf-8")


def compiled(language: str, translations: dict[str, str]) -> bytes:
    """A .qm file: Qt finds a message by the hash of its text."""
    messages, places = b"", []
    for text, translation in translations.items():
        if translation:
            places.append((elf_hash(text.encode()), len(messages)))
            messages += _message(text, translation)
    hashes = b"".join(struct.pack(">II", *place) for place in sorted(places))
    parts = ((LANGUAGE, language.encode()), (HASHES, hashes), (MESSAGES, messages))
    return MAGIC + b"".join(struct.pack(">BI", tag, len(part)) + part for tag, part in parts)


def _message(text: str, translation: str) -> bytes:
    values = (
        (TRANSLATION, translation.encode("utf-16-be")),
        (COMMENT, b""),
        (SOURCE, text.encode()),
        (CONTEXT_TAG, CONTEXT.encode()),
    )
    packed = (struct.pack(">BI", tag, len(value)) + value for tag, value in values)
    return b"".join(packed) + bytes([END])


def elf_hash(data: bytes) -> int:
    """The hash of the ELF format, as Qt takes it; never 0."""
    value = 0
    for byte in data:
        value = (value << 4) + byte
        high = value & 0xF0000000
        value ^= high >> 24
        value &= ~high & 0xFFFFFFFF
    return value or 1


def languages() -> Iterator[tuple[str, Path]]:
    """The languages there are, each with its .ts file."""
    for path in sorted(FOLDER.glob(f"{NAME}_*.ts")):
        yield path.stem[len(NAME) + 1 :], path


def main() -> None:
    """Bring all files up to date, and say what is missing."""
    texts = plugin_texts()
    write(FOLDER / f"{NAME}.ts", "", texts, {})
    for language, path in languages():
        known = read(path)
        translations = {text: known.get(text, "") for text in texts}
        write(path, language, texts, translations)
        path.with_suffix(".qm").write_bytes(compiled(language, translations))
        missing = [text for text, translation in translations.items() if not translation]
        print(f"{language}: {len(texts) - len(missing)} of {len(texts)} texts translated")
        for text in missing:
            print(f"  {texts[text]}: {text}")


if __name__ == "__main__":
    main()
