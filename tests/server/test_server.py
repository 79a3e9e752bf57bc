"""The language server, asked by a real client over standard input and output."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

pytest.importorskip("pygls", reason="needs pygls (in the extra `lsp`)")

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from support import CASE
from tritonlint.source import SourceFile

TIMEOUT = 20.0
FULL = types.ClientCapabilities(
    text_document=types.TextDocumentClientCapabilities(
        publish_diagnostics=types.PublishDiagnosticsClientCapabilities(related_information=True),
        code_action=types.CodeActionClientCapabilities(
            resolve_support=types.ClientCodeActionResolveOptions(["edit"])
        ),
    ),
    workspace=types.WorkspaceClientCapabilities(
        workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True)
    ),
)


class Editor:
    """An editor with open documents, at the other end of a server."""

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.messages: list[str] = []
        self._told: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()

        @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def told(params: types.PublishDiagnosticsParams) -> None:
            self._told.put_nowait(params)

        @client.feature(types.WINDOW_SHOW_MESSAGE)
        def shown(params: types.ShowMessageParams) -> None:
            self.messages.append(params.message)

    def open(self, path: Path, text: str) -> None:
        document = types.TextDocumentItem(path.as_uri(), "python", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(document))

    def change(self, path: Path, version: int, text: str) -> None:
        document = types.VersionedTextDocumentIdentifier(version, path.as_uri())
        whole = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [whole]))

    def close(self, path: Path) -> None:
        document = types.TextDocumentIdentifier(path.as_uri())
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    async def told(self, path: Path, version: int | None) -> list[types.Diagnostic]:
        """What the server says next of one version of a file."""
        while True:
            params = await asyncio.wait_for(self._told.get(), TIMEOUT)
            if params.uri == path.as_uri() and params.version == version:
                return list(params.diagnostics)

    async def actions(self, path: Path, where: types.Range, *only: str) -> list[types.CodeAction]:
        context = types.CodeActionContext([], only=list(only) or None)
        document = types.TextDocumentIdentifier(path.as_uri())
        params = types.CodeActionParams(document, where, context)
        found = await self.client.text_document_code_action_async(params)
        return [each for each in found or () if isinstance(each, types.CodeAction)]

    async def hover(self, path: Path, line: int, character: int) -> str:
        document = types.TextDocumentIdentifier(path.as_uri())
        params = types.HoverParams(document, types.Position(line, character))
        found = await self.client.text_document_hover_async(params)
        if found is None:
            return ""
        assert isinstance(found.contents, types.MarkupContent)
        return found.contents.value


@asynccontextmanager
async def editor(folder: Path, capabilities: types.ClientCapabilities) -> AsyncIterator[Editor]:
    client = LanguageClient("test", "1")
    talking = Editor(client)
    await client.start_io(sys.executable, "-m", "tritonlint", "server")
    try:
        await client.initialize_async(
            types.InitializeParams(capabilities=capabilities, root_uri=folder.as_uri())
        )
        client.initialized(types.InitializedParams())
        yield talking
    finally:
        await asyncio.wait_for(client.shutdown_async(None), TIMEOUT)
        client.exit(None)
        await asyncio.wait_for(client.stop(), TIMEOUT)


Session = Callable[[Editor], Coroutine[Any, Any, None]]


@pytest.fixture
def session(flagged: Path) -> Callable[..., None]:
    """Runs a session of an editor in the folder of the flagged file."""

    def run(body: Session, capabilities: types.ClientCapabilities = FULL) -> None:
        async def whole() -> None:
            async with editor(flagged.parent, capabilities) as talking:
                await body(talking)

        asyncio.run(whole())

    return run


def _range(text: str, piece: str) -> types.Range:
    """Where `piece` stands in `text`, in UTF-16."""
    before, _, _ = text.partition(piece)
    line = before.count("\n")
    start = len(before.rpartition("\n")[2].encode("utf-16-le")) // 2
    end = start + len(piece.encode("utf-16-le")) // 2
    return types.Range(types.Position(line, start), types.Position(line, end))


def _applied(text: str, edits: list[types.TextEdit]) -> str:
    """`text` with the edits made, as an editor that counts in UTF-16 makes them."""
    lines = SourceFile("", text.encode()).lines

    def offset(position: types.Position) -> int:
        whole = sum(len(line.encode("utf-16-le")) for line in lines[: position.line])
        return whole + 2 * position.character

    data = text.encode("utf-16-le")
    for each in sorted(edits, key=lambda e: offset(e.range.start), reverse=True):
        start, end = offset(each.range.start), offset(each.range.end)
        data = data[:start] + each.new_text.encode("utf-16-le") + data[end:]
    return data.decode("utf-16-le")


def _edits(action: types.CodeAction, path: Path, version: int) -> list[types.TextEdit]:
    """The edits of an action, all of them in one version of one file."""
    assert action.edit is not None and action.edit.document_changes is not None
    (change,) = action.edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    assert (change.text_document.uri, change.text_document.version) == (path.as_uri(), version)
    return [each for each in change.edits if isinstance(each, types.TextEdit)]


SLICE = "pages[:, : page_size * head_dim]"


def test_unsaved_text_is_checked_and_the_trace_is_related(
    session: Callable[..., None], flagged: Path
) -> None:
    text = flagged.read_text(encoding="utf-8")
    flagged.write_text("x = 1\n")

    async def body(editor: Editor) -> None:
        editor.open(flagged, text)
        (found,) = await editor.told(flagged, 1)
        assert (found.code, found.source) == ("TL001", "tritonlint")
        assert found.severity == types.DiagnosticSeverity.Error
        assert found.range == _range(text, SLICE)
        assert "-0.3 is stored as 0" in found.message
        related = found.related_information or []
        assert len(related) == 6
        assert related[0].location.uri == flagged.as_uri()
        assert related[-1].message == "and stored"
        assert related[-1].location.range.start.line > 0
        editor.change(flagged, 2, "x = 2\n")
        assert await editor.told(flagged, 2) == []
        editor.change(flagged, 3, text)
        assert len(await editor.told(flagged, 3)) == 1
        editor.close(flagged)
        assert await editor.told(flagged, None) == []

    session(body)


def test_columns_are_utf_16_and_lines_are_those_of_python(
    session: Callable[..., None], flagged: Path
) -> None:
    """A character of two units before the slice and within it, and characters that end a line for
    `str.splitlines` but not for Python or an editor."""
    text = flagged.read_text(encoding="utf-8")
    text = text.replace(f"values = {SLICE}", f'wide, values = "\U0001f600", {SLICE}')
    text = text.replace("import torch\n", 'import torch\n\x0c\nODD = "\u2028"  # \x1c \x85\n', 1)
    text = text.replace("\n", "\r\n")

    async def body(editor: Editor) -> None:
        editor.open(flagged, text)
        (found,) = await editor.told(flagged, 1)
        assert found.range == _range(text, SLICE)
        fix, *_ = await editor.actions(flagged, found.range, "quickfix")
        after = _applied(text, _edits(fix, flagged, 1))
        assert f'"\U0001f600", {SLICE}.view(current_platform.fp8_dtype())' in after
        editor.change(flagged, 2, after)
        assert await editor.told(flagged, 2) == []

    session(body)


def test_fixes_are_offered_one_by_one_and_all_at_once(
    session: Callable[..., None], flagged: Path
) -> None:
    text = flagged.read_text(encoding="utf-8")
    fixed = (CASE / "fixed.py").read_text(encoding="utf-8")

    async def body(editor: Editor) -> None:
        editor.open(flagged, text)
        (found,) = await editor.told(flagged, 1)
        assert (
            await editor.actions(flagged, types.Range(*[types.Position(0, 0)] * 2), "quickfix")
            == []
        )
        fix, *_ = await editor.actions(flagged, found.range, "quickfix")
        assert fix.title == "View the bytes as `current_platform.fp8_dtype()` (safe fix)"
        assert fix.is_preferred
        assert [each.code for each in fix.diagnostics or ()] == ["TL001"]
        assert _applied(text, _edits(fix, flagged, 1)) == fixed
        for kind in ("source.fixAll", "source.fixAll.tritonlint", "source"):
            (everything,) = await editor.actions(flagged, found.range, kind)
            assert everything.edit is None
            resolved = await editor.client.code_action_resolve_async(everything)
            assert _applied(text, _edits(resolved, flagged, 1)) == fixed
        assert await editor.actions(flagged, found.range, "refactor") == []
        # What was found in an earlier text is not offered for a later one.
        editor.change(flagged, 2, "\n" + text)
        assert await editor.actions(flagged, found.range) == []

    session(body)


def test_a_comment_is_written_that_ignores_or_expects_the_finding(
    session: Callable[..., None], flagged: Path
) -> None:
    text = flagged.read_text(encoding="utf-8")

    async def body(editor: Editor) -> None:
        editor.open(flagged, text)
        (found,) = await editor.told(flagged, 1)
        _, *comments = await editor.actions(flagged, found.range, "quickfix")
        titles = ["Ignore TL001 here", "Expect TL001 here, and be told when it is gone"]
        assert [each.title for each in comments] == titles
        for version, (kind, action) in enumerate(
            zip(("ignore", "expect"), comments, strict=True), 2
        ):
            after = _applied(text, _edits(action, flagged, 1))
            assert f"# tritonlint: {kind}[TL001]" in after
            editor.change(flagged, version, after)
            assert await editor.told(flagged, version) == []

    session(body)


def test_an_unsafe_fix_says_so_and_is_not_made_with_the_others(
    session: Callable[..., None], flagged: Path
) -> None:
    text = flagged.read_text(encoding="utf-8").replace("current_platform", "unknown_platform")
    text = "\n".join(line for line in text.split("\n") if "unknown_platform" not in line)

    async def body(editor: Editor) -> None:
        editor.open(flagged, text)
        (found,) = await editor.told(flagged, 1)
        fix, *_ = await editor.actions(flagged, found.range, "quickfix")
        assert fix.title.endswith("(unsafe fix)")
        assert not fix.is_preferred
        assert await editor.actions(flagged, found.range, "source.fixAll") == []

    session(body)


def test_a_client_that_can_little_is_told_all_the_same(
    session: Callable[..., None], flagged: Path
) -> None:
    text = flagged.read_text(encoding="utf-8")

    async def body(editor: Editor) -> None:
        editor.open(flagged, text)
        (found,) = await editor.told(flagged, 1)
        assert found.related_information is None
        assert (
            f"flagged.py:{_range(text, 'tl.store(tile').start.line + 1}: and stored"
            in found.message
        )
        (everything,) = await editor.actions(flagged, found.range, "source.fixAll")
        assert everything.edit is not None and everything.edit.changes is not None
        edits = list(everything.edit.changes[flagged.as_uri()])
        assert _applied(text, edits) == (CASE / "fixed.py").read_text(encoding="utf-8")

    session(body, types.ClientCapabilities())


def test_hovering_explains_the_rule_and_the_contract_of_a_parameter(
    session: Callable[..., None], flagged: Path
) -> None:
    text = flagged.read_text(encoding="utf-8")

    async def body(editor: Editor) -> None:
        editor.open(flagged, text)
        (found,) = await editor.told(flagged, 1)
        start = found.range.start
        rule = await editor.hover(flagged, start.line, start.character + 2)
        assert "# numeric-store-to-raw-bytes (TL001)" in rule
        assert "## Why is this bad" in rule
        place = _range(text, "value_ptr").start
        said = await editor.hover(flagged, place.line, place.character + 3)
        assert said.startswith("`value_ptr` of kernel `_quantize_k_into_pages_kernel`")
        store = _range(text, "tl.store(tile").start.line + 1
        assert f"- line {store}, store: a float is converted to an integer" in said
        used = _range(text, "value_ptr.type.element_ty").start
        assert await editor.hover(flagged, used.line, used.character) == said
        assert await editor.hover(flagged, 0, 0) == ""

    session(body)


def test_a_change_of_one_document_counts_in_another(
    session: Callable[..., None], flagged: Path
) -> None:
    """The kernel is in a file of its own, and is changed without being saved."""
    case = CASE.parent / "imported_kernel"
    for file in case.glob("*.py"):
        (flagged.parent / file.name).write_bytes(file.read_bytes())
    kernels = flagged.parent / "kernels.py"
    host, kernel = (path.read_text(encoding="utf-8") for path in (flagged, kernels))

    async def body(editor: Editor) -> None:
        editor.open(flagged, host)
        (found,) = await editor.told(flagged, 1)
        related = found.related_information or []
        assert kernels.as_uri() in {each.location.uri for each in related}
        editor.open(kernels, kernel.replace("quantize_keys_kernel", "another_kernel"))
        assert await editor.told(flagged, 1) == []
        editor.change(kernels, 2, kernel)
        assert len(await editor.told(flagged, 1)) == 1

    session(body)


def test_text_that_is_no_python_and_settings_that_are_wrong_are_told(
    session: Callable[..., None], flagged: Path
) -> None:
    text = flagged.read_text(encoding="utf-8")
    settings = flagged.parent / "tritonlint.toml"

    async def body(editor: Editor) -> None:
        editor.open(flagged, "import triton\ndef f(:\n")
        (found,) = await editor.told(flagged, 1)
        assert found.message.startswith("not checked: cannot be parsed")
        assert found.severity == types.DiagnosticSeverity.Information
        assert found.range.start.line == 1
        settings.write_text("slect = []\n")
        editor.change(flagged, 2, text)
        assert await editor.told(flagged, None) == []
        await _until(lambda: bool(editor.messages))
        assert "unknown key `slect`; did you mean `select`?" in editor.messages[0]
        settings.write_text("ignore = ['TL001']\n")
        editor.change(flagged, 3, text)
        assert await editor.told(flagged, 3) == []
        settings.write_text("extend-exclude = ['flagged.py']\n")
        editor.change(flagged, 4, text)
        assert await editor.told(flagged, 4) == []
        settings.unlink()
        event = types.FileEvent(settings.as_uri(), types.FileChangeType.Deleted)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
        assert len(await editor.told(flagged, 4)) == 1

    session(body)


def test_hovering_over_a_launch_argument_tells_what_it_holds_and_what_becomes_of_it(
    session: Callable[..., None], flagged: Path
) -> None:
    text = flagged.read_text(encoding="utf-8")

    async def body(editor: Editor) -> None:
        editor.open(flagged, text)
        await editor.told(flagged, 1)
        launch = text.index("_quantize_k_into_pages_kernel[")
        line = text.count("\n", 0, launch)
        rows = text.split("\n")
        row_of_evidence = text[: text.index("scales = pages")].count("\n") + 1
        row = next(i for i in range(line, len(rows)) if rows[i].strip().startswith("values"))
        said = await editor.hover(flagged, row, rows[row].index("values") + 1)
        first, _, rest = said.partition("\n")
        assert first == (
            "`values` is passed as `value_ptr` of kernel `_quantize_k_into_pages_kernel`."
        )
        assert "Its storage is raw bytes" in rest
        assert f"{flagged.name}:{row_of_evidence}: " in rest
        assert "(likely)" in rest
        assert "store: a float is converted to an integer: the value is lost" in rest
        # What is no tensor, and what is no argument, is nothing to point at.
        grid = rows[line].index("[")
        assert "is passed as" not in await editor.hover(flagged, line, grid + 1)

    session(body)


def test_a_finding_says_where_its_rule_is_explained(
    session: Callable[..., None], flagged: Path
) -> None:
    async def body(editor: Editor) -> None:
        editor.open(flagged, flagged.read_text(encoding="utf-8"))
        (found,) = await editor.told(flagged, 1)
        assert found.code_description is not None
        page = Path(unquote(urlsplit(found.code_description.href).path))
        assert "## Why is this bad" in page.read_text(encoding="utf-8")

    session(body)


async def _until(holds: Callable[[], bool]) -> None:
    async def wait() -> None:
        while not holds():
            await asyncio.sleep(0.01)

    await asyncio.wait_for(wait(), TIMEOUT)


def test_the_server_names_the_extra_that_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    from tritonlint.cli.server import command
    from tritonlint.errors import UsageError

    for module in ("app", "rounds"):
        monkeypatch.delitem(sys.modules, f"tritonlint.server.{module}", raising=False)
    monkeypatch.setitem(sys.modules, "pygls", None)
    monkeypatch.setitem(sys.modules, "pygls.lsp.server", None)
    assert command.callback is not None
    with pytest.raises(UsageError, match="pip install 'pygls>=2'"):
        command.callback(no_cache=True)
