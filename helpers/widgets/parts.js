// What the scripts share: elements without HTML from data, a look for both themes, and keys that stay inside.
const STYLE = `
.ladder { font-size: 14px; line-height: 1.45; color: var(--jp-ui-font-color1, CanvasText); background: var(--jp-layout-color1, Canvas);
  border: 1px solid var(--jp-border-color1, GrayText); border-radius: 4px; padding: 10px 12px; margin: 4px 2px 12px; max-width: 900px;
  box-sizing: border-box; }
.ladder:focus, .ladder:focus-within { outline: 2px solid #0072b2; outline-offset: -1px; }
.ladder .row { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; margin-top: 8px; }
.ladder button { font: inherit; color: inherit; background: var(--jp-layout-color2, ButtonFace); padding: 4px 10px; min-height: 32px;
  border: 1px solid var(--jp-border-color1, GrayText); border-radius: 4px; cursor: pointer; text-align: left; }
.ladder button:hover { background: var(--jp-layout-color3, Highlight); }
.ladder button:focus-visible, .ladder input:focus-visible { outline: 2px solid #d55e00; outline-offset: 1px; }
.ladder button[aria-pressed=true] { border: 2px solid #0072b2; font-weight: 600; }
.ladder kbd { font: 12px var(--jp-code-font-family, monospace); border: 1px solid currentColor; border-radius: 3px; padding: 0 4px;
  margin-right: 4px; opacity: .8; }
.ladder .text { white-space: pre-wrap; overflow-wrap: anywhere; min-height: 5.8em; max-height: 16em; overflow: auto; margin: 8px 0;
  padding: 8px 10px; border-left: 4px solid #0072b2; background: var(--jp-layout-color2, transparent); }
.ladder .quiet { font-size: 13px; color: var(--jp-ui-font-color2, inherit); overflow-wrap: anywhere; }
.ladder input { font: inherit; flex: 1 1 200px; min-width: 0; padding: 4px 8px; color: inherit; min-height: 24px;
  background: var(--jp-layout-color0, Canvas); border: 1px solid var(--jp-border-color1, GrayText); border-radius: 4px; }
.ladder progress { flex: 1 1 120px; accent-color: #0072b2; }
.ladder [hidden] { display: none; }
.ladder .sides { display: flex; flex-wrap: wrap; gap: 12px; }
.ladder svg { flex: 3 1 300px; min-width: 0; width: 100%; max-width: 560px; align-self: flex-start; touch-action: pan-y; cursor: pointer; }
.ladder .beside { flex: 2 1 240px; min-width: 0; }
.ladder .list { max-height: 300px; overflow: auto; margin: 6px 0 0; padding-left: 0; list-style: none; overflow-wrap: anywhere; }
.ladder .list li { padding: 5px 2px; border-bottom: 1px solid var(--jp-border-color2, GrayText); }
.ladder .list li.chosen { border-left: 4px solid #d55e00; padding-left: 8px; font-weight: 600; }`;

function make(parent, tag, settings = {}) {
  const element = parent.appendChild(document.createElement(tag));
  for (const [name, value] of Object.entries(settings)) {
    if (name in element && name !== "role") element[name] = value;
    else element.setAttribute(name, value);
  }
  return element;
}

function frame(el, label) {
  make(el, "style", { textContent: STYLE });
  return make(el, "div", { className: "ladder", tabIndex: 0, role: "group", "aria-label": label });
}

// JupyterLab would take d d for "delete the cell": a plain key pressed in here is ours. Ctrl+S, Shift+Enter and Tab go on to it.
function keep(event) {
  const theirs = event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab" || (event.shiftKey && event.key === "Enter");
  if (!theirs) event.stopPropagation();
  return !theirs;
}
