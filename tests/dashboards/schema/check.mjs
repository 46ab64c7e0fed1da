// Holds dashboards/*.json against Grafana's types: each becomes a constant of the type Dashboard, which tsc looks at.
// node check.mjs FOLDER: where node_modules is, and where the constants are written to.
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const dashboards = join(here, "../../../dashboards");
const folder = process.argv[2];
const ts = createRequire(join(folder, "package.json"))("typescript");

function complaints(texts) {
  copyFileSync(join(here, "dashboard.ts"), join(folder, "dashboard.ts"));
  const files = Object.entries(texts).map(([name, json]) => {
    const file = join(folder, `${name}.ts`);
    writeFileSync(file, `import type { Dashboard } from "./dashboard";\nexport const it: Dashboard = ${json};\n`);
    return file;
  });
  const options = { noEmit: true, strict: true, skipLibCheck: true, types: [], module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, target: ts.ScriptTarget.ES2022 };
  return ts.getPreEmitDiagnostics(ts.createProgram(files, options)).map((found) => {
    const at = found.file ? `${found.file.fileName}:${found.file.getLineAndCharacterOfPosition(found.start).line + 1}: ` : "";
    return at + ts.flattenDiagnosticMessageText(found.messageText, "\n");
  });
}

const texts = Object.fromEntries(
  readdirSync(dashboards).filter((name) => name.endsWith(".json")).map((name) => [name.slice(0, -5), readFileSync(join(dashboards, name), "utf8")]));
const found = complaints(texts);
for (const sentence of found) console.error(sentence);

// What is planted must be found, or the types say nothing.
const sound = texts["queue-detail"];
const slips = {
  "no such sort": sound.replace('"sort": 1', '"sort": 17'),
  "no such mode": sound.replace('"mode": "thresholds"', '"mode": "threshold"'),
  "no such option": sound.replace('"graphMode": "area"', '"graphMood": "area"'),
  "no number": sound.replace('"schemaVersion": 39', '"schemaVersion": "39"'),
};
let missed = 0;
for (const [what, text] of Object.entries(slips)) {
  if (text === sound || complaints({ planted: text }).length === 0) {
    console.error(`the types do not find: ${what}`);
    missed += 1;
  }
}
console.log(`${Object.keys(texts).length} dashboards, ${found.length} complaints, ${Object.keys(slips).length - missed} of ${Object.keys(slips).length} planted slips found`);
process.exit(found.length + missed > 0 || Object.keys(texts).length !== 4 ? 1 : 0);
