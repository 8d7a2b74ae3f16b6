"""The chart library as one script that needs no network."""

from importlib.metadata import version
from pathlib import Path

from recommender.home import replace_file

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
    replace_file(kept, script.encode("utf-8", "replace"))
    return script
