// In attack mode: solves the page's challenge (ALTCHA, SHA-256) and puts the answer into its forms.
(() => {
  "use strict";
  const CHUNK = 500; // hashes at a time, so that the page keeps responding

  async function hashes(salt, first) {
    const encoder = new TextEncoder();
    const numbers = Array.from({ length: CHUNK }, (_, index) => first + index);
    return Promise.all(numbers.map((number) => crypto.subtle.digest("SHA-256", encoder.encode(salt + number))));
  }

  async function solve(challenge) {
    const wanted = Uint8Array.from(challenge.challenge.match(/../g), (pair) => parseInt(pair, 16));
    for (let first = 0; first <= challenge.maxnumber; first += CHUNK) {
      const found = (await hashes(challenge.salt, first)).findIndex((digest) => {
        const bytes = new Uint8Array(digest);
        return wanted.every((byte, index) => byte === bytes[index]);
      });
      if (found >= 0) {
        const { algorithm, salt, signature } = challenge;
        return btoa(JSON.stringify({ algorithm, challenge: challenge.challenge, number: first + found, salt, signature }));
      }
    }
    throw new Error("no number solves the challenge");
  }

  // A form that is sent before the answer is there waits for it; if there can be no answer, it is sent without one.
  function attend(form, answer) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "altcha" });
    let ready = false;
    let pressed = null;
    form.append(field);
    form.addEventListener("submit", (event) => {
      if (ready) return;
      event.preventDefault();
      pressed = event.submitter;
    });
    answer.then((text) => {
      field.value = text;
      ready = true;
      if (pressed) form.requestSubmit(pressed);
    });
  }

  const status = document.querySelector("[data-challenge]");
  // Without Web Crypto (a page not served over HTTPS) the forms work as without a script.
  if (!status || !window.crypto || !crypto.subtle) return;
  status.textContent = status.dataset.working;
  const answer = solve(JSON.parse(status.dataset.challenge)).catch(() => "");
  answer.then((text) => {
    status.textContent = text ? status.dataset.done : status.dataset.why;
  });
  document.querySelectorAll("main form").forEach((form) => attend(form, answer));
})();
