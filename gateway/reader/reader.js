// Shows /openapi.json: operations by service, with parameters and the fields of
// request and response. Text goes in as text, never as HTML.
"use strict";

const el = (tag, attrs = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), attrs);
  node.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
  return node;
};
const byId = (id) => document.getElementById(id);
const names = {
  RegistryService: "居民登记", FeedIntakeService: "数据推送", PlaceService: "区划与机构", ArchiveService: "健康档案",
  ImmunizationService: "预防接种", MaternalService: "妇幼保健", FamilyPlanningService: "计划生育", AggregatorService: "统计与资格",
};
const verbs = ["get", "post", "patch", "put", "delete"];

let spec;
const deref = (schema) => {
  for (let hops = 0; schema && schema.$ref && hops < 10; hops++) {
    schema = schema.$ref.slice(2).split("/").reduce((at, key) => at && at[decodeURIComponent(key)], spec);
  }
  return schema || {};
};
const inner = (schema) => {
  if (!schema) return {};
  if (schema.allOf) return inner(schema.allOf[0]);
  if (schema.type === "array") return inner(schema.items);
  return schema;
};
const typeOf = (schema) => {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split(/[/.]/).pop();
  if (schema.type === "array") return typeOf(schema.items) + "[]";
  if (schema.allOf) return typeOf(schema.allOf[0]);
  return [].concat(schema.type || "any").join(" | ") + (schema.format ? " · " + schema.format : "");
};
// Comments of the contract are wrapped; only empty lines part paragraphs.
const prose = (text) => (text || "").split(/\n\s*\n/).map((p) => el("p", {}, p.replace(/\s*\n\s*/g, " ")));
const line = (text) => (text || "").replace(/\s*\n\s*/g, " ");

// A type: plain text, or something to unfold when it has fields or words.
const typeCell = (schema, depth) => {
  const whole = deref(inner(schema));
  const label = typeOf(schema);
  const known = label.startsWith("Date") ? '{"year": 2026, "month": 6, "day": 30}' : null;
  if (known) return el("td", {}, el("code", { title: known }, label));
  if (whole.enum) return el("td", {}, el("details", { className: "more" }, el("summary", {}, label), el("ul", {}, ...whole.enum.map((v) => el("li", {}, el("code", {}, String(v)))))));
  if (!whole.properties || depth > 4) return el("td", {}, el("code", {}, label));
  const more = el("details", { className: "more" }, el("summary", {}, label));
  more.addEventListener("toggle", () => { if (more.open && more.children.length === 1) more.append(fields(schema, depth + 1)); });
  return el("td", {}, more);
};
const row = (name, required, schema, text, depth) =>
  el("tr", {}, el("td", {}, el("code", {}, name), required ? el("b", { className: "required", title: "必填 required" }, " *") : null), typeCell(schema, depth), el("td", {}, line(text)));
const table = (rows) => el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, "名称 Name"), el("th", {}, "类型 Type"), el("th", {}, "说明 Meaning"))), el("tbody", {}, ...rows));
const fields = (schema, depth = 0) => {
  const whole = deref(inner(schema));
  const required = new Set(whole.required || []);
  const rows = Object.entries(whole.properties || {}).map(([name, f]) => row(name, required.has(name), f, f.description || deref(inner(f)).description, depth));
  return rows.length > 0 ? table(rows) : null;
};

// An example of a body: every required field, or all when none is said to be.
const example = (schema, depth = 0) => {
  if (!schema || depth > 5) return {};
  if (schema.type === "array") return [example(schema.items, depth + 1)];
  const whole = deref(inner(schema));
  if (typeOf(schema) === "Date") return { year: 2026, month: 6, day: 30 };
  if (whole.enum) return whole.enum[1] || whole.enum[0];
  if (whole.properties) {
    const required = whole.required || [];
    return Object.fromEntries(Object.entries(whole.properties).filter(([name, f]) => !f.readOnly && (required.length === 0 || required.includes(name))).map(([name, f]) => [name, example(f, depth + 1)]));
  }
  const kind = [].concat(whole.type || "")[0];
  return kind === "boolean" ? false : kind === "integer" || kind === "number" ? 0 : whole.format === "date-time" ? "2026-06-30T08:00:00Z" : "…";
};

const curl = (verb, path, op) => {
  const params = (op.parameters || []).map(deref);
  const query = params.filter((p) => p.in === "query" && (p.required || p.schema.format === "date")).map((p) => p.name + "=" + (p.schema.format === "date" ? "2026-06-30" : "…")).join("&");
  const lines = ["curl -H \"Authorization: Bearer $XINJU_TOKEN\" -X " + verb.toUpperCase()];
  const content = op.requestBody && deref(op.requestBody).content;
  if (content && content["application/json"]) {
    lines.push("  -H 'Content-Type: application/json'", "  -d '" + JSON.stringify(example(content["application/json"].schema), null, 2) + "'");
  } else if (content) {
    lines.push("  -H 'Content-Type: text/csv' --data-binary @feed.csv");
  }
  lines.push("  '" + location.origin + path + (query ? "?" + query : "") + "'");
  return lines.join(" \\\n");
};
const copyable = (text) => {
  const button = el("button", { type: "button", className: "copy" }, "复制 Copy");
  button.addEventListener("click", () => navigator.clipboard.writeText(text).then(() => { button.textContent = "已复制 Copied"; }, () => {}));
  return el("div", { className: "code" }, button, el("pre", {}, text));
};

const describe = (verb, path, op) => {
  const parts = [...prose(op.summary), ...prose(op.description)];
  const params = (op.parameters || []).map(deref);
  if (params.length > 0) {
    parts.push(el("h3", {}, "参数 Parameters"), table(params.map((p) => row(p.name, p.required, p.schema, (p.in === "path" ? "（路径 path）" : "") + (p.description || ""), 0))));
  }
  const request = op.requestBody && deref(op.requestBody).content;
  for (const [kind, body] of Object.entries(request || {})) {
    const shown = fields(body.schema);
    parts.push(el("h3", {}, "请求 Request ", el("code", {}, kind)), shown);
  }
  const ok = op.responses && (op.responses["200"] || op.responses.default);
  for (const [kind, body] of Object.entries((ok && deref(ok).content) || {})) {
    parts.push(el("h3", {}, "响应 Response ", el("code", {}, kind)), fields(body.schema));
  }
  parts.push(el("h3", {}, "试一试 Try"), copyable(curl(verb, path, op)));
  return parts.filter(Boolean);
};

const operation = (verb, path, op) => {
  const body = el("div", { className: "body" });
  const id = op.operationId || verb + path;
  const first = line((op.summary || "").split(/(?<=\.)\s/)[0]);
  const node = el("details", { id, className: "op" }, el("summary", {}, el("b", { className: "verb " + verb }, verb.toUpperCase()), el("code", {}, path), el("span", {}, first)), body);
  node.addEventListener("toggle", () => {
    if (!node.open) return;
    if (!body.firstChild) body.append(...describe(verb, path, op));
    history.replaceState(null, "", "#" + id);
  });
  const tag = (op.tags || [""])[0];
  node.dataset.text = [verb, path, op.summary, op.description, op.operationId, tag, names[tag], ...(op.parameters || []).map((p) => deref(p).name)].join(" ").toLowerCase();
  return node;
};

const show = () => {
  byId("about").append(...prose(spec.info.description));
  const groups = new Map((spec.tags || []).map((t) => [t.name, { text: t.description, ops: [] }]));
  for (const [path, item] of Object.entries(spec.paths)) {
    for (const verb of verbs.filter((v) => item[v])) {
      const op = item[verb];
      const tag = (op.tags || ["其他 Other"])[0];
      if (!groups.has(tag)) groups.set(tag, { text: "", ops: [] });
      groups.get(tag).ops.push(operation(verb, path, op));
    }
  }
  for (const [name, group] of groups) {
    if (group.ops.length === 0) continue;
    const title = names[name] || name;
    byId("tags").append(el("a", { href: "#" + name }, el("span", {}, title, el("small", {}, name.replace(/Service$/, ""))), el("i", {}, String(group.ops.length))));
    byId("operations").append(el("section", { id: name, className: "group" }, el("h2", {}, title + " ", el("small", {}, name)), el("p", {}, line(group.text)), ...group.ops));
  }
  byId("state").hidden = true;
  open();
};

// The address names an operation or a service: open and show it.
const open = () => {
  const at = byId(decodeURIComponent(location.hash.slice(1)));
  if (!at) return;
  if (at.classList.contains("op")) at.open = true;
  at.scrollIntoView();
};

const filter = () => {
  const words = byId("find").value.toLowerCase().split(/\s+/).filter(Boolean);
  let left = 0;
  for (const node of document.querySelectorAll("details.op")) {
    node.hidden = !words.every((w) => node.dataset.text.includes(w));
    if (!node.hidden) left++;
  }
  for (const section of document.querySelectorAll("section.group")) section.hidden = !section.querySelector("details.op:not([hidden])");
  byId("about").hidden = words.length > 0;
  byId("state").hidden = words.length === 0;
  byId("state").textContent = left > 0 ? left + " 个接口 operations" : "没有匹配的接口。 Nothing matches.";
};

byId("find").addEventListener("input", filter);
addEventListener("hashchange", open);
addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== byId("find")) { event.preventDefault(); byId("find").focus(); }
});
fetch("/openapi.json").then((r) => r.json()).then((json) => { spec = json; show(); })
  .catch(() => { byId("state").textContent = "读不到 /openapi.json。 Cannot read /openapi.json."; });
