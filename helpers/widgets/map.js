const NEAR = 16; // the farthest a click may be from its dot, in pixels of the screen
const SHAPES = { bad: "M-4-4L4 4M4-4L-4 4", fine: "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0" };

function render({ model, el }) {
  const { points, clusters, texts, width, height } = model.get("state");
  const root = frame(el, "Map of clusters: choose a cluster by its button, or a dot by a click");
  const sides = make(root, "div", { className: "sides" });
  const draw = (parent, tag, settings) => {
    const element = parent.appendChild(document.createElementNS("http://www.w3.org/2000/svg", tag));
    for (const [name, value] of Object.entries(settings)) element.setAttribute(name, value);
    return element;
  };
  const svg = draw(sides, "svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": model.get("state").alt });
  const dots = points.map(([x, y, cluster, bad]) =>
    draw(svg, "path", { d: bad ? SHAPES.bad : SHAPES.fine, transform: `translate(${x} ${y})`, fill: "none", "stroke-width": bad ? 2.4 : 1.4,
      stroke: clusters[cluster].color }));
  const ring = draw(svg, "circle", { r: 9, fill: "none", stroke: "currentColor", "stroke-width": 2, visibility: "hidden" });
  for (const { mark, x, y } of clusters.filter((cluster) => cluster.mark)) {
    draw(svg, "text", { x, y, "text-anchor": "middle", "dominant-baseline": "central", "font-size": 17, "font-weight": 700,
      fill: "currentColor", stroke: "var(--jp-layout-color1, Canvas)", "stroke-width": 4, "paint-order": "stroke" }).textContent = mark;
  }
  const beside = make(sides, "div", { className: "beside" });
  const heading = make(beside, "b", { role: "status", textContent: "Choose a cluster or a dot." });
  const list = make(beside, "ol", { className: "list", tabIndex: 0, "aria-label": "texts of the chosen cluster" });
  const hover = make(root, "div", { className: "quiet", textContent: model.get("state").legend });
  hover.style.height = "2.9em";
  hover.style.overflow = "hidden";
  const row = make(root, "div", { className: "row" });
  const buttons = clusters.map((cluster, at) => {
    const button = make(row, "button", { type: "button", textContent: `${cluster.mark} ${cluster.name} · ${cluster.words}` });
    button.style.borderLeft = `6px solid ${cluster.color}`;
    button.addEventListener("click", () => choose(at));
    return button;
  });

  const choose = (cluster, point = null) => {
    dots.forEach((dot, at) => dot.setAttribute("opacity", points[at][2] === cluster ? 1 : 0.18));
    buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(at === cluster)));
    ring.setAttribute("visibility", point === null ? "hidden" : "visible");
    if (point !== null) ring.setAttribute("transform", dots[point].getAttribute("transform"));
    heading.textContent = `${clusters[cluster].name}: ${clusters[cluster].words}`;
    list.replaceChildren();
    const members = points.map((_, at) => at).filter((at) => points[at][2] === cluster);
    members.sort((a, b) => (b === point) - (a === point) || points[b][3] - points[a][3] || a - b);
    for (const at of members.slice(0, 100)) {
      make(list, "li", { className: at === point ? "chosen" : "", textContent: (points[at][3] ? "✕ bad: " : "") + texts[at] });
    }
    if (members.length > 100) make(list, "li", { className: "quiet", textContent: `and ${members.length - 100} more` });
    list.scrollTop = 0;
    model.send(point === null ? { cluster } : { cluster, point });
  };
  const nearest = (event) => {
    const box = svg.getBoundingClientRect();
    const scale = width / box.width;
    const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    let best = null;
    let least = (NEAR * scale) ** 2;
    points.forEach((point, at) => {
      const far = (point[0] - x) ** 2 + (point[1] - y) ** 2;
      if (far < least) [best, least] = [at, far];
    });
    return best;
  };
  svg.addEventListener("pointermove", (event) => {
    const at = nearest(event);
    if (at !== null) hover.textContent = `${clusters[points[at][2]].name}: ${texts[at]}`;
  });
  svg.addEventListener("click", (event) => {
    const at = nearest(event);
    if (at !== null) choose(points[at][2], at);
  });
  root.addEventListener("keydown", keep);
}

export default { render };
