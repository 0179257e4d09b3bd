const KEYS = { k: "keep", u: "unsure", z: "undo", ArrowLeft: "back", ArrowRight: "forward" };

function render({ model, el }) {
  const root = frame(el, "Review: k keep, 1 to 9 choose a label, u unsure, z undo, n note, arrow keys move");
  const state = () => model.get("state");
  const send = (act, value = null) => model.send({ act, value, id: state().id });

  const top = make(root, "div", { className: "row" });
  const where = make(top, "b");
  const bar = make(top, "progress", { "aria-label": "reviewed" });
  const counts = make(top, "span", { className: "quiet" });
  const text = make(root, "div", { className: "text" });
  const context = make(root, "div", { className: "quiet" });
  const proposed = make(root, "div");
  const note = make(root, "div", { className: "quiet" });

  const press = (row, key, words, go) => {
    const button = make(row, "button", { type: "button" });
    make(button, "kbd", { textContent: key });
    button.append(words);
    button.addEventListener("click", (event) => {
      go();
      if (event.detail && entry.hidden) root.focus({ preventScroll: true });
    });
    return button;
  };
  const choices = make(root, "div", { className: "row" });
  const buttons = { keep: press(choices, "k", "keep", () => send("keep")) };
  const labels = state().labels ?? [];
  labels.forEach((label, at) => {
    buttons[`=${label}`] = press(choices, at < 9 ? at + 1 : "·", label, () => send("label", label));
  });
  if (!state().labels) buttons.change = press(choices, "c", "change", () => ask("change", "New label", state().draft));
  buttons.unsure = press(choices, "u", "unsure", () => send("unsure"));
  const others = make(root, "div", { className: "row" });
  press(others, "n", "note", () => ask("note", "Note", state().note));
  press(others, "z", "undo", () => send("undo"));
  press(others, "←", "back", () => send("back"));
  press(others, "→", "forward", () => send("forward"));

  const entry = make(root, "div", { className: "row", hidden: true });
  const name = make(entry, "span");
  const input = make(entry, "input", { type: "text" });
  make(entry, "span", { className: "quiet", textContent: "Enter saves, Escape leaves" });
  const said = make(root, "div", { className: "row", role: "status" });
  const hint = make(root, "div", { className: "quiet", textContent: "Click in this box, or reach it with Tab: then the keys work." });

  const ask = (act, words, value) => {
    entry.dataset.act = act;
    name.textContent = words;
    input.setAttribute("aria-label", words);
    input.value = value;
    entry.hidden = false;
    input.focus();
  };
  const leave = () => {
    entry.hidden = true;
    root.focus({ preventScroll: true });
  };
  root.addEventListener("keydown", (event) => {
    if (!keep(event)) return;
    if (event.target === input) {
      if (event.key === "Enter" && !event.isComposing) send(entry.dataset.act, input.value);
      if ((event.key === "Enter" && !event.isComposing) || event.key === "Escape") leave();
      return;
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const label = /^[1-9]$/.test(key) ? labels[key - 1] : undefined;
    if (KEYS[key]) send(KEYS[key]);
    else if (label !== undefined) send("label", label);
    else if (key === "n") ask("note", "Note", state().note);
    else if (key === "c" && buttons.change) buttons.change.click();
    else return;
    event.preventDefault();
  });
  root.addEventListener("focusin", () => (hint.style.visibility = "hidden"));
  root.addEventListener("focusout", () => (hint.style.visibility = "visible"));

  const show = () => {
    const now = state();
    where.textContent = now.where;
    Object.assign(bar, { max: Math.max(1, now.rows), value: now.done });
    counts.textContent = now.counts;
    if (text.dataset.id !== now.id) text.scrollTop = 0;
    text.dataset.id = now.id;
    text.textContent = now.text;
    context.textContent = now.context;
    proposed.textContent = "Proposed label: ";
    make(proposed, "b", { textContent: now.proposed });
    proposed.append(now.standing);
    note.textContent = now.note ? `Note: ${now.note}` : "";
    for (const [which, button] of Object.entries(buttons)) button.setAttribute("aria-pressed", String(which === now.pressed));
    said.textContent = now.said;
  };
  model.on("change:state", show);
  show();
  return () => model.off("change:state", show);
}

export default { render };
