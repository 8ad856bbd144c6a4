// A simulator for a run of tests and a tenant for each: copy this file into your own tests.
//
// `GSPSIM` says where the program is, if not on the PATH; `GSPSIM_URL` that one is running already.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Starts a simulator; gives its address and what ends it. */
export async function start() {
  if (process.env.GSPSIM_URL) return { url: process.env.GSPSIM_URL, stop: () => {} };
  const child = spawn(process.env.GSPSIM ?? "gspsim", ["serve", "--port", "0", "--json"], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout })) {
    return { url: JSON.parse(line).url, stop: () => child.kill() };
  }
  throw new Error("the simulator ended before it said where it listens");
}

/** One user of the simulator: own credentials, stories, clock, journal. No other test sees them. */
export class Tenant {
  static async begin(simulator) {
    const facts = await ask(`${simulator}/__sim/tenants`, "POST", {});
    return new Tenant(simulator, facts);
  }

  constructor(simulator, facts) {
    this.place = `${simulator}/__sim/tenants/${facts.name}`;
    this.admin = facts.admin_url.replace(/\/$/, "");
    this.gstins = facts.gstins;
    this.urls = Object.fromEntries(Object.entries(facts.base_urls).map(([name, urls]) => [name, urls.plain]));
    // A call is this tenant's by its credentials: nothing is added to what the client sends.
    const headers = (one) => one.accounts[0].send.filter((sent) => sent.place === "header" && sent.value);
    this.headers = Object.fromEntries(
      facts.credentials.map((one) => [
        one.vendor,
        Object.fromEntries(headers(one).map((sent) => [sent.name, sent.value])),
      ]),
    );
  }

  /** Begins a story, with values for its parameters; it ends with the tenant. */
  play(story, values = {}) {
    return ask(`${this.admin}/scenarios/${story}`, "PUT", { set: values });
  }

  /** Throws, in sentences, where what is expected was not received. */
  async verify(...expected) {
    const found = await ask(`${this.admin}/verify`, "POST", expected);
    const told = found.verdicts.filter((verdict) => !verdict.ok).map((verdict) => verdict.told);
    if (!found.ok) throw new Error(told.join("\n"));
  }

  /** What a vendor answered, in order. */
  async statuses(vendor) {
    const page = await ask(`${this.admin}/journal?vendor=${vendor}`, "GET");
    return page.exchanges.map((one) => one.reply.status);
  }

  end() {
    return fetch(this.place, { method: "DELETE" });
  }
}

async function ask(url, method, body) {
  const reply = await fetch(url, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${method} ${url}: ${text}`);
  return text ? JSON.parse(text) : undefined;
}
