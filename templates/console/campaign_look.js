// Shows the mail beside the form while one types, and what preflight says. Without it the buttons show both.
(() => {
  const form = document.getElementById("campaign");
  const screen = document.getElementById("screen");
  const notes = document.getElementById("notes");
  const told = document.getElementById("told");
  const gets = document.getElementById("gets");
  const subject = document.getElementById("inbox-subject");
  if (!form || !screen || !notes) return;
  const QUIET = 700; // milliseconds without a key
  const HERE = "/console/campaigns/preview";
  let waiting = 0;
  let round = 0;
  document.getElementById("show").hidden = true;

  function fields(part) {
    const sent = new URLSearchParams(new FormData(form));
    sent.set("part", part);
    return sent;
  }

  async function look() {
    const mine = ++round;
    try {
      const answer = await fetch(HERE, { method: "POST", body: fields("faults"), redirect: "error" });
      if (mine !== round) return;
      if (!answer.ok) { told.textContent = answer.status === 401 ? told.dataset.signedOut : told.dataset.failed; return; }
      tell(await answer.json());
      frame();
    } catch {
      if (mine === round) told.textContent = told.dataset.failed;
    }
  }

  // A form that is sent into a new frame: a frame that is used again would add a step to the way back.
  function frame() {
    const before = screen.querySelectorAll("iframe");
    const next = before[0].cloneNode();
    next.removeAttribute("src");
    next.name = "look-" + round;
    next.classList.add("coming");
    screen.append(next);
    const sheet = document.createElement("form");
    Object.assign(sheet, { method: "post", action: HERE, target: next.name, hidden: true });
    for (const [name, value] of fields("mail")) {
      const field = document.createElement("textarea");
      Object.assign(field, { name, value });
      sheet.append(field);
    }
    next.addEventListener("load", () => {
      if (next.contentWindow.location.href === "about:blank") return;
      const old = before[before.length - 1];
      next.contentWindow.scrollTo(0, old.contentWindow ? old.contentWindow.scrollY : 0);
      next.classList.remove("coming");
      before.forEach((each) => each.remove());
    });
    document.body.append(sheet);
    sheet.submit();
    sheet.remove();
  }

  function tell(said) {
    const shown = said.faults.filter((each) => each.line || !isEmpty(each.field));
    const marks = new Map();
    for (const each of shown) {
      if (each.line && marks.get(each.line) !== "bad") marks.set(each.line, each.blocks ? "bad" : "odd");
    }
    form.elements.namedItem("body").dispatchEvent(new CustomEvent("faults", { detail: marks }));
    notes.replaceChildren(...shown.map(note));
    const blocking = shown.filter((each) => each.blocks).length;
    told.textContent = !shown.length ? told.dataset.fine
      : told.dataset.found.replace("{blocking}", blocking).replace("{others}", shown.length - blocking);
    subject.textContent = said.subject || subject.dataset.none;
    subject.parentElement.hidden = false;
    gets.textContent = said.gets_it === null ? "" : said.gets_it ? gets.dataset.yes : gets.dataset.no;
  }

  function note(each) {
    const item = document.createElement("li");
    item.className = each.blocks ? "bad" : "odd";
    const link = document.createElement("a");
    link.href = "#" + (each.field || "body");
    if (each.line) link.dataset.line = each.line;
    link.textContent = each.line ? notes.dataset.line + " " + each.line : labelOf(each.field);
    item.append(link, " ");
    if (each.quote) {
      const quote = document.createElement("code");
      quote.textContent = each.quote;
      item.append(quote, " ");
    }
    item.append(each.message + (each.blocks ? "" : " " + notes.dataset.mayStay));
    return item;
  }

  function labelOf(field) {
    const place = document.getElementById(field || "body");
    const label = place && (place.querySelector("legend") || document.querySelector(`label[for="${place.id}"]`));
    return label ? label.firstChild.textContent.trim() : notes.dataset.mail;
  }

  function isEmpty(field) {
    const place = form.elements.namedItem(field);
    return Boolean(place && "value" in place && !place.value.trim() && field);
  }

  function soon(delay) { clearTimeout(waiting); waiting = setTimeout(look, delay); }
  form.addEventListener("input", () => soon(QUIET));
  document.getElementById("look").addEventListener("input", () => soon(0));
  if (form.elements.namedItem("body").value.trim()) soon(0);
})();
