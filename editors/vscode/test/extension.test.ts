import assert from "node:assert/strict";
import { test } from "node:test";
import { loaded, World } from "./mock";

async function activated(world: World) {
  const extension = loaded(world);
  const context = { subscriptions: [] as { dispose(): void }[] };
  await extension.activate(context);
  return { extension, context };
}

test("the server runs in the project's folder, for Python files, and the status says so", async () => {
  const world = new World();
  await activated(world);
  const [client] = world.clients;
  assert.ok(client.running);
  assert.deepEqual(client.server, {
    command: "tritonlint",
    args: ["server"],
    options: { cwd: "/project" },
  });
  assert.deepEqual(client.options.documentSelector, [{ scheme: "file", language: "python" }]);
  const [item] = world.items;
  assert.equal(item.text, "$(check) tritonlint");
  assert.match(item.tooltip, /is running\.\ntritonlint server/);
  assert.ok(item.shown);
});

test("restarting stops the old server first, however often it is asked for", async () => {
  const world = new World();
  await activated(world);
  const restart = world.commands.get("tritonlint.restart")!;
  await Promise.all([restart(), restart(), restart()]);
  assert.equal(world.clients.length, 4);
  assert.deepEqual(world.clients.map((each) => each.running), [false, false, false, true]);
  assert.deepEqual(world.clients.map((each) => each.stops), [1, 1, 1, 0]);
});

test("a changed setting restarts the server with it; others' settings do not", async () => {
  const world = new World();
  await activated(world);
  await world.changed("editor.fontSize");
  assert.equal(world.clients.length, 1);
  world.configuration["select"] = ["TL001"];
  await world.changed("tritonlint.select");
  await world.commands.get("tritonlint.showLog")!();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(world.clients.length, 2);
  assert.deepEqual(world.clients[1].server.args, ["server", "--select", "TL001"]);
});

test("switched off, nothing is started", async () => {
  const world = new World();
  world.configuration["enable"] = false;
  await activated(world);
  assert.equal(world.clients.length, 0);
  assert.match(world.items[0].tooltip, /not running\.\n`tritonlint.enable` is off\./);
});

test("what cannot be started is said with what to do", async () => {
  const world = new World();
  world.failure = new Error("spawn tritonlint ENOENT");
  await activated(world);
  assert.equal(world.errors.length, 1);
  assert.match(world.errors[0], /\(tritonlint server\): spawn tritonlint ENOENT\. Install it/);
  assert.equal(world.items[0].text, "$(error) tritonlint");
  assert.ok(world.items[0].backgroundColor);
  world.failure = undefined;
  await world.commands.get("tritonlint.restart")!();
  assert.equal(world.items[0].text, "$(check) tritonlint");
  assert.equal(world.items[0].backgroundColor, undefined);
});

test("a server that ends by itself is shown as such", async () => {
  const world = new World();
  await activated(world);
  world.clients[0].crash();
  assert.match(world.items[0].tooltip, /is not running/);
});

test("an interpreter without tritonlint is passed over", async () => {
  const world = new World();
  world.python = "/no/such/python";
  await activated(world);
  assert.equal(world.clients[0].server.command, "tritonlint");
});

test("the server is stopped at the end, and what was opened is disposed of", async () => {
  const world = new World();
  const { extension, context } = await activated(world);
  await extension.deactivate();
  context.subscriptions.forEach((each) => each.dispose());
  assert.equal(world.clients[0].stops, 1);
  assert.ok(world.items[0].disposed);
});

test("each command that the manifest names is there, and each setting has a description", async () => {
  const world = new World();
  await activated(world);
  const { contributes } = require("../../../package.json");
  const commands = contributes.commands.map((each: { command: string }) => each.command);
  assert.deepEqual([...world.commands.keys()].sort(), commands.sort());
  for (const each of Object.values<Record<string, string>>(contributes.configuration.properties)) {
    assert.ok(each.markdownDescription);
  }
});
