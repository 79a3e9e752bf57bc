/** The real server, started as the extension starts it, and asked in the protocol's own terms. */

import assert from "node:assert/strict";
import { ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import * as lsp from "vscode-languageserver-protocol/node";
import { Command, command, read } from "../src/settings";

const ROOT = resolve(__dirname, "../../../../..");
const CASE = join(ROOT, "fixtures/TL001/explicit_type_element_ty");
const PATIENCE = 60_000;

/** The interpreter that has tritonlint and pygls, or undefined. */
function interpreter(): string | undefined {
  const own = join(ROOT, ".venv/bin/python");
  return [process.env.TRITONLINT_PYTHON, own, "python3"].find((each) => {
    try {
      execFileSync(each ?? "", ["-c", "import tritonlint, pygls"], { stdio: "ignore" });
      return each !== undefined && (each === "python3" || existsSync(each));
    } catch {
      return false;
    }
  });
}

const python = interpreter();
const missing = python === undefined && "needs Python with tritonlint[lsp]; set TRITONLINT_PYTHON";

/** A server that runs, the messages between, and what it publishes. */
class Session {
  readonly published: lsp.PublishDiagnosticsParams[] = [];
  private waiting: (() => void)[] = [];

  private constructor(
    readonly process: ChildProcess,
    readonly connection: lsp.ProtocolConnection,
  ) {
    connection.onNotification(lsp.PublishDiagnosticsNotification.type, (params) => {
      this.published.push(params);
      this.waiting.splice(0).forEach((each) => each());
    });
    connection.listen();
  }

  static async start(run: Command, folder: string): Promise<Session> {
    const server = spawn(run.command, run.args, { cwd: folder });
    const session = new Session(
      server,
      lsp.createProtocolConnection(
        new lsp.StreamMessageReader(server.stdout),
        new lsp.StreamMessageWriter(server.stdin),
      ),
    );
    await session.connection.sendRequest(lsp.InitializeRequest.type, {
      processId: process.pid,
      rootUri: pathToFileURL(folder).href,
      capabilities: {
        textDocument: {
          publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true },
        },
      },
    });
    await session.connection.sendNotification(lsp.InitializedNotification.type, {});
    return session;
  }

  async open(uri: string, text: string): Promise<void> {
    await this.connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: "python", version: 1, text },
    });
  }

  /** The diagnostics of one version of a document. */
  async of(uri: string, version: number): Promise<lsp.Diagnostic[]> {
    for (;;) {
      const found = this.published.find((each) => each.uri === uri && each.version === version);
      if (found) {
        return found.diagnostics;
      }
      await new Promise<void>((done) => this.waiting.push(done));
    }
  }

  /** End the server as an editor does; its exit code. */
  async stop(): Promise<number | null> {
    const ended = new Promise<number | null>((done) => this.process.on("exit", done));
    await this.connection.sendRequest(lsp.ShutdownRequest.type);
    await this.connection.sendNotification(lsp.ExitNotification.type);
    const code = await ended;
    this.connection.dispose();
    return code;
  }
}

function started(values: Record<string, unknown>): Command {
  const settings = read({ get: <T>(key: string) => values[key] as T | undefined }, undefined);
  return command(settings, python);
}

async function session(
  values: Record<string, unknown>,
  body: (session: Session, uri: string, text: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tritonlint-"));
  try {
    cpSync(CASE, folder, { recursive: true });
    const file = join(folder, "flagged.py");
    const running = await Session.start(started(values), folder);
    const text = readFileSync(file, "utf-8").replace(/[ \t]*# expect:.*/g, "");
    await body(running, pathToFileURL(file).href, text);
    assert.equal(await running.stop(), 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const options = { skip: missing, timeout: PATIENCE };

test("a finding comes with its trace, its page and its fix", options, () =>
  session({}, async (running, uri, text) => {
    await running.open(uri, text);
    const [found] = await running.of(uri, 1);
    assert.equal(found.code, "TL001");
    assert.equal(found.source, "tritonlint");
    assert.match(found.codeDescription?.href ?? "", /^(https|file):\/\/.*tl001/i);
    assert.ok((found.relatedInformation ?? []).length > 2);
    const actions = await running.connection.sendRequest(lsp.CodeActionRequest.type, {
      textDocument: { uri },
      range: found.range,
      context: { diagnostics: [found], only: ["quickfix"] },
    });
    assert.match(actions?.[0].title ?? "", /\(safe fix\)$/);
  }),
);

test("the rules and the confidence of the settings are those of the server", options, () =>
  session({ select: ["TL002"], confidence: "certain" }, async (running, uri, text) => {
    await running.open(uri, text);
    assert.deepEqual(await running.of(uri, 1), []);
  }),
);

test("an option that the server does not know ends it", options, async () => {
  const run = started({ arguments: ["--no-such-option"] });
  const server = spawn(run.command, run.args);
  let said = "";
  server.stderr.on("data", (data) => (said += data));
  const code = await new Promise((done) => server.on("close", done));
  assert.equal(code, 2);
  assert.match(said, /No such option/);
});
