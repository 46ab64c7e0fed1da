// Keeps the page up to date, searches and sorts. The server makes all HTML; this takes over what has changed.
"use strict";

(() => {
  const every = 2000;
  const table = document.getElementById("queues");
  const search = document.getElementById("search");
  const sort = document.getElementById("sort");
  const found = document.getElementById("found");
  const lost = document.getElementById("lost");
  let descending = false;

  const bodies = () => [...(table?.tBodies ?? [])];

  // Makes `old` like `fresh` with as few changes as possible: what is focused, selected or open stays so.
  function adopt(old, fresh) {
    if (old.isEqualNode(fresh)) return;
    if (old.nodeName !== fresh.nodeName) return old.replaceWith(fresh);
    if (old.nodeType !== Node.ELEMENT_NODE) {
      old.data = fresh.data;
      return;
    }
    for (const { name, value } of [...fresh.attributes]) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && name !== "open" && name !== "hidden") old.removeAttribute(name);
    }
    const before = [...old.childNodes];
    const after = [...fresh.childNodes];
    after.forEach((child, i) => (i < before.length ? adopt(before[i], child) : old.append(child)));
    before.slice(after.length).forEach((child) => child.remove());
  }

  function adoptQueues(fresh) {
    const known = new Map(bodies().map((body) => [body.dataset.key, body]));
    for (const body of [...fresh.tBodies]) {
      const old = known.get(body.dataset.key);
      known.delete(body.dataset.key);
      if (old) {
        adopt(old, body);
      } else {
        table.append(body);
      }
    }
    for (const gone of known.values()) gone.remove();
    attention = new Map([...fresh.tBodies].map((body, i) => [body.dataset.key, i]));
  }

  // The order of the server: what needs somebody comes first.
  let attention = new Map(bodies().map((body, i) => [body.dataset.key, i]));

  function valueOf(body, column) {
    const value = [...body.rows[0].cells].find((cell) => cell.dataset.column === column)?.dataset.value;
    return value === undefined ? null : value;
  }

  function compare(a, b) {
    const column = sort.value;
    if (column) {
      const [x, y] = [valueOf(a, column), valueOf(b, column)];
      if ((x === null) !== (y === null)) return x === null ? 1 : -1;
      const numbers = x !== null && x !== "" && y !== "" && !Number.isNaN(Number(x)) && !Number.isNaN(Number(y));
      const order = numbers ? Number(x) - Number(y) : String(x).localeCompare(String(y));
      if (order !== 0) return descending ? -order : order;
    }
    return (attention.get(a.dataset.key) ?? Infinity) - (attention.get(b.dataset.key) ?? Infinity);
  }

  function arrange() {
    const now = bodies();
    const wanted = [...now].sort(compare);
    // Only what is out of place moves, since moving takes the focus away.
    wanted.forEach((body, i) => {
      if (table.tBodies[i] !== body) table.insertBefore(body, table.tBodies[i] ?? null);
    });
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const body of wanted) {
      const text = body.textContent.toLowerCase();
      body.hidden = !words.every((word) => text.includes(word));
      if (!body.hidden) shown += 1;
    }
    const sentence = words.length ? `${shown} of ${wanted.length} shown` : "";
    if (found.textContent !== sentence) found.textContent = sentence;
    for (const head of table.tHead.rows[0].cells) {
      const isSorted = sort.value !== "" && head.dataset.column === sort.value;
      if (isSorted) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  }

  function sortBy(column, downwards) {
    sort.value = column;
    descending = downwards;
    arrange();
  }

  // Texts go up at first, numbers down: who sorts by a number looks for the large ones.
  function offerSorting() {
    for (const head of table.tHead.rows[0].cells) {
      const column = head.dataset.column;
      if (column === "history") continue;
      sort.append(new Option(column, column));
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = column;
      head.replaceChildren(button);
      const numeric = head.classList.contains("number");
      button.addEventListener("click", () => sortBy(column, sort.value === column ? !descending : numeric));
    }
    sort.addEventListener("change", () => {
      const head = [...table.tHead.rows[0].cells].find((cell) => cell.dataset.column === sort.value);
      sortBy(sort.value, head?.classList.contains("number") ?? false);
    });
    search.addEventListener("input", arrange);
    search.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      search.value = "";
      arrange();
    });
    document.addEventListener("keydown", (event) => {
      const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      search.focus();
    });
    document.getElementById("tools").hidden = false;
  }

  function name() {
    const verdict = document.getElementById("verdict");
    const mark = { good: "", calm: "… ", bad: "(!) " }[verdict.className] ?? "";
    document.title = `${mark}${verdict.dataset.title} – taskqueue_exporter`;
  }

  function say(trouble) {
    if (lost.textContent !== trouble) lost.textContent = trouble;
    lost.hidden = trouble === "";
  }

  async function update() {
    const answer = await fetch(location.origin + location.pathname, { cache: "no-store", signal: AbortSignal.timeout(10000) });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const freshTable = fresh.getElementById("queues");
    // Other columns or another page altogether: begin anew.
    const heads = (each) => [...(each?.tHead.rows[0].cells ?? [])].map((cell) => cell.dataset.column).join();
    if (heads(freshTable) !== heads(table)) return location.reload();
    for (const id of ["verdict", "totals", "budgets", "footer"]) adopt(document.getElementById(id), fresh.getElementById(id));
    if (table) {
      adoptQueues(freshTable);
      arrange();
    }
    name();
  }

  let since = null;
  async function tick() {
    if (!document.hidden) {
      try {
        await update();
        since = null;
        say("");
      } catch (error) {
        since ??= new Date();
        say(`No news from the exporter since ${since.toLocaleTimeString()}: ${error.message}. What you see is old.`);
      }
    }
    setTimeout(tick, every);
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) update().catch(() => {});
  });
  if (table) offerSorting();
  name();
  setTimeout(tick, every);
})();
