// The status page in Chromium, as people use it.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { axeSource, openPage, startBrowser, startCloud, startDemo, startExporterOf, until, wait, waitingTask } from "./programs.mjs";

let browser;
let demo;
before(async () => {
  [browser, demo] = await Promise.all([startBrowser(), startDemo()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const rows = (page) => page.locator("tbody.queue:visible");
const names = async (page) => rows(page).locator(".name").allTextContents();
const cell = (page, queue, column) => page.locator(`tbody[data-key^="${queue}/"] [data-column="${column}"]`);

/** What axe-core finds that keeps somebody from using the page. */
async function faults(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map((each) => `${each.impact} ${each.id}: ${each.nodes.map((node) => node.html).slice(0, 3).join(" | ")}`);
}

test("each demo queue is shown, without an error and without a request to elsewhere", async () => {
  const { page, errors, requests, close } = await openPage(browser, demo.url);
  const wanted = (await demo.json()).queues.map((each) => each.queue);
  assert.ok(wanted.length >= 5);
  assert.deepEqual((await names(page)).sort(), [...wanted].sort());
  assert.equal(await page.locator("#verdict h2").textContent(), `All ${wanted.length} queues are up`);
  await page.locator("details").first().locator("summary").click();
  await wait(5000);
  assert.deepEqual(errors, []);
  assert.ok(requests.length >= 5, "it asks again by itself");
  assert.deepEqual(requests.filter((each) => !each.startsWith(demo.url)), []);
  await close();
});

test("what changes is shown within one refresh, and what is open stays open", async () => {
  const { page, close } = await openPage(browser, demo.url);
  const details = page.locator("details").first();
  const summary = details.locator("summary");
  await summary.focus();
  await page.keyboard.press("Enter");
  const seen = new Set();
  const began = Date.now();
  let slowest = 0;
  for (let turn = 0; turn < 4; turn += 1) {
    // The newest success of the queue as the JSON has it; the page must get there within the demo's interval of 5 s.
    const { time } = await until("a fresh reading", async () => {
      const success = (await demo.json()).queues.find((each) => each.queue === "transcode").refresh.last_success;
      return !seen.has(success) && { time: success };
    });
    seen.add(time);
    const asked = Date.now();
    await until("the page to show it", async () => (await cell(page, "transcode", "data age").locator("time").getAttribute("datetime")) >= time, 5000);
    slowest = Math.max(slowest, Date.now() - asked);
  }
  console.log(`the page followed within ${slowest} ms, over ${Date.now() - began} ms`);
  assert.equal(await details.evaluate((each) => each.open), true);
  assert.equal(await summary.evaluate((each) => each === document.activeElement), true, "the focus stays");
  await close();
});

test("search narrows, by name, region and task id, and Escape widens again", async () => {
  const { page, errors, close } = await openPage(browser, demo.url);
  const all = (await names(page)).length;
  await page.keyboard.press("/");
  await page.keyboard.type("vod");
  assert.deepEqual((await names(page)).every((name) => name.startsWith("vod")), true);
  assert.equal(await page.locator("#found").textContent(), `2 of ${all} shown`);
  await wait(2500);
  assert.equal((await names(page)).length, 2, "updates do not widen it");
  await page.locator("#search").fill("CN-hangzhou");
  assert.deepEqual(await names(page), ["images"]);
  await page.locator("#search").fill("");
  const id = (await page.locator("tbody.queue code").first().textContent()).trim();
  await page.locator("#search").fill(id);
  assert.equal((await names(page)).length, 1);
  await page.locator("#search").fill("nothing like that");
  assert.deepEqual(await names(page), []);
  await page.keyboard.press("Escape");
  assert.equal((await names(page)).length, all);
  assert.deepEqual(errors, []);
  await close();
});

test("a head sorts, a second time the other way round, by mouse, keyboard and list", async () => {
  const { page, close } = await openPage(browser, demo.url);
  const values = async (column) =>
    (await rows(page).locator(`[data-column="${column}"]`).evaluateAll((cells) => cells.map((each) => each.dataset.value)))
      .filter((value) => value !== undefined)
      .map(Number);
  const head = page.locator("thead").first().getByRole("button", { name: "succeeded" });
  await head.click();
  let found = await values("succeeded");
  assert.deepEqual(found, [...found].sort((a, b) => b - a));
  assert.equal(await page.locator('th[data-column="succeeded"]').getAttribute("aria-sort"), "descending");
  await head.focus();
  await page.keyboard.press("Enter");
  found = await values("succeeded");
  assert.deepEqual(found, [...found].sort((a, b) => a - b));
  await page.locator("#sort").selectOption("queue");
  const listed = await names(page);
  assert.deepEqual(listed, [...listed].sort((a, b) => a.localeCompare(b)));
  await wait(2500);
  assert.deepEqual(await names(page), listed, "updates keep the order");
  await close();
});

test("tags in a task's type or id stay text, in the page and after updates", async () => {
  const evil = `<script>alert(1)</script><img src=x onerror=alert(2)>"'>`;
  const cloud = await startCloud();
  cloud.tasks = [waitingTask(`id${evil}`, `type${evil}`)];
  const exporter = await startExporterOf(cloud);
  await until("data", async () => (await exporter.json()).queues[0].up);
  const { page, errors, close } = await openPage(browser, exporter.url);
  await page.locator("summary").first().click();
  assert.ok((await page.locator(".block code").first().textContent()).includes(`id${evil}`));
  cloud.tasks.push(waitingTask(`second${evil}`, `another${evil}`, 120));
  await until("the second task", async () => (await page.locator(".block").first().textContent()).includes(`second${evil}`));
  assert.equal(await page.locator("script").count(), 1);
  assert.equal(await page.locator("img").count(), 0);
  assert.deepEqual(errors, []);
  await close();
  await exporter.stop();
  cloud.stop();
});

test("a queue that fails comes first, with the error in words and what to do", async () => {
  const [well, ill] = [await startCloud(), await startCloud()];
  const exporter = await startExporterOf(well, ill);
  await until("data", async () => (await exporter.json()).queues.every((each) => each.up));
  const { page, errors, close } = await openPage(browser, exporter.url);
  assert.equal(await page.locator("#verdict").getAttribute("class"), "good");
  ill.failure = { Code: "AuthFailure.UnauthorizedOperation", Message: "You are <b>not</b> allowed to do that." };
  await until("the verdict", async () => (await page.locator("#verdict h2").textContent()) === "1 of 2 queues needs you");
  assert.deepEqual(await names(page), ["q1", "q0"]);
  const note = await page.locator("tbody.queue .error").textContent();
  assert.match(note, /You are <b>not<\/b> allowed/);
  assert.match(note, /What to do: Allow this action/);
  assert.match(await page.title(), /^\(!\) 1 of 2 queues needs you/);
  assert.deepEqual(await faults(page), []);
  if (process.env.SCREENSHOTS) await page.screenshot({ path: path.join(process.env.SCREENSHOTS, "failing-1440.png") });
  ill.failure = null;
  await until("recovery", async () => (await page.locator("#verdict").getAttribute("class")) === "good");
  assert.equal(await page.locator("tbody.queue .recovered").count(), 1);
  assert.deepEqual(errors, []);
  await close();
  await exporter.stop();
  [well, ill].forEach((each) => each.stop());
});

test("an exporter that is gone is told, and what is shown called old", async () => {
  const cloud = await startCloud();
  const exporter = await startExporterOf(cloud);
  const { page, close } = await openPage(browser, exporter.url);
  assert.equal(await page.locator("#lost").isVisible(), false);
  await exporter.stop();
  await until("the notice", () => page.locator("#lost").isVisible());
  assert.match(await page.locator("#lost").textContent(), /No news from the exporter since/);
  await close();
  cloud.stop();
});

test("without script the page shows the same and reloads itself", async () => {
  const { page, close } = await openPage(browser, demo.url, { javaScriptEnabled: false });
  assert.equal((await names(page)).length, (await demo.json()).queues.length);
  assert.equal(await page.locator("#tools").isVisible(), false, "nothing that would not work");
  assert.match(await page.content(), /<noscript><meta http-equiv="refresh"/);
  await page.locator("summary").first().click();
  assert.ok(await page.locator(".block").first().isVisible());
  await close();
});

test("axe-core would find a fault", async () => {
  const { page, close } = await openPage(browser, demo.url);
  await page.evaluate(() => document.querySelector("main").append(document.createElement("button")));
  assert.match((await faults(page)).join(), /button-name/);
  await close();
});

for (const colorScheme of ["light", "dark"]) {
  for (const [width, height] of [[1440, 900], [768, 1024], [360, 780]]) {
    test(`nothing sticks out and axe-core finds no fault at ${width} px, ${colorScheme}`, async () => {
      const { page, errors, close } = await openPage(browser, demo.url, { colorScheme, viewport: { width, height } });
      if (process.env.SCREENSHOTS) {
        mkdirSync(process.env.SCREENSHOTS, { recursive: true });
        await page.screenshot({ path: path.join(process.env.SCREENSHOTS, `page-${width}-${colorScheme}.png`) });
      }
      assert.deepEqual(await faults(page), []);
      for (const each of await page.locator("details").all()) await each.evaluate((details) => (details.open = true));
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, "no scrolling sideways");
      assert.deepEqual(await faults(page), []);
      assert.deepEqual(errors, []);
      await close();
    });
  }
}
