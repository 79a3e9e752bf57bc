"""The server itself: what the client says and asks, and when the documents are checked."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from tritonlint import __version__
from tritonlint.errors import TritonlintError
from tritonlint.facts.survey.bulkhead import internal
from tritonlint.server import actions, documents, hover
from tritonlint.server.diagnostics import diagnostics
from tritonlint.server.documents import Checked, Checker, Document, Round
from tritonlint.server.places import Places

T = TypeVar("T")

# So many seconds without a change of the text pass before it is checked by itself, and so many more
# before the other files are asked.
PAUSE = 0.1
REST = 0.6
# So long a question about a place waits for a round.
HOVER = 1.0
_WATCHED = ("**/*.py", "**/pyproject.toml", "**/tritonlint.toml")


class Superseded(BaseException):
    """Ends a round that nobody waits for any more; no error, so that nothing takes it for one."""


class Server(LanguageServer):
    """Checks documents in rounds, one at a time: what was changed by itself, at once, and then all
    that are open together, since what is changed in one may decide what is found in another."""

    def __init__(self, checker: Checker) -> None:
        # Whole texts: what a line is differs between Python and the library.
        full = types.TextDocumentSyncKind.Full
        super().__init__("tritonlint", __version__, text_document_sync_kind=full)
        self.checker = checker
        self.shut_down = False
        self._checked: dict[str, Checked] = {}
        self._told: dict[str, tuple[Document, list[types.Diagnostic]]] = {}
        self._errors: tuple[str, ...] = ()
        self._asked = 0
        self.one_at_a_time = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def check_soon(self, changed: str | None = None, pause: float = 0.0, rest: float = 0.0) -> None:
        """Check the document `changed` (a URI) after `pause` seconds, and all documents `rest`
        seconds after that, unless something else is asked for before. A round that is under way
        ends."""
        self._asked += 1
        task = asyncio.get_running_loop().create_task(
            self._check(self._asked, changed, pause, rest)
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        """End the round that is under way, and begin no other."""
        self._asked += 1

    async def _check(self, asked: int, changed: str | None, pause: float, rest: float) -> None:
        def go_on() -> None:
            if asked != self._asked:
                raise Superseded

        try:
            await asyncio.sleep(pause)
            async with self.one_at_a_time:
                go_on()
                await self._check_alone(changed)
            await asyncio.sleep(rest)
            async with self.one_at_a_time:
                go_on()
                found = await self._apart(
                    lambda: self.checker.all(self.open_documents(), dict(self._checked), go_on)
                )
                self._publish(found)
        except Superseded:
            pass
        except asyncio.CancelledError:
            self.stop()
            raise
        except Exception as error:
            # Nobody waits for this task: what goes wrong in it would never be said.
            self._say([internal(error)])
            raise

    async def _check_alone(self, changed: str | None) -> None:
        """Check one document by itself, and tell what was found."""
        documents = self.open_documents()
        one = next((each for each in documents if each.uri == changed), None)
        if one is None:
            return
        before = self._checked.get(one.uri)
        found = await self._apart(lambda: self.checker.alone(one, documents, before))
        if found is not None:
            self._keep(found, self.places())

    @staticmethod
    async def _apart(work: Callable[[], T]) -> T:
        """What `work` comes to, in a thread of its own. A round that was superseded is told as a
        value: only errors pass between threads."""

        def done() -> T | Superseded:
            try:
                return work()
            except Superseded as ended:
                return ended

        found = await asyncio.to_thread(done)
        if isinstance(found, Superseded):
            raise found
        return found

    def _keep(self, found: Checked, places: Places) -> None:
        """Tell what was found in a document, if it is still as it was."""
        present = {each.uri: each for each in self.open_documents()}
        if present.get(found.document.uri) == found.document:
            self._checked[found.document.uri] = found
            self._tell(found.document, diagnostics(found, places, self._shows_related))

    def _publish(self, found: Round) -> None:
        """Tell the client what was found in documents that are still as they were."""
        present = {each.uri: each for each in self.open_documents()}
        places = self.places()
        for each in found.checked:
            self._keep(each, places)
        checked = {each.document.uri for each in found.checked}
        for uri in present.keys() - checked:
            self.forget(uri)
        self._say(found.errors)

    def _say(self, errors: Sequence[str]) -> None:
        """Show the user those of `errors` that were not shown last."""
        for error in errors:
            if error not in self._errors:
                message = types.ShowMessageParams(types.MessageType.Error, f"tritonlint: {error}")
                self.window_show_message(message)
        self._errors = tuple(errors)

    def _tell(self, document: Document, found: list[types.Diagnostic]) -> None:
        if self._told.get(document.uri) != (document, found):
            self._told[document.uri] = (document, found)
            self.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(document.uri, found, document.version)
            )

    def forget(self, uri: str) -> None:
        """Take back what was said of a document."""
        self._checked.pop(uri, None)
        if self._told.pop(uri, None):
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def open_documents(self) -> list[Document]:
        """The open Python files of this machine as they are now."""
        known = (
            documents.document(each.uri, each.version, each.source)
            for each in self.workspace.text_documents.values()
            if each.language_id in (None, "python")
        )
        return [each for each in known if each]

    def places(self) -> Places:
        """The places of the open documents and of all other files."""
        return Places(
            self.workspace.position_codec, [each.source for each in self.open_documents()]
        )

    def state(self, uri: str) -> Checked | None:
        """What was found in a document, if it is still as it was."""
        checked = self._checked.get(uri)
        present = {each.uri: each for each in self.open_documents()}
        return checked if checked and present.get(uri) == checked.document else None

    def editor(self) -> actions.Editor:
        """What edits are told in terms of."""
        workspace = self.client_capabilities.workspace
        edits = workspace.workspace_edit if workspace else None
        by_path = {each.source.path: each for each in self.open_documents()}
        return actions.Editor(by_path, self.places(), bool(edits and edits.document_changes))

    @property
    def _shows_related(self) -> bool:
        text = self.client_capabilities.text_document
        found = text.publish_diagnostics if text else None
        return bool(found and found.related_information)

    @property
    def resolves_edits(self) -> bool:
        """Whether the client asks for the edit of an action once it is chosen."""
        text = self.client_capabilities.text_document
        support = text.code_action.resolve_support if text and text.code_action else None
        return bool(support and "edit" in support.properties)


def create(checker: Checker) -> Server:
    """A server with all that it can do."""
    server = Server(checker)
    _listen(server)
    _answer(server)
    return server


def serve(checker: Checker) -> int:
    """Talk to a client on standard input and output until it ends that. Returns the exit code that
    the protocol asks for: 0 where the client asked to shut down before, else 1."""
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
        workspace = server.client_capabilities.workspace
        watched = workspace.did_change_watched_files if workspace else None
        if watched and watched.dynamic_registration:
            watchers = [types.FileSystemWatcher(each) for each in _WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            name = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            registration = types.Registration("watched", name, options)
            server.client_register_capability(types.RegistrationParams([registration]))

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


def _answer(server: Server) -> None:
    """Answer what the editor asks about the findings."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hovered(params: types.HoverParams) -> types.Hover | None:
        try:
            # A round that is under way may take longer than someone looks at a place.
            await asyncio.wait_for(server.one_at_a_time.acquire(), HOVER)
        except asyncio.TimeoutError:
            return await asyncio.to_thread(_hover, server, params, False)
        try:
            return await asyncio.to_thread(_hover, server, params, True)
        finally:
            server.one_at_a_time.release()

    kinds = types.CodeActionOptions(code_action_kinds=actions.KINDS, resolve_provider=True)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, kinds)
    async def offered(params: types.CodeActionParams) -> list[types.CodeAction]:
        return await asyncio.to_thread(_actions, server, params)

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def chosen(action: types.CodeAction) -> types.CodeAction:
        return await asyncio.to_thread(_resolve, server, action)


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


def _resolve(server: Server, action: types.CodeAction) -> types.CodeAction:
    if isinstance(action.data, dict):
        checked = server.state(action.data["uri"])
        if checked and checked.document.version == action.data["version"]:
            try:
                action.edit = actions.fix_all(checked, server.editor())
            except TritonlintError as error:
                server.window_show_message(
                    types.ShowMessageParams(types.MessageType.Error, f"tritonlint: {error}")
                )
    return action
