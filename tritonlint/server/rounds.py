"""The rounds in which open documents are checked, and what the client is told of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from tritonlint import __version__
from tritonlint.facts.survey.bulkhead import internal
from tritonlint.server import actions, documents
from tritonlint.server.diagnostics import diagnostics
from tritonlint.server.documents import Checked, Checker, Document, Round
from tritonlint.server.places import Places

T = TypeVar("T")


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
        """Check one document by itself, and tell what was found. What is known of it from an
        earlier session is told before."""
        documents = self.open_documents()
        one = next((each for each in documents if each.uri == changed), None)
        if one is None:
            return
        if one.uri not in self._checked:
            known = await self._apart(lambda: self.checker.known(one, documents))
            if known is not None:
                self._keep(known, self.places())
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
