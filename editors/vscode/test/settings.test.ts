import assert from "node:assert/strict";
import { test } from "node:test";
import { command, read } from "../src/settings";

function settings(values: Record<string, unknown>, folder: string | undefined = "/project") {
  return read({ get: <T>(key: string) => values[key] as T | undefined }, folder);
}

test("without settings the command on the search path is started", () => {
  assert.deepEqual(command(settings({}), undefined), { command: "tritonlint", args: ["server"] });
});

test("the interpreter that the Python extension chose comes before the search path", () => {
  assert.deepEqual(command(settings({}), "/venv/bin/python"), {
    command: "/venv/bin/python",
    args: ["-m", "tritonlint", "server"],
  });
});

test("an interpreter that is set comes before the chosen one, and a command before both", () => {
  const interpreter = "/mine/python";
  assert.equal(command(settings({ interpreter }), "/venv/bin/python").command, interpreter);
  const path = "${workspaceFolder}/.venv/bin/tritonlint";
  const found = command(settings({ interpreter, path }), "/venv/bin/python");
  assert.deepEqual(found, { command: "/project/.venv/bin/tritonlint", args: ["server"] });
});

test("rules, confidence and arguments are options of the server, in this order", () => {
  const values = { select: ["TL001", "TL002"], confidence: "possible", arguments: ["--preview"] };
  assert.deepEqual(command(settings(values), undefined).args, [
    "server",
    "--select",
    "TL001,TL002",
    "--confidence",
    "possible",
    "--preview",
  ]);
});

test("values of the wrong type are as if they were not set", () => {
  const values = {
    enable: "no",
    path: 3,
    interpreter: null,
    select: "TL001",
    arguments: [1, "", "--preview"],
    confidence: "sure",
  };
  const found = settings(values);
  assert.equal(found.enable, true);
  assert.deepEqual(command(found, undefined), {
    command: "tritonlint",
    args: ["server", "--preview"],
  });
});

test("without a folder the working directory stands for it", () => {
  assert.equal(read({ get: <T>() => "${workspaceFolder}/x" as T }, undefined).path, "./x");
});
