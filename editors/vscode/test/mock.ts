/** Stands in for VS Code and for its language client: what the extension does to them is recorded. */

import Module from "node:module";

export interface Item {
  text: string;
  tooltip: string;
  name: string;
  command: string;
  backgroundColor: unknown;
  shown: boolean;
  disposed: boolean;
}

type Handler = (...all: never[]) => unknown;

/** What was recorded, and what the extension is told. */
export class World {
  items: Item[] = [];
  commands = new Map<string, Handler>();
  lines: string[] = [];
  errors: string[] = [];
  clients: Client[] = [];
  configuration: Record<string, unknown> = {};
  folder: string | undefined = "/project";
  python: string | undefined;
  onConfiguration: Handler[] = [];
  /** What starting a client ends with. */
  failure: Error | undefined;

  /** Tell the extension that a setting changed. */
  async changed(section: string): Promise<void> {
    const event = { affectsConfiguration: (asked: string) => section.startsWith(asked) };
    await Promise.all(this.onConfiguration.map((each) => each(event as never)));
  }
}

/** Stands in for a language client. */
export class Client {
  running = false;
  stops = 0;
  traced: unknown;
  private listener: ((change: { newState: number }) => void) | undefined;

  constructor(
    private readonly world: World,
    readonly server: { command: string; args: string[]; options: { cwd?: string } },
    readonly options: { documentSelector: unknown; diagnosticCollectionName: string },
  ) {
    world.clients.push(this);
  }

  onDidChangeState(listener: (change: { newState: number }) => void): void {
    this.listener = listener;
  }

  async start(): Promise<void> {
    await Promise.resolve();
    if (this.world.failure) {
      throw this.world.failure;
    }
    this.running = true;
    this.listener?.({ newState: 2 });
  }

  /** The server ends by itself. */
  crash(): void {
    this.running = false;
    this.listener?.({ newState: 1 });
  }

  async stop(): Promise<void> {
    await Promise.resolve();
    this.running = false;
    this.stops += 1;
  }

  async setTrace(value: unknown): Promise<void> {
    this.traced = value;
  }
}

function vscode(world: World): object {
  const disposable = { dispose() {} };
  return {
    StatusBarAlignment: { Left: 1, Right: 2 },
    ThemeColor: class {
      constructor(readonly id: string) {}
    },
    window: {
      createStatusBarItem(): object {
        const item: Item = {
          text: "",
          tooltip: "",
          name: "",
          command: "",
          backgroundColor: undefined,
          shown: false,
          disposed: false,
        };
        world.items.push(item);
        return Object.assign(item, {
          show: () => (item.shown = true),
          dispose: () => (item.disposed = true),
        });
      },
      createOutputChannel: () => ({
        appendLine: (line: string) => world.lines.push(line),
        show: () => world.lines.push("(shown)"),
        dispose() {},
      }),
      showErrorMessage(message: string): Promise<undefined> {
        world.errors.push(message);
        return Promise.resolve(undefined);
      },
    },
    commands: {
      registerCommand(name: string, handler: Handler): object {
        world.commands.set(name, handler);
        return disposable;
      },
    },
    workspace: {
      get workspaceFolders(): object[] | undefined {
        return world.folder === undefined ? undefined : [{ uri: { fsPath: world.folder } }];
      },
      getConfiguration: () => ({ get: (key: string) => world.configuration[key] }),
      onDidChangeConfiguration(handler: Handler): object {
        world.onConfiguration.push(handler);
        return disposable;
      },
    },
    extensions: {
      getExtension: (name: string) =>
        name === "ms-python.python" && world.python !== undefined
          ? {
              activate: async () => ({
                environments: {
                  getActiveEnvironmentPath: () => ({ path: "environment" }),
                  resolveEnvironment: async () => ({
                    executable: { uri: { fsPath: world.python } },
                  }),
                },
              }),
            }
          : undefined,
    },
  };
}

function client(world: World): object {
  return {
    State: { Stopped: 1, Running: 2, Starting: 3 },
    Trace: { fromString: (text: string) => `trace:${text}` },
    LanguageClient: class extends Client {
      constructor(_id: string, _name: string, server: never, options: never) {
        super(world, server, options);
      }
    },
  };
}

type Load = (request: string, parent: unknown, isMain: boolean) => unknown;

/** The extension, loaded afresh in a world of its own. */
export function loaded(world: World): {
  activate(context: { subscriptions: { dispose(): void }[] }): Promise<void>;
  deactivate(): Promise<void>;
} {
  const loader = Module as unknown as { _load: Load };
  const real = loader._load;
  const stands: Record<string, object> = {
    vscode: vscode(world),
    "vscode-languageclient/node": client(world),
  };
  loader._load = (request, parent, isMain) => stands[request] ?? real(request, parent, isMain);
  try {
    for (const name of ["extension", "interpreter", "settings", "status"]) {
      delete require.cache[require.resolve(`../src/${name}`)];
    }
    return require("../src/extension");
  } finally {
    loader._load = real;
  }
}
