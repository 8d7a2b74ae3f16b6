"""The chart library as one script that needs no network."""

import os
import tempfile
from importlib.metadata import version
from pathlib import Path

SETS_EMBED = "window.vegaEmbed = vegaEmbed;"


def chart_library(folder: Path) -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script that sets `window.vegaEmbed`.

    Bundling takes seconds, so the script is kept in the folder, one file for each version of the bundler.
    """
    import vl_convert

    kept = folder / f"vega-{version('vl-convert-python')}.js"
    if kept.exists():
        return kept.read_text(encoding="utf-8")
    script = vl_convert.javascript_bundle(SETS_EMBED)
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(kept, script)
    return script


def replace_file(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
