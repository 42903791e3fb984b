"""The server under pytest-lsp, as three editors that announce what theirs do."""

import asyncio
import os
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

EDITORS = ["visual-studio-code", "neovim", "emacs"]
SEEDS = Path(__file__).parents[2] / "docs" / "demo" / "rails" / "db" / "seeds.rb"
PATIENCE = 15.0


@pytest_lsp.fixture(params=EDITORS, config=ClientServerConfig(server_command=[os.environ["PRODGUARD"], "lsp"]))
async def editor(request, lsp_client: LanguageClient):
    @lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(params: types.RegistrationParams):
        lsp_client.registered = params.registrations

    capabilities = client_capabilities(request.param)
    folder = types.WorkspaceFolder(uri=SEEDS.parents[1].as_uri(), name="rails")
    params = types.InitializeParams(capabilities=capabilities, root_uri=folder.uri, workspace_folders=[folder])
    result = await asyncio.wait_for(lsp_client.initialize_session(params), PATIENCE)
    lsp_client.offers = result.capabilities
    yield
    await asyncio.wait_for(lsp_client.shutdown_session(), PATIENCE)


def open_seeds(editor):
    text = SEEDS.read_text()
    item = types.TextDocumentItem(uri=SEEDS.as_uri(), language_id="ruby", version=1, text=text)
    editor.text_document_did_open(types.DidOpenTextDocumentParams(item))
    return item.uri


async def diagnostics(editor, uri):
    """What is said of an open document, to who is told and to who asks."""
    if editor.offers.diagnostic_provider:
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
        return (await asyncio.wait_for(editor.text_document_diagnostic_async(params), PATIENCE)).items
    async with asyncio.timeout(PATIENCE):
        while not editor.diagnostics.get(uri):
            await editor.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    return editor.diagnostics[uri]


@pytest.mark.asyncio
async def test_diagnostics(editor: LanguageClient):
    found = await diagnostics(editor, open_seeds(editor))
    assert [it.code for it in found] == ["unknown-environment", "fake-data-written"]
    assert [it.severity for it in found] == [types.DiagnosticSeverity.Warning, types.DiagnosticSeverity.Error]


@pytest.mark.asyncio
async def test_hover(editor: LanguageClient):
    uri = open_seeds(editor)
    params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(7, 45))
    found = await asyncio.wait_for(editor.text_document_hover_async(params), PATIENCE)
    assert "fake-data-written" in found.contents.value


@pytest.mark.asyncio
async def test_the_guard_is_offered(editor: LanguageClient):
    """As the menu of each editor asks; resolved where the edit is not there yet."""
    uri = open_seeds(editor)
    written = next(it for it in await diagnostics(editor, uri) if it.code == "fake-data-written")
    context = types.CodeActionContext([written], only=[types.CodeActionKind.QuickFix])
    params = types.CodeActionParams(types.TextDocumentIdentifier(uri), written.range, context)
    offered = await asyncio.wait_for(editor.text_document_code_action_async(params), PATIENCE)
    # lsprotocol takes an action that has a command for a bare command
    guards = [it for it in offered if isinstance(it, types.CodeAction)]
    assert {it.kind for it in guards} == {types.CodeActionKind.QuickFix}
    assert any(it.is_preferred for it in guards)
    for guard in guards:
        if guard.edit is None and guard.command is None:
            guard = await asyncio.wait_for(editor.code_action_resolve_async(guard), PATIENCE)
        assert guard.edit is not None or guard.command is not None, guard.title
