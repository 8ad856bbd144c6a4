"use strict";
// The page of /__sim/docs: chooses a document, lets Swagger UI draw it, and calls as one of the vendor's accounts.

const $ = (id) => document.getElementById(id);
// Below a tenant's prefix all of this is that tenant's.
const base = location.pathname.replace(/\/docs\/?$/, "/");
let token = sessionStorage.getItem("gspsim-admin-token");
let credentials = [];
let drawn;

/** An answer of the admin API; asks for the token where one is wanted. */
async function get(path) {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const reply = await fetch(base + path, { headers });
  if (reply.status === 401) {
    $("token").hidden = false;
    $("admin-token").focus();
    throw new Error("an admin token is wanted");
  }
  const json = await reply.json();
  if (!reply.ok) {
    throw new Error(`${json.detail ?? reply.statusText}; ${json.hint ?? ""}`);
  }
  return json;
}

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

/** The document that the address names; the first vendor's where it names none. */
function wanted() {
  const names = [...credentials.map((one) => one.vendor), "admin"];
  const named = new URLSearchParams(location.search).get("of");
  return names.includes(named) ? named : names[0];
}

function showDocuments(current) {
  const named = credentials.map((one) => [one.vendor, one.vendor]);
  const links = [...named, ["admin", "admin API"]].map(([name, words]) => {
    const link = element("a", words, { href: `?of=${encodeURIComponent(name)}` });
    if (name === current) link.setAttribute("aria-current", "page");
    return link;
  });
  $("documents").replaceChildren(...links);
}

/** Puts an account's credentials where Swagger UI takes them from. */
function callAs(account, schemes) {
  $("gives").textContent = account.gives
    ? `every call gets ${account.gives.code ?? account.gives.outcome} (${account.gives.outcome}, ${account.gives.status})`
    : account.about;
  const rows = account.send.flatMap((sent) => [
    element("dt", sent.place === "header" ? sent.name : `${sent.place}: ${sent.name}`),
    element("dd", sent.value ?? `what ${sent.issued_by} gives`),
  ]);
  $("send").replaceChildren(...rows);
  for (const [name, scheme] of Object.entries(schemes)) {
    const header = scheme.type === "http" ? "authorization" : scheme.name.toLowerCase();
    const sent = account.send.find((one) => one.name.toLowerCase() === header);
    if (!sent?.value) continue;
    if (scheme.type === "http" && scheme.scheme === "basic") {
      const [user, ...password] = atob(sent.value.replace(/^Basic /i, "")).split(":");
      drawn.preauthorizeBasic(name, user, password.join(":"));
    } else {
      const value = scheme.type === "http" ? sent.value.replace(/^Bearer /i, "") : sent.value;
      drawn.preauthorizeApiKey(name, value);
    }
  }
}

function showSender(vendor, schemes) {
  const accounts = credentials.find((one) => one.vendor === vendor)?.accounts ?? [];
  $("sender").hidden = accounts.length === 0;
  const options = accounts.map((one, at) => element("option", one.account, { value: at }));
  $("account").replaceChildren(...options);
  const choose = () => callAs(accounts[$("account").value], schemes);
  $("account").onchange = choose;
  if (accounts.length > 0) choose();
}

async function show() {
  $("trouble").hidden = true;
  credentials = await get("credentials");
  $("token").hidden = true;
  const current = wanted();
  const path = current === "admin" ? "openapi.json" : `openapi/${current}.json`;
  showDocuments(current);
  $("raw").href = base + path;
  const spec = await get(path);
  document.title = `${spec.info.title} · gspsim`;
  drawn = SwaggerUIBundle({
    spec,
    dom_id: "#page",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    filter: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    requestInterceptor: (request) => {
      // The token is the admin API's; a vendor never sees it.
      if (token && current === "admin") request.headers.authorization = `Bearer ${token}`;
      return request;
    },
    onComplete: () => showSender(current, spec.components.securitySchemes ?? {}),
  });
}

function report(error) {
  $("trouble").textContent = String(error.message ?? error);
  $("trouble").hidden = !$("token").hidden;
}

$("token").querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  token = $("admin-token").value;
  sessionStorage.setItem("gspsim-admin-token", token);
  show().catch(report);
});

const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();
show().catch(report);
