// Starts what a test of the page needs: the exporter, a cloud with tasks of our making, Chromium.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { createRequire } from "node:module";

const here = path.dirname(path.dirname(path.dirname(new URL(import.meta.url).pathname)));
const build = process.env.BUILD_DIR ?? path.join(here, "build", "release");
// The packages lie in the build folder, not beside these files.
const fromBuild = createRequire(path.join(build, "browser", "x.js"));
export const { chromium } = fromBuild("playwright-core");
export const axeSource = fromBuild("axe-core").source;

export const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Asks until the answer is true; fails with `what` otherwise. */
export async function until(what, question, milliseconds = 30000) {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${milliseconds} ms in vain for ${what}`);
    await wait(50);
  }
}

/** The exporter on a free port: { url, json(), stop() }. */
export async function startExporter(...flags) {
  const program = spawn(path.join(build, "taskqueue_exporter"), [...flags, "--web.listen-address=127.0.0.1:0"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  program.stderr.on("data", (part) => (log += part));
  const url = await until("the exporter to listen", () => {
    if (program.exitCode !== null) throw new Error(`the exporter ended:\n${log}`);
    const found = log.match(/room=web event=listening .*?address=(\S+)/);
    return found && `http://${found[1]}/`;
  });
  return {
    url,
    log: () => log,
    json: async () => (await fetch(`${url}api/v1/queues`)).json(),
    stop: async () => {
      if (program.exitCode !== null) return;
      program.kill();
      await once(program, "exit");
    },
  };
}

export async function startDemo() {
  const demo = await startExporter("--demo");
  await until("complete data of the demo", async () => (await demo.json()).queues.every((each) => each.state === "up"), 180000);
  return demo;
}

/** An MPS whose tasks the test sets: { tasks, failure, url, stop() }. */
export async function startCloud() {
  const cloud = { tasks: [], failure: null };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      const wanted = JSON.parse(body).Status;
      const tasks = cloud.tasks.filter((task) => task.Status === wanted);
      const answer = cloud.failure
        ? { Error: cloud.failure, RequestId: "r-1" }
        : { TaskSet: tasks, TotalCount: tasks.length, ScrollToken: "", RequestId: "r-1" };
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify({ Response: answer }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cloud.url = `http://127.0.0.1:${server.address().port}`;
  cloud.stop = () => server.closeAllConnections?.() ?? server.close();
  return cloud;
}

/** A task that waits since `seconds` ago. */
export function waitingTask(id, type, seconds = 60) {
  const time = (ago) => new Date(Date.now() - 1000 * ago).toISOString().replace(/\.\d+/, "");
  return { TaskId: id, TaskType: type, Status: "WAITING", SubTaskTypes: [], CreateTime: time(seconds), BeginProcessTime: "", FinishTime: "" };
}

/** An exporter of one queue for each given cloud: q0, q1, ... */
export async function startExporterOf(...clouds) {
  const folder = mkdtempSync(path.join(tmpdir(), "taskqueue-"));
  let text = '[polling]\ninterval = "2s"\n[accounts.a]\nprovider = "tencent"\ncredentials = "static"\nsecret_id = "AKIDx"\nsecret_key = "x"\n';
  clouds.forEach((cloud, i) => (text += `[queues.q${i}]\nservice = "mps"\naccount = "a"\nendpoint = "${cloud.url}"\n`));
  writeFileSync(path.join(folder, "config.toml"), text);
  const exporter = await startExporter(`--config.file=${path.join(folder, "config.toml")}`);
  const { stop } = exporter;
  exporter.stop = async () => {
    await stop();
    rmSync(folder, { recursive: true });
  };
  return exporter;
}

export async function startBrowser() {
  const found = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((each) => existsSync(each));
  if (!found) throw new Error("there is no Chromium: ./test browser installs it");
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? found, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** A page that keeps what went wrong on it: { page, errors, requests }. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const errors = [];
  const requests = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("dialog", (dialog) => {
    errors.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, errors, requests, close: () => context.close() };
}
