// Shows /openapi.json: operations by service, with parameters and the fields of
// request and response. Text goes in as text, never as HTML.
"use strict";

const el = (tag, attrs = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), attrs);
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
};

let spec;
const deref = (schema) => {
  for (let hops = 0; schema && schema.$ref && hops < 10; hops++) {
    schema = schema.$ref.slice(2).split("/").reduce((at, key) => at && at[decodeURIComponent(key)], spec);
  }
  return schema || {};
};

const typeOf = (schema) => {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split(/[/.]/).pop();
  if (schema.type === "array") return typeOf(schema.items) + "[]";
  if (schema.allOf) return typeOf(schema.allOf[0]);
  return [].concat(schema.type || "").join("|") + (schema.format ? " (" + schema.format + ")" : "");
};

const fields = (schema) => {
  const whole = deref(schema);
  const names = Object.keys(whole.properties || {});
  if (names.length === 0) return null;
  const required = new Set(whole.required || []);
  const rows = names.map((name) => {
    const f = whole.properties[name];
    const text = f.description || deref(f).description || "";
    return el("tr", {}, el("td", {}, name, required.has(name) ? el("b", { className: "required", title: "必填 required" }, " *") : null),
      el("td", {}, typeOf(f)), el("td", {}, text));
  });
  return el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, "字段 Field"), el("th", {}, "类型 Type"), el("th", {}, "说明 Meaning"))), el("tbody", {}, ...rows));
};

const curl = (verb, path, op) => {
  const body = op.requestBody ? " \\\n  -H 'Content-Type: application/json' -d @request.json" : "";
  return "curl -H \"Authorization: Bearer $XINJU_TOKEN\" -X " + verb.toUpperCase() + body + " \\\n  '" + location.origin + path + "'";
};

const describe = (verb, path, op) => {
  const parts = [];
  if (op.description) parts.push(el("p", {}, op.description));
  const params = (op.parameters || []).map(deref);
  if (params.length > 0) {
    parts.push(el("h3", {}, "参数 Parameters"), el("table", {}, el("tbody", {}, ...params.map((p) =>
      el("tr", {}, el("td", {}, p.name, p.required ? el("b", { className: "required" }, " *") : null), el("td", {}, typeOf(p.schema)), el("td", {}, p.description || ""))))));
  }
  const request = op.requestBody && deref(op.requestBody).content;
  const requestFields = request && request["application/json"] && fields(request["application/json"].schema);
  if (requestFields) parts.push(el("h3", {}, "请求 Request"), requestFields);
  const ok = op.responses && (op.responses["200"] || op.responses.default);
  const answer = ok && deref(ok).content;
  const answerFields = answer && answer["application/json"] && fields(answer["application/json"].schema);
  if (answerFields) parts.push(el("h3", {}, "响应 Response"), answerFields);
  parts.push(el("h3", {}, "试一试 Try"), el("pre", {}, curl(verb, path, op)));
  return parts;
};

const operation = (verb, path, op) => {
  const body = el("div", { className: "body" });
  const node = el("details", {}, el("summary", {}, el("b", { className: "verb " + verb }, verb.toUpperCase()), el("code", {}, path), el("span", {}, op.summary || "")), body);
  node.addEventListener("toggle", () => { if (node.open && !body.firstChild) body.append(...describe(verb, path, op)); });
  node.dataset.text = [path, op.summary, op.description, op.operationId].join(" ").toLowerCase();
  return node;
};

const show = () => {
  document.getElementById("about").textContent = spec.info.description || "";
  const main = document.getElementById("operations");
  const tags = document.getElementById("tags");
  main.replaceChildren();
  const groups = new Map((spec.tags || []).map((t) => [t.name, { text: t.description, ops: [] }]));
  for (const [path, item] of Object.entries(spec.paths)) {
    for (const verb of ["get", "post", "patch", "put", "delete"]) {
      const op = item[verb];
      if (!op) continue;
      const tag = (op.tags || ["其他 Other"])[0];
      if (!groups.has(tag)) groups.set(tag, { text: "", ops: [] });
      groups.get(tag).ops.push(operation(verb, path, op));
    }
  }
  for (const [name, group] of groups) {
    if (group.ops.length === 0) continue;
    tags.append(el("a", { href: "#" + name }, name));
    main.append(el("section", { id: name }, el("h2", {}, name), el("p", {}, group.text || ""), ...group.ops));
  }
};

document.getElementById("find").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const node of document.querySelectorAll("main details")) node.hidden = !words.every((w) => node.dataset.text.includes(w));
  for (const section of document.querySelectorAll("main section")) section.hidden = ![...section.querySelectorAll("details")].some((d) => !d.hidden);
});

fetch("/openapi.json").then((r) => r.json()).then((json) => { spec = json; show(); })
  .catch(() => { document.getElementById("operations").textContent = "读不到 /openapi.json。Cannot read /openapi.json."; });
