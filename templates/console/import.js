// Sends a large file in parts, and shows how an import or an export gets on. Without it, small files go with the form, and
// a link shows how far it is.
(() => {
  const form = document.getElementById("upload");
  const said = document.getElementById("uploading");
  if (form && said) {
    form.addEventListener("submit", async (event) => {
      const file = form.elements.namedItem("file").files[0];
      const part = Number(form.dataset.part);
      if (!file || file.size <= part) return;
      event.preventDefault();
      if (file.size > Number(form.dataset.most) * 1e6) {
        said.textContent = form.dataset.tooLarge;
        return;
      }
      const token = form.elements.namedItem("form_token").value;
      const button = form.querySelector("button");
      button.disabled = true;
      const send = async (path, fields) => {
        const body = new FormData();
        body.set("form_token", token);
        for (const [name, value] of Object.entries(fields)) body.set(name, value);
        for (let attempt = 1; ; attempt++) {
          try {
            const answer = await fetch(path, { method: "POST", body });
            if (answer.ok) return answer.json();
            if (answer.status < 500) throw new TypeError("refused");
          } catch (error) {
            if (attempt === 4 || error.message === "refused") throw error;
          }
          await new Promise((go) => setTimeout(go, 1000 * attempt));
        }
      };
      try {
        const job = await send("/console/imports", { size: file.size, file_name: file.name });
        const parts = Math.ceil(file.size / job.part);
        for (let number = 0; number < parts; number++) {
          said.textContent = form.dataset.uploading + " " + Math.floor((100 * number) / parts) + " %";
          const piece = file.slice(number * job.part, (number + 1) * job.part);
          await send("/console/imports/" + job.id + "/parts/" + number, { part: piece });
        }
        location.assign("/console/imports/" + job.id);
      } catch {
        said.textContent = form.dataset.interrupted;
        button.disabled = false;
      }
    });
  }

  const progress = document.getElementById("progress");
  if (!progress) return;
  const look = async () => {
    try {
      const answer = await fetch(location.pathname, { redirect: "error" });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const now = page.getElementById("progress");
        if (!now || now.dataset.state !== progress.dataset.state) {
          location.reload();
          return;
        }
        progress.replaceChildren(...now.childNodes);
      }
    } catch {
      // No connection: the link stays, and the next look may work.
    }
    setTimeout(look, 2000);
  };
  setTimeout(look, 2000);
})();
