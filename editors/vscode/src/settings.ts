/** What the user set, and the command line that it comes to. */

/** The part of `vscode.WorkspaceConfiguration` that is read here. */
export interface Configuration {
  get<T>(key: string): T | undefined;
}

export type Confidence = "certain" | "likely" | "possible";

export interface Settings {
  readonly enable: boolean;
  /** The `tritonlint` command; empty: not set. */
  readonly path: string;
  /** The interpreter that has tritonlint installed; empty: not set. */
  readonly interpreter: string;
  readonly arguments: readonly string[];
  readonly select: readonly string[];
  readonly confidence: Confidence | undefined;
}

/** A program and its arguments. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

const CONFIDENCES: readonly string[] = ["certain", "likely", "possible"];

/** The settings, those of the wrong type as if they were not set. `folder` is the first folder of
 * the workspace. */
export function read(configuration: Configuration, folder: string | undefined): Settings {
  const confidence = configuration.get<unknown>("confidence");
  return {
    enable: configuration.get<unknown>("enable") !== false,
    path: expanded(configuration.get<unknown>("path"), folder),
    interpreter: expanded(configuration.get<unknown>("interpreter"), folder),
    arguments: texts(configuration.get<unknown>("arguments")),
    select: texts(configuration.get<unknown>("select")),
    confidence:
      typeof confidence === "string" && CONFIDENCES.includes(confidence)
        ? (confidence as Confidence)
        : undefined,
  };
}

/** How the server is started. `chosen` is an interpreter that has tritonlint, used where neither a
 * command nor an interpreter is set. */
export function command(settings: Settings, chosen: string | undefined): Command {
  const options = ["server"];
  if (settings.select.length > 0) {
    options.push("--select", settings.select.join(","));
  }
  if (settings.confidence !== undefined) {
    options.push("--confidence", settings.confidence);
  }
  options.push(...settings.arguments);
  if (settings.path !== "") {
    return { command: settings.path, args: options };
  }
  const interpreter = settings.interpreter || chosen;
  return interpreter
    ? { command: interpreter, args: ["-m", "tritonlint", ...options] }
    : { command: "tritonlint", args: options };
}

function expanded(value: unknown, folder: string | undefined): string {
  const text = typeof value === "string" ? value.trim() : "";
  return text.replace(/\$\{workspaceFolder\}/g, folder ?? ".");
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string" && each !== "") : [];
}
