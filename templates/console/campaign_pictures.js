// Puts a picture into the text: made as small as mails need it here, kept by the server, its line where the cursor stands.
// Without it there is the page of pictures.
(() => {
  const form = document.getElementById("campaign");
  const box = document.getElementById("picture");
  const text = document.getElementById("body");
  if (!form || !box || !text) return;
  const WIDEST = 1200; // pixels: a mail shows 520, sharp screens have twice that
  const HIGHEST = 4000;
  const MOST = 300000; // bytes
  const QUALITIES = [0.86, 0.78, 0.7, 0.6, 0.5];
  const file = document.getElementById("picture-file");
  const alt = document.getElementById("picture-alt");
  const button = document.getElementById("picture-add");
  const said = document.getElementById("picture-said");
  box.hidden = false;

  async function smaller(chosen) {
    if (chosen.type === "image/gif") return chosen; // it may move
    let picture;
    try {
      picture = await createImageBitmap(chosen);
    } catch {
      return chosen; // the server says what is wrong with it
    }
    // A photo is drawn anew in any case: a note of the camera may say how it is to be turned.
    if (chosen.type === "image/png" && chosen.size <= MOST && picture.width <= WIDEST && picture.height <= HIGHEST) return chosen;
    for (let width = Math.min(picture.width, WIDEST); ; width = Math.round(width * 0.8)) {
      const scale = Math.min(width / picture.width, HIGHEST / picture.height);
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(picture.width * scale));
      canvas.height = Math.max(1, Math.round(picture.height * scale));
      const pen = canvas.getContext("2d");
      pen.imageSmoothingQuality = "high";
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      if (chosen.type !== "image/jpeg") {
        const png = await packed(canvas, "image/png");
        if (png.size <= MOST || (width <= 520 && isClear(pen, canvas))) return png;
        if (isClear(pen, canvas)) continue; // as JPEG it would get a black ground
      }
      for (const quality of QUALITIES) {
        const jpeg = await packed(canvas, "image/jpeg", quality);
        if (jpeg.size <= MOST || width <= 260) return jpeg;
      }
    }
  }

  function packed(canvas, type, quality) {
    return new Promise((done) => canvas.toBlob(done, type, quality));
  }

  function isClear(pen, canvas) {
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 3; at < data.length; at += 4) if (data[at] < 255) return true;
    return false;
  }

  async function add(chosen) {
    if (!chosen) { said.textContent = said.dataset.choose; return; }
    if (!alt.value.trim()) { said.textContent = said.dataset.describe; alt.focus(); return; }
    said.textContent = said.dataset.uploading;
    button.disabled = true;
    try {
      const sent = new FormData();
      sent.set("form_token", form.elements.namedItem("form_token").value);
      sent.set("alt", alt.value);
      sent.set("file", await smaller(chosen), "picture");
      const answer = await fetch("/console/pictures", { method: "POST", body: sent, headers: { "X-Autosave": "1" }, redirect: "error" });
      if (answer.ok) {
        const kept = await answer.json();
        put(kept.markdown);
        said.textContent = said.dataset.done.replace("{size}", `${kept.width} × ${kept.height}`).replace("{kb}", Math.ceil(kept.bytes / 1000));
        file.value = "";
        alt.value = "";
      } else if (answer.status === 422) {
        said.textContent = Object.values((await answer.json()).errors).join("; ");
      } else {
        said.textContent = answer.status === 401 ? said.dataset.signedOut : answer.status === 413 ? said.dataset.tooLarge : said.dataset.failed;
      }
    } catch {
      said.textContent = said.dataset.failed;
    } finally {
      button.disabled = false;
    }
  }

  // In a paragraph of its own, where the cursor stands.
  function put(line) {
    const at = text.selectionEnd;
    const before = text.value.slice(0, at).replace(/\s+$/, "");
    const after = text.value.slice(at).replace(/^\s+/, "");
    const begin = before ? before + "\n\n" : "";
    text.value = begin + line + "\n\n" + after;
    text.focus();
    text.setSelectionRange(begin.length + line.length, begin.length + line.length);
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  button.addEventListener("click", () => add(file.files[0]));
  for (const kind of ["paste", "drop"]) {
    text.addEventListener(kind, (event) => {
      const chosen = [...((event.clipboardData || event.dataTransfer).files || [])].find((each) => each.type.startsWith("image/"));
      if (!chosen) return;
      event.preventDefault();
      const given = new DataTransfer();
      given.items.add(chosen);
      file.files = given.files;
      add(chosen);
    });
  }
})();
