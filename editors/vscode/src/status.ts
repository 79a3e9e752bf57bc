/** The item in the status bar that tells how the server is. */

import * as vscode from "vscode";

export type State = "starting" | "running" | "stopped" | "failed";

const SHOWN: Record<State, { icon: string; said: string }> = {
  starting: { icon: "$(sync~spin)", said: "starting" },
  running: { icon: "$(check)", said: "running" },
  stopped: { icon: "$(circle-slash)", said: "not running" },
  failed: { icon: "$(error)", said: "could not be started" },
};

export class Status implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;

  constructor() {
    this.item = vscode.window.createStatusBarItem(
      "tritonlint.status",
      vscode.StatusBarAlignment.Right,
      50,
    );
    this.item.name = "tritonlint";
    this.item.command = "tritonlint.showLog";
    this.show("stopped", "");
    this.item.show();
  }

  /** Show a state and, when the mouse is over it, `detail`: the command line, or what went wrong. */
  show(state: State, detail: string): void {
    const { icon, said } = SHOWN[state];
    this.item.text = `${icon} tritonlint`;
    this.item.tooltip = [`The language server is ${said}.`, detail].filter(Boolean).join("\n");
    this.item.backgroundColor =
      state === "failed" ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
  }

  dispose(): void {
    this.item.dispose();
  }
}
