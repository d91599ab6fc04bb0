// Keeps what changes by itself up to date: while an element says data-moves="yes", the page is asked for again and again,
// and each such element is replaced by what it has become. Without it, whoever looks loads the page again.
(() => {
  const FIRST = 3000;
  const LONGEST = 60000; // milliseconds between two looks; a large mailing takes hours
  let pause = FIRST;
  const moves = () => document.querySelector('[data-moves="yes"]');
  const inUse = (element) => element.contains(document.activeElement) || element.querySelector("details[open]");
  const look = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(location.href);
        if (answer.redirected) {
          // A campaign that has begun leads to its report. Whoever is signed out stays on the page.
          if (new URL(answer.url).pathname.startsWith("/console/mailings/")) return location.assign(answer.url);
        } else if (answer.ok) {
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          for (const old of document.querySelectorAll("[data-moves]")) {
            const now = page.getElementById(old.id);
            if (now && !inUse(old)) old.replaceWith(now);
          }
        }
      } catch {
        // No connection, or signed out: what is there stays, and the next look may work.
      }
      pause = Math.min(pause * 1.5, LONGEST);
    }
    if (moves()) setTimeout(look, pause);
  };
  if (moves()) setTimeout(look, pause);
})();
