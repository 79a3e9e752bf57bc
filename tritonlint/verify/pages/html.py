"""The few forms of HTML that the report's page is made of. Texts are escaped by the caller."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_STYLE = """
:root { color-scheme: light dark; --text: #222; --ground: #fff; --faint: #595959; --line: #ddd;
  --right: #1a7a40; --wrong: #b8321f; --open: #8a5f00; --link: #0b57a4; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e4e4; --ground: #16181c; --faint: #a8a8a8; --line: #3a3d44;
    --right: #5fcf8a; --wrong: #ff8a78; --open: #e0b352; --link: #8ab8f0; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--ground);
  margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
a { color: var(--link); } h1, h2 { line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; }
table { border-collapse: collapse; font-size: 13px; margin: 1rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .8rem .25rem 0; text-align: left;
  vertical-align: top; }
th, td:first-child { white-space: nowrap; } td { min-width: 5rem; } .scroll { overflow-x: auto; }
figure { margin: 1.2rem 0; } figcaption, .note { font-size: 13px; color: var(--faint); }
/* The pictures are drawn on white. */
figure img { max-width: 100%; background: #fff; border-radius: 4px; }
.confirmed { color: var(--right); } .not-confirmed { color: var(--wrong); font-weight: bold; }
.stale, .not-run { color: var(--open); }
"""
# Where the code of a reference is, by a word of its name.
_REFERENCES = {
    "AITER": "https://github.com/ROCm/aiter",
    "vLLM": "https://github.com/vllm-project/vllm",
}


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
    text, name = escape(caption, quote=True), escape(source, quote=True)
    return (
        f"<figure id='{name}'><img src='{name}' alt='{text}' loading='lazy'>"
        f"<figcaption>{text}</figcaption></figure>"
    )


def linked(reference: str) -> str:
    """The name of a reference, escaped, with the projects that it names as links."""
    text = escape(reference)
    for name, address in _REFERENCES.items():
        text = text.replace(name, f"<a href='{address}'>{name}</a>", 1)
    return text
