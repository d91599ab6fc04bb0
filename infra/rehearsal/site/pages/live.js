// Keeps the parts marked data-live as they are on the server, while somebody looks.
const parts = [...document.querySelectorAll("[data-live]")].map((element) => ({ element, seen: element.innerHTML }));
async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts) {
    const fresh = page.querySelector(`[data-live="${part.element.dataset.live}"]`)?.innerHTML;
    // Parts that did not change are left alone, so that what is open stays open and the focus where it is.
    if (fresh !== undefined && fresh !== part.seen) part.element.innerHTML = part.seen = fresh;
  }
}
if (parts.length) setInterval(() => refresh().catch(() => {}), 1500);
