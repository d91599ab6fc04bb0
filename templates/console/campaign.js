// Saves the form of a campaign while one types. Without it the buttons save, and everything else works the same.
(() => {
  const form = document.getElementById("campaign");
  const said = document.getElementById("saved");
  if (!form || !said || form.dataset.saves !== "yes") return;
  const QUIET = 1500; // milliseconds without a key
  let waiting = 0;
  let saving = false;
  let again = false;
  let dirty = false;
  let pressed = null;
  let sends = false; // a button was pressed, which waits until what is being saved is saved

  async function save() {
    if (saving) { again = true; return; }
    saving = true;
    dirty = false;
    said.textContent = said.dataset.saving;
    const fields = new URLSearchParams(new FormData(form));
    fields.set("step", "save");
    try {
      const answer = await fetch(form.action, { method: "POST", body: fields, headers: { "X-Autosave": "1" }, redirect: "error" });
      if (answer.ok) {
        const kept = await answer.json();
        for (const field of document.querySelectorAll('input[name="version"]')) field.value = kept.version;
        form.action = "/console/campaigns/" + kept.id;
        history.replaceState(null, "", form.action);
        said.textContent = said.dataset.saved.replace("{at}", kept.saved);
      } else if (answer.status === 401) {
        dirty = true;
        said.textContent = said.dataset.signedOut;
      } else if (answer.status === 409) {
        dirty = true;
        said.textContent = said.dataset.changed;
        return;
      } else {
        dirty = true;
        said.textContent = said.dataset.notSaved;
      }
    } catch {
      dirty = true;
      said.textContent = said.dataset.noConnection;
    } finally {
      saving = false;
      if (sends) { sends = false; form.requestSubmit(pressed); } else if (again) { again = false; save(); }
    }
  }

  form.addEventListener("input", () => {
    dirty = true;
    said.textContent = "";
    clearTimeout(waiting);
    waiting = setTimeout(save, QUIET);
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(waiting);
    if (saving) { event.preventDefault(); sends = true; pressed = event.submitter; return; }
    dirty = false;
  });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
})();
