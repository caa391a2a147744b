"""The catalogues of what customers read on pages: `python -m backlog.devservices.catalogues` writes what the code and
templates say into every ``locale/*/LC_MESSAGES/django.po``, keeping translations, and compiles the .mo beside it.

A new language: make its folder with an empty django.po, run this, translate, run it again.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "locale"
PACKAGES = ("orders", "notifications", "backlog")
_WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


def messages() -> Catalog:
    """Return the catalogue of everything that can be translated, without places: they would change with every edit."""
    found = Catalog(fuzzy=False)
    for source in _sources():
        for _, message, _, context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
            found.add(message, context=context)
    return found


def catalogue(path: Path) -> Catalog:
    """Read one language's catalogue."""
    with path.open("rb") as file:
        found = read_po(file, locale=path.parent.parent.name)
    return _bare(found)


def paths() -> list[Path]:
    """Return the catalogue of every language that has one."""
    return sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))


def compiled(of: Catalog) -> bytes:
    """Return a catalogue as gettext reads it."""
    file = io.BytesIO()
    write_mo(file, of)
    return file.getvalue()


def untranslated(of: Catalog) -> list[str]:
    """Return the messages that have no translation, or only a guessed one."""
    return [str(message.id) for message in of if message.id and (message.fuzzy or not _is_translated(message))]


def update(path: Path) -> list[str]:
    """Bring one language's catalogue up to date and compile it; return what is to be translated."""
    found = catalogue(path)
    found.update(messages(), no_fuzzy_matching=True)
    found.obsolete.clear()
    with path.open("wb") as file:
        write_po(file, _bare(found), sort_output=True, width=110)
    path.with_suffix(".mo").write_bytes(compiled(catalogue(path)))
    return untranslated(found)


def _bare(of: Catalog) -> Catalog:
    """Leave out of a catalogue's header what would change with every writing."""
    of.project, of.version, of.copyright_holder, of.msgid_bugs_address = "Backlog", "1", "", ""
    of.header_comment, of.last_translator, of.language_team = "", "", ""
    of.creation_date = of.revision_date = _WRITTEN
    of.fuzzy = False
    return of


def _sources() -> Iterator[str]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if "django.utils.translation" in text and "devservices" not in path.parts:
                yield text
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        if "{% load" in text and "i18n" in text:
            # What is not to be translated becomes X's, which are no Python as long as they are indented.
            yield "\n".join(line.strip() for line in templatize(text).splitlines())


def _is_translated(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, (tuple, list)) else bool(message.string)


def main() -> None:
    for path in paths():
        missing = update(path)
        print(f"{path.parent.parent.name}: {len(missing)} to translate")
        for words in missing:
            print(f"  {words}")


if __name__ == "__main__":
    main()
