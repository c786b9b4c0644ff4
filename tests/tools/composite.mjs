// Runs a composite action as GitHub's runner would: GitHub's own parser reads it, GitHub's own
// evaluator computes inputs, `if:` and outputs, bash runs the `run:` steps with the command files.
// `uses:` steps are reported, not run; the test hands in their outputs.
//
// stdin:  {"action", "inputs", "github", "env", "workspace", "temp", "uses": {step: {output: value}},
//          "interrupt": {"step", "on"}}  (SIGINT to a step's first process once it has printed "on")
// stdout: {"errors", "conclusion", "outputs", "summary", "steps": [{id, name, outcome, status, log}]}
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { Evaluator, Lexer, Parser, data } from "@actions/expressions";
import { NoOperationTraceWriter, isBasicExpression } from "@actions/workflow-parser";
import { convertActionTemplate, parseAction } from "@actions/workflow-parser/actions/index";

const given = JSON.parse(fs.readFileSync(0, "utf8"));
const toData = (value) => JSON.parse(JSON.stringify(value), data.reviver);

const source = fs.readFileSync(given.action, "utf8");
const { context, value: root } = parseAction({ name: given.action, content: source }, new NoOperationTraceWriter());
const template = root && convertActionTemplate(context, root);
const errors = context.errors.getErrors().map((error) => error.message);
if (errors.length) finish({ errors });

const github = { workspace: given.workspace, action_path: path.dirname(given.action), ...given.github };
const contexts = { github, inputs: {}, steps: {}, env: { ...given.env }, runner: { temp: given.temp, os: "Linux" } };
const run = { env: { ...given.env }, path: [], failed: false, cancelled: false, summary: "", steps: [] };

const status = {
  always: () => true,
  success: () => !run.failed && !run.cancelled,
  failure: () => run.failed,
  cancelled: () => run.cancelled,
};
const functions = Object.entries(status).map(([name, answer]) => ({
  name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(answer()),
}));

function evaluate(expression) {
  const tree = new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), functions).parse();
  const known = new Map(functions.map((definition) => [definition.name, definition]));
  return new Evaluator(tree, toData(contexts), known).evaluate();
}
const text = (token) => (isBasicExpression(token) ? evaluate(token.expression).coerceString() : token.toString());
const truthy = (result) => !["", "false", "0", "NaN"].includes(result.coerceString());
const pairs = (mapping) => Object.fromEntries([...(mapping ?? [])].map(({ key, value }) => [key.toString(), text(value)]));

for (const { id, default: fallback } of template.inputs ?? []) {
  contexts.inputs[id] = String(given.inputs[id] ?? (fallback ? text(fallback) : ""));
}
const unknown = Object.keys(given.inputs).filter((id) => !(id in contexts.inputs));
if (unknown.length) finish({ errors: unknown.map((id) => `Unexpected input: ${id}`) });

// key=value lines and key<<DELIMITER blocks, the forms of GITHUB_OUTPUT and GITHUB_ENV
function entries(file) {
  const found = {};
  const lines = fs.readFileSync(file, "utf8").split("\n");
  while (lines.length) {
    const line = lines.shift();
    const block = line.match(/^([^=<]+)<<(.+)$/);
    if (block) {
      const end = lines.indexOf(block[2]);
      if (end < 0) throw new Error(`no closing delimiter for ${block[1]}`);
      found[block[1]] = lines.splice(0, end + 1).slice(0, -1).join("\n");
    } else if (line) {
      found[line.slice(0, line.indexOf("="))] = line.slice(line.indexOf("=") + 1);
    }
  }
  return found;
}

function bash(step, raw, env) {
  const script = path.join(given.temp, `${step.id}.sh`);
  fs.writeFileSync(script, text(step.run));
  const folder = raw.find("working-directory");
  const cwd = path.resolve(given.workspace, folder ? text(folder) : ".");
  const child = spawn("bash", ["--noprofile", "--norc", "-e", "-o", "pipefail", script], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  return new Promise((resolve) => {
    let log = "";
    const hear = (chunk) => {
      log += chunk;
      if (given.interrupt?.step === step.id && !run.cancelled && log.includes(given.interrupt.on)) {
        run.cancelled = true;
        child.kill("SIGINT");
      }
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("close", (code, signal) => resolve({ log, status: code ?? signal }));
  });
}

async function perform(step, raw) {
  const files = {};
  for (const name of ["OUTPUT", "ENV", "PATH", "STEP_SUMMARY", "STATE"]) {
    files[`GITHUB_${name}`] = path.join(given.temp, `${step.id}.${name}`);
    fs.writeFileSync(files[`GITHUB_${name}`], "");
  }
  const base = { ...process.env, PATH: [...run.path, process.env.PATH].join(":"), RUNNER_TEMP: given.temp, CI: "true", GITHUB_ACTIONS: "true" };
  const own = { GITHUB_WORKSPACE: given.workspace, GITHUB_ACTION_PATH: github.action_path };
  const done = await bash(step, raw, { ...base, ...run.env, ...own, ...files, ...pairs(step.env) });
  Object.assign(run.env, entries(files.GITHUB_ENV));
  Object.assign(contexts.env, run.env);
  run.path.unshift(...fs.readFileSync(files.GITHUB_PATH, "utf8").split("\n").filter(Boolean));
  run.summary += fs.readFileSync(files.GITHUB_STEP_SUMMARY, "utf8");
  return { ...done, outcome: done.status === 0 ? "success" : "failure", outputs: entries(files.GITHUB_OUTPUT) };
}

async function main() {
  const rawSteps = root.find("runs").find("steps");
  for (const [index, step] of template.runs.steps.entries()) {
    const raw = rawSteps.get(index);
    let done = { outcome: "skipped", outputs: {} };
    if (truthy(evaluate(step.if.expression))) {
      done = "run" in step
        ? await perform(step, raw)
        : { outcome: "not run", uses: step.uses.value, with: pairs(raw.find("with")), outputs: given.uses?.[step.id] ?? {} };
    }
    run.failed ||= done.outcome === "failure" && step["continue-on-error"] !== true;
    contexts.steps[step.id] = { outputs: done.outputs, outcome: done.outcome, conclusion: done.outcome };
    run.steps.push({ id: step.id, name: step.name ? text(step.name) : "", ...done });
  }
  const outputs = Object.fromEntries((template.outputs ?? []).map(({ id, value }) => [id, text(value)]));
  const conclusion = run.cancelled ? "cancelled" : run.failed ? "failure" : "success";
  finish({ errors, conclusion, outputs, summary: run.summary, steps: run.steps });
}

function finish(result) {
  fs.writeSync(1, JSON.stringify(result));
  process.exit(0);
}

main();
