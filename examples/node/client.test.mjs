// How a client of three vendors takes what goes wrong: `node --test examples/node`, with Node 20 or newer.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { Client, OutOfCredits } from "./client.mjs";
import { start, Tenant } from "./simulator.mjs";

let simulator, tenant, client;

before(async () => (simulator = await start()));
after(() => simulator.stop());
beforeEach(async () => {
  tenant = await Tenant.begin(simulator.url);
  client = new Client(tenant.urls, tenant.headers);
});
afterEach(() => tenant.end());

test("the third call fails and is made again", async () => {
  await tenant.play("nth-call-fails", { vendor: "hyperverge", call: "3", answer: "upstream-timeout" });

  for (const gstin of tenant.gstins.slice(0, 4)) assert.ok(await client.nameOf(gstin));

  assert.deepEqual(await tenant.statuses("hyperverge"), [200, 200, 504, 200, 200]);
  await tenant.verify({ vendor: "hyperverge", gstin: tenant.gstins[2], exactly: 2 });
});

test("nothing is asked of an account without credits", async () => {
  await tenant.play("credits-run-out");

  let known = 0;
  await assert.rejects(async () => {
    for (const gstin of tenant.gstins) known += Number(await client.isActive(gstin) !== undefined);
  }, OutOfCredits);

  assert.equal(known, 3);
  await tenant.verify({ vendor: "attestr", none_after: { outcome: "credits-exhausted" } });
});

test("a lost reply is asked for exactly once more", async () => {
  await tenant.play("lost-reply");

  assert.ok(await client.legalName(tenant.gstins[0]));

  await tenant.verify(
    { name: "retried exactly once", vendor: "finagg", exactly: 2 },
    { vendor: "finagg", in_order: [{ fault: "lost-reply" }, { fault: "none", status: 200 }] },
  );
});

test("a verdict says what came instead", async () => {
  await client.nameOf(tenant.gstins[0]);

  await assert.rejects(tenant.verify({ vendor: "hyperverge", exactly: 2 }), /exactly 2 wanted, 1 came/);
});
