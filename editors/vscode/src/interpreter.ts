/** The interpreter that the Python extension has chosen, where it has tritonlint. */

import { execFile } from "node:child_process";
import * as vscode from "vscode";

const PYTHON = "ms-python.python";
const ASK = "import importlib.util, sys; sys.exit(importlib.util.find_spec('tritonlint') is None)";
const PATIENCE = 10_000;

/** What is used of the Python extension's interface. */
interface Environments {
  getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
  resolveEnvironment(
    path: { path: string },
  ): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
}

/** The path of the interpreter, or undefined. */
export async function chosen(folder: vscode.Uri | undefined): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<{ environments?: Environments }>(PYTHON);
  if (extension === undefined) {
    return undefined;
  }
  try {
    const environments = (await extension.activate())?.environments;
    if (environments === undefined) {
      return undefined;
    }
    const path = environments.getActiveEnvironmentPath(folder);
    const found = (await environments.resolveEnvironment(path))?.executable.uri?.fsPath;
    return found !== undefined && (await hasTritonlint(found)) ? found : undefined;
  } catch {
    return undefined; // another version of that extension: do without
  }
}

/** Whether an interpreter can import tritonlint. */
export function hasTritonlint(interpreter: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(interpreter, ["-c", ASK], { timeout: PATIENCE }, (error) => resolve(error === null));
  });
}
