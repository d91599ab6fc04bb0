// Numbers the lines of a campaign's text and marks those of which preflight says something. Without it there is a list.
(() => {
  const text = document.getElementById("body");
  const editor = text && text.closest(".editor");
  if (!editor) return;
  const lines = document.createElement("div");
  lines.className = "lines";
  lines.setAttribute("aria-hidden", "true");
  editor.prepend(lines);
  editor.classList.add("numbered");
  let marked = new Map(); // line -> "bad" or "odd"

  function draw() {
    const written = text.value.split("\n");
    while (lines.childElementCount > written.length) lines.lastElementChild.remove();
    written.forEach((line, index) => {
      const row = lines.children[index] || lines.appendChild(document.createElement("div"));
      const shown = line || "\u200b"; // an empty line has its height, too
      if (row.textContent !== shown) row.textContent = shown;
      row.dataset.number = index + 1;
      row.className = marked.get(index + 1) || "";
    });
    lines.style.width = text.clientWidth + "px";
    lines.style.height = text.clientHeight + "px";
    lines.scrollTop = text.scrollTop;
  }

  function jump(line) {
    const written = text.value.split("\n");
    if (!(line > 0 && line <= written.length)) return;
    const start = written.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    text.focus();
    text.setSelectionRange(start, start + written[line - 1].length);
    text.scrollTop = lines.children[line - 1].offsetTop - text.clientHeight / 3;
    text.scrollIntoView({ block: "nearest" });
  }

  text.addEventListener("input", draw);
  text.addEventListener("scroll", () => { lines.scrollTop = text.scrollTop; });
  text.addEventListener("faults", (event) => { marked = event.detail; draw(); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    jump(Number(link.dataset.line));
  });
  new ResizeObserver(draw).observe(text);
  draw();
  const wanted = /^#line-(\d{1,6})$/.exec(location.hash);
  if (wanted) jump(Number(wanted[1]));
})();
