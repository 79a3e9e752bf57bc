"""The few forms of HTML that the report's page is made of. Texts are escaped by the caller."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; margin: 2rem auto; max-width: 70rem;
  padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 3rem; border-top: 1px solid #ddd; padding-top: 1rem; }
table { border-collapse: collapse; font-size: 13px; margin: 1rem 0; }
th, td { border-bottom: 1px solid #e4e4e4; padding: .25rem .8rem .25rem 0; text-align: left;
  vertical-align: top; overflow-wrap: anywhere; }
th { white-space: nowrap; } .scroll { overflow-x: auto; }
figure { margin: 1.2rem 0; } figure img { max-width: 100%; } figcaption { color: #555; }
figcaption, .note { font-size: 13px; }
.confirmed { color: #1e8449; } .not-confirmed { color: #c0392b; font-weight: bold; }
.stale, .not-run { color: #9a6b00; }
"""


def document(title: str, body: Sequence[str]) -> str:
    """A page with a heading."""
    return (
        "<!doctype html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are HTML, in a box that scrolls when it is too wide."""
    top = "".join(f"<th>{head}</th>" for head in heads)
    lines = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    inner = "".join(f"<tr>{line}</tr>\n" for line in lines)
    return f"<div class='scroll'><table>\n<tr>{top}</tr>\n{inner}</table></div>"


def figure(source: str, caption: str) -> str:
    """A picture with a caption, which is its text for those who do not see it too."""
    text = escape(caption, quote=True)
    return (
        f"<figure><img src='{escape(source, quote=True)}' alt='{text}' loading='lazy'>"
        f"<figcaption>{text}</figcaption></figure>"
    )
