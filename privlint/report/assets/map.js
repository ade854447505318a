"use strict";
const filter = document.getElementById("filter");
const drawing = document.getElementById("drawing");

function sift() {
  const words = filter.querySelector("[type=search]").value.toLowerCase().split(/\s+/).filter(Boolean);
  const boxes = [...filter.querySelectorAll("[type=checkbox]")];
  const shown = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  for (const row of document.querySelectorAll("tr[data-provenance]")) {
    const holder = row.closest("article")?.querySelector("h3")?.textContent ?? "";
    const text = (row.textContent + " " + holder).toLowerCase();
    row.hidden = (boxes.length > 0 && !shown.has(row.dataset.provenance)) || !words.every((word) => text.includes(word));
  }
  for (const table of document.querySelectorAll("table")) {
    const empty = [...table.querySelectorAll("tbody tr")].every((row) => row.hidden);
    const box = table.closest("article") ?? table;
    box.hidden = empty;
    if (box === table && table.previousElementSibling?.tagName === "H3") table.previousElementSibling.hidden = empty;
  }
}
filter?.addEventListener("input", sift);
filter?.addEventListener("submit", (event) => event.preventDefault());

// A box that is pointed at shows what leads to it and where it leads, over both columns.
function reached(start, near, far) {
  const found = new Set([start]);
  let waiting = [start];
  while (waiting.length) {
    const next = [];
    for (const link of drawing.querySelectorAll(".link")) {
      if (waiting.includes(link.dataset[near]) && !found.has(link.dataset[far])) {
        found.add(link.dataset[far]);
        next.push(link.dataset[far]);
      }
    }
    waiting = next;
  }
  return found;
}
function choose(node) {
  const before = reached(node, "to", "from"), after = reached(node, "from", "to");
  for (const box of drawing.querySelectorAll(".node")) {
    box.classList.toggle("on", before.has(box.dataset.node) || after.has(box.dataset.node));
  }
  for (const link of drawing.querySelectorAll(".link")) {
    const { from, to } = link.dataset;
    link.classList.toggle("on", (before.has(from) && before.has(to)) || (after.has(from) && after.has(to)));
  }
  drawing.classList.add("chosen");
}
for (const box of drawing?.querySelectorAll(".node") ?? []) {
  box.addEventListener("mouseenter", () => choose(box.dataset.node));
  box.addEventListener("mouseleave", () => drawing.classList.remove("chosen"));
}
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
