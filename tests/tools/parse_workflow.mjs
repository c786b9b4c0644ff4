// Reads workflow files with GitHub's own parser: node parse_workflow.cjs FILE…
// stdout: {"<file>": {"errors": [message], "events": {…}, "jobs": [id]}}
import fs from "node:fs";
import { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } from "@actions/workflow-parser";

async function read(name) {
  const file = { name, content: fs.readFileSync(name, "utf8") };
  const { context, value } = parseWorkflow(file, new NoOperationTraceWriter());
  const template = value && (await convertWorkflowTemplate(context, value));
  const errors = context.errors.getErrors().map((error) => error.message);
  return { errors, events: template?.events ?? {}, jobs: (template?.jobs ?? []).map((job) => job.id.value) };
}

const files = process.argv.slice(2);
Promise.all(files.map(read)).then((results) => {
  console.log(JSON.stringify(Object.fromEntries(files.map((name, index) => [name, results[index]]))));
});
