"use strict";
const filter = document.getElementById("filter");
filter?.addEventListener("change", () => {
  const shown = new Set([...filter.querySelectorAll("input:checked")].map((box) => box.value));
  for (const section of document.querySelectorAll("section")) {
    let any = false;
    for (const article of section.querySelectorAll("article")) {
      article.hidden = !shown.has(article.dataset.code);
      any ||= !article.hidden;
    }
    section.hidden = !any;
  }
});
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
