"""The server itself: what the client says and asks."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from lsprotocol import types

from tritonlint.errors import TritonlintError
from tritonlint.server import actions, hover
from tritonlint.server.documents import Checker
from tritonlint.server.memory import share_arena
from tritonlint.server.rounds import Server

T = TypeVar("T")

# So many seconds without a change of the text pass before it is checked by itself, and so many more
# before the other files are asked.
PAUSE = 0.1
REST = 0.6
# So long a question about a place, or what all fixes come to, waits for a round.
HOVER = 1.0
_WATCHED = ("**/*.py", "**/pyproject.toml", "**/tritonlint.toml")


def create(checker: Checker) -> Server:
    """A server with all that it can do."""
    server = Server(checker)
    _listen(server)
    _answer(server)
    return server


def serve(checker: Checker) -> int:
    """Talk to a client on standard input and output until it ends that. Returns the exit code that
    the protocol asks for: 0 where the client asked to shut down before, else 1."""
    share_arena()
    server = create(checker)
    # What is printed must not get between the messages; and these are written to a stream of their
    # own, which is closed at the end.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as messages:
        sys.stdout = sys.stderr
        server.start_io(stdout=messages)
    return 0 if server.shut_down else 1


def _listen(server: Server) -> None:
    """Check again whenever a document or a file changes."""

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        _watch_files(server)

    @server.feature(types.SHUTDOWN)
    def shut_down(_: None) -> None:
        server.shut_down = True
        server.stop()

    @server.feature(types.EXIT)
    def left(_: None) -> None:
        server.stop()

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.check_soon(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(_: types.DidSaveTextDocumentParams) -> None:
        server.check_soon()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def changed(_: types.DidChangeWatchedFilesParams) -> None:
        server.check_soon()

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def typed(params: types.DidChangeTextDocumentParams) -> None:
        server.check_soon(params.text_document.uri, PAUSE, REST)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.forget(params.text_document.uri)
        server.check_soon()


def _watch_files(server: Server) -> None:
    """Ask the client to say when files change that are not open, if it can."""
    workspace = server.client_capabilities.workspace
    watched = workspace.did_change_watched_files if workspace else None
    if watched and watched.dynamic_registration:
        watchers = [types.FileSystemWatcher(each) for each in _WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        name = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        registration = types.Registration("watched", name, options)
        server.client_register_capability(types.RegistrationParams([registration]))


def _answer(server: Server) -> None:
    """Answer what the editor asks about the findings."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hovered(params: types.HoverParams) -> types.Hover | None:
        return await _when_free(server, partial(_hover, server, params))

    kinds = types.CodeActionOptions(code_action_kinds=actions.KINDS, resolve_provider=True)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, kinds)
    async def offered(params: types.CodeActionParams) -> list[types.CodeAction]:
        return await asyncio.to_thread(_actions, server, params)

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def chosen(action: types.CodeAction) -> types.CodeAction:
        return await _when_free(server, partial(_resolve, server, action))


async def _when_free(server: Server, answer: Callable[[bool], T]) -> T:
    """What `answer`, in a thread of its own, comes to; it is told whether no round is under way."""
    try:
        # A round that is under way may take longer than someone looks at a place.
        await asyncio.wait_for(server.one_at_a_time.acquire(), HOVER)
    except asyncio.TimeoutError:
        return await asyncio.to_thread(answer, False)
    try:
        return await asyncio.to_thread(answer, True)
    finally:
        server.one_at_a_time.release()


def _hover(server: Server, params: types.HoverParams, free: bool) -> types.Hover | None:
    """What is said about a place; of a launch argument only when no round is under way (`free`)."""
    uri = params.text_document.uri
    present = server.open_documents()
    document = next((each for each in present if each.uri == uri), None)
    if document is None:
        return None
    checked = server.state(uri)
    line, column = server.places().position(document.source.path, params.position)
    pointed = server.checker.argument(document, present, line, column) if free else None
    findings = checked.findings if checked else ()
    found = hover.text(document.source, findings, line, column, pointed)
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, found)) if found else None


def _actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    checked = server.state(params.text_document.uri)
    if checked is None:
        return []
    only = params.context.only
    kinds = None if only is None else [str(getattr(each, "value", each)) for each in only]
    found = list(actions.actions(checked, params.range, kinds, server.editor()))
    if server.resolves_edits:
        return found
    # All fixes at once take a while to work out: only for a client that asks for just that.
    resolved = (_resolve(server, each) if each.data and kinds else each for each in found)
    return [each for each in resolved if each.edit]


def _resolve(server: Server, action: types.CodeAction, free: bool = False) -> types.CodeAction:
    """The action with its edit; what is known of other files is taken from the last round only when
    none is under way (`free`)."""
    known = server.checker.texts() if free else None
    if isinstance(action.data, dict):
        checked = server.state(action.data["uri"])
        if checked and checked.document.version == action.data["version"]:
            try:
                action.edit = actions.fix_all(checked, server.editor(), known)
            except TritonlintError as error:
                server.window_show_message(
                    types.ShowMessageParams(types.MessageType.Error, f"tritonlint: {error}")
                )
    return action
