/** Starts the language server of tritonlint, and again when the settings change. */

import * as vscode from "vscode";
import { LanguageClient, State, Trace } from "vscode-languageclient/node";
import type { LanguageClientOptions, ServerOptions } from "vscode-languageclient/node";
import { chosen } from "./interpreter";
import { Command, command, read } from "./settings";
import { Status } from "./status";

const HELP =
  "Install it (`pip install 'tritonlint[lsp]'` in the project's environment), or set " +
  "`tritonlint.interpreter` or `tritonlint.path`.";

/** The server, of which there is one at a time. */
class Server implements vscode.Disposable {
  private readonly status = new Status();
  private readonly log = vscode.window.createOutputChannel("tritonlint");
  private client: LanguageClient | undefined;
  /** The last thing that was asked for: each waits for the one before. */
  private turn: Promise<void> = Promise.resolve();

  /** Start the server; one that runs is stopped before. */
  restart(): Promise<void> {
    this.turn = this.turn.then(() => this.stopped()).then(() => this.started());
    return this.turn;
  }

  /** Stop the server. */
  stop(): Promise<void> {
    this.turn = this.turn.then(() => this.stopped());
    return this.turn;
  }

  showLog(): void {
    this.log.show(true);
  }

  dispose(): void {
    this.status.dispose();
    this.log.dispose();
  }

  private async started(): Promise<void> {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const settings = read(vscode.workspace.getConfiguration("tritonlint", folder), folder?.fsPath);
    if (!settings.enable) {
      this.status.show("stopped", "`tritonlint.enable` is off.");
      return;
    }
    const isSet = settings.path !== "" || settings.interpreter !== "";
    const run = command(settings, isSet ? undefined : await chosen(folder));
    const line = [run.command, ...run.args].join(" ");
    this.status.show("starting", line);
    this.log.appendLine(`starting: ${line}`);
    const client = this.created(run, folder?.fsPath);
    this.client = client;
    client.onDidChangeState(({ newState }) => {
      if (this.client === client) {
        this.status.show(newState === State.Running ? "running" : "stopped", line);
      }
    });
    try {
      await client.start();
      await client.setTrace(trace());
    } catch (error) {
      this.failed(line, error);
    }
  }

  private created(run: Command, folder: string | undefined): LanguageClient {
    const server: ServerOptions = {
      command: run.command,
      args: [...run.args],
      options: folder === undefined ? {} : { cwd: folder },
    };
    const options: LanguageClientOptions = {
      documentSelector: [{ scheme: "file", language: "python" }],
      outputChannel: this.log,
      diagnosticCollectionName: "tritonlint",
    };
    return new LanguageClient("tritonlint", "tritonlint", server, options);
  }

  private failed(line: string, error: unknown): void {
    this.client = undefined;
    const reason = error instanceof Error ? error.message : String(error);
    this.log.appendLine(`failed: ${line}: ${reason}`);
    this.status.show("failed", `${line}: ${reason}`);
    void vscode.window
      .showErrorMessage(`tritonlint could not be started (${line}): ${reason}. ${HELP}`, "Show Log")
      .then((answer) => answer && this.showLog());
  }

  private async stopped(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.status.show("stopped", "");
    try {
      await client?.stop();
    } catch (error) {
      this.log.appendLine(`while it was stopped: ${String(error)}`);
    }
  }
}

function trace(): Trace {
  const asked = vscode.workspace.getConfiguration("tritonlint").get<string>("trace.server");
  return Trace.fromString(asked ?? "off");
}

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const started = new Server();
  server = started;
  context.subscriptions.push(
    started,
    vscode.commands.registerCommand("tritonlint.restart", () => started.restart()),
    vscode.commands.registerCommand("tritonlint.showLog", () => started.showLog()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("tritonlint")) {
        void started.restart();
      }
    }),
  );
  await started.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
