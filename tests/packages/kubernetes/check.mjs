// Holds manifests against the published schemas of Kubernetes and of prometheus-operator.
//   node check.mjs FOLDER_WITH_NODE_MODULES FILE...
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, ...files] = process.argv.slice(2);
const require = createRequire(join(folder, "package.json"));
const { parseAllDocuments } = require("yaml");

/** The class of a kind, or nothing where no schema is known. */
function model(apiVersion, kind) {
  const packages = apiVersion.startsWith("monitoring.coreos.com/") ? "@kubernetes-models/prometheus-operator" : "kubernetes-models";
  try {
    return require(`${packages}/${apiVersion}/${kind}`)[kind];
  } catch {
    return undefined;
  }
}

const schemas = ["kubernetes-models", "@kubernetes-models/prometheus-operator"].map(
  (name) => `${name} ${JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"))).version}`,
);
let broken = 0;
function complain(file, object, what) {
  console.error(`${file}: ${object.kind} ${object.metadata?.name}: ${what}`);
  broken += 1;
}

for (const file of files) {
  const counts = {};
  for (const document of parseAllDocuments(readFileSync(file, "utf8"), { uniqueKeys: true })) {
    if (document.errors.length) throw document.errors[0];
    const object = document.toJS();
    if (object === null) continue;
    const Model = model(object.apiVersion, object.kind);
    if (!Model) {
      complain(file, object, `no schema for ${object.apiVersion}`);
      continue;
    }
    try {
      new Model(object).validate();
      counts[object.kind] = (counts[object.kind] ?? 0) + 1;
    } catch (error) {
      complain(file, object, error.message);
    }
  }
  console.log(`  ${file.split("/").pop()}: ${Object.entries(counts).map(([kind, count]) => `${count} ${kind}`).join(", ")}`);
}

// That the schemas can refuse.
const Deployment = model("apps/v1", "Deployment");
const Monitor = model("monitoring.coreos.com/v1", "ServiceMonitor");
for (const wrong of [
  new Deployment({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "x" }, spec: { replicas: "two" } }),
  new Monitor({ apiVersion: "monitoring.coreos.com/v1", kind: "ServiceMonitor", metadata: { name: "x" }, spec: { endpoints: 1 } }),
]) {
  let refused = false;
  try {
    wrong.validate();
  } catch {
    refused = true;
  }
  if (!refused) throw new Error(`the schema of ${wrong.kind} refuses nothing`);
}
console.log(`  by ${schemas.join(" and ")}`);
process.exit(broken ? 1 : 0);
