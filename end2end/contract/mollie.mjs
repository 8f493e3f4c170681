// The provider's own client for Node.js, pointed at the sandbox: what it is made for must work there, too. So the sandbox
// is not only our own idea of the API.
//
//   node end2end/contract/mollie.mjs http://127.0.0.1:3010/
import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import { createMollieClient } from "@mollie/api-client";

// The client only ever speaks TLS; the sandbox is on this machine and does not.
https.Agent = http.Agent;

const base = new URL(process.argv[2] ?? "http://127.0.0.1:3010/");
const mollie = createMollieClient({ apiKey: "test_contractcontractcontractcontract", apiEndpoint: new URL("v2/", base).href });

const euros = (value) => ({ currency: "EUR", value });
const order = (method, extra = {}) => ({
  amount: euros("121.00"),
  description: "GB-CONTRACT",
  redirectUrl: "http://127.0.0.1:3000/fr/bookings/1",
  webhookUrl: "http://127.0.0.1:9/webhooks",
  method,
  locale: "nl_NL",
  metadata: { booking: "0190a2c4-0000-7000-8000-000000000001" },
  lines: [
    {
      description: "GB-CONTRACT",
      quantity: 1,
      unitPrice: euros("121.00"),
      totalAmount: euros("121.00"),
      vatRate: "21.00",
      vatAmount: euros("21.00"),
    },
  ],
  ...extra,
});
// The hand that pays: the client on the checkout page.
const press = async (payment, outcome) => {
  const answer = await fetch(payment.getCheckoutUrl?.() ?? payment._links.checkout.href, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ outcome }),
    redirect: "manual",
  });
  assert.equal(answer.status, 303, `pressing ${outcome}`);
};
// What only the sandbox can be told: what the client's bank does.
const bank = async (path, body = {}) => {
  const answer = await fetch(new URL(`sandbox/payments/${path}`, base), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200, path);
};
const refused = async (promise, status, field) => {
  const error = await promise.then(
    () => assert.fail("was not refused"),
    (error) => error,
  );
  assert.equal(error.statusCode, status, error.message);
  if (field) assert.equal(error.field, field);
};

const scenarios = {
  "iDEAL and Bancontact are paid on the provider's page": async () => {
    for (const method of ["ideal", "bancontact"]) {
      const made = await mollie.payments.create(order(method));
      assert.match(made.id, /^tr_/);
      assert.deepEqual([made.status, made.method, made.isCancelable], ["open", method, true]);
      assert.equal(made.metadata.booking, "0190a2c4-0000-7000-8000-000000000001");
      await press(made, "pay");
      const paid = await mollie.payments.get(made.id);
      assert.equal(paid.status, "paid");
      assert.ok(Date.parse(paid.paidAt));
      assert.deepEqual(paid.amountRemaining, euros("121.00"));
      await refused(mollie.payments.cancel(made.id), 422);
    }
  },
  "a payment that fails, is cancelled or expires stays so": async () => {
    for (const [outcome, status] of [["fail", "failed"], ["cancel", "canceled"], ["expire", "expired"]]) {
      const made = await mollie.payments.create(order("ideal"));
      await press(made, outcome);
      assert.equal((await mollie.payments.get(made.id)).status, status);
    }
    const open = await mollie.payments.create(order("ideal"));
    assert.equal((await mollie.payments.cancel(open.id)).status, "canceled");
  },
  "one key is one payment": async () => {
    const key = crypto.randomUUID();
    const [a, b] = [
      await mollie.payments.create(order("ideal", { idempotencyKey: key })),
      await mollie.payments.create(order("ideal", { idempotencyKey: key })),
    ];
    assert.equal(a.id, b.id);
    assert.notEqual((await mollie.payments.create(order("ideal"))).id, a.id);
  },
  "a card is authorised, captured once and refunded": async () => {
    const made = await mollie.payments.create(order("creditcard", { captureMode: "manual" }));
    await refused(mollie.paymentCaptures.create({ paymentId: made.id, amount: euros("121.00") }), 422);
    await press(made, "pay");
    const authorized = await mollie.payments.get(made.id);
    assert.equal(authorized.status, "authorized");
    assert.ok(Date.parse(authorized.captureBefore) > Date.now());
    const capture = await mollie.paymentCaptures.create({ paymentId: made.id, amount: euros("121.00") });
    assert.match(capture.id, /^cpt_/);
    const paid = await mollie.payments.get(made.id);
    assert.deepEqual([paid.status, paid.amountCaptured], ["paid", euros("121.00")]);
    assert.equal((await mollie.paymentCaptures.page({ paymentId: made.id })).length, 1);
    await refused(mollie.paymentCaptures.create({ paymentId: made.id, amount: euros("121.00") }), 422);
  },
  "an authorisation is let go": async () => {
    const made = await mollie.payments.create(order("creditcard", { captureMode: "manual" }));
    await press(made, "pay");
    await mollie.payments.releaseAuthorization(made.id);
    assert.equal((await mollie.payments.get(made.id)).status, "canceled");
  },
  "refunds, in parts, with their states": async () => {
    const made = await mollie.payments.create(order("ideal"));
    await refused(mollie.paymentRefunds.create({ paymentId: made.id, amount: euros("1.00") }), 422);
    await press(made, "pay");
    const refund = await mollie.paymentRefunds.create({
      paymentId: made.id,
      amount: euros("21.00"),
      description: "part",
      metadata: { refund: "r-1" },
    });
    assert.match(refund.id, /^re_/);
    assert.equal(refund.status, "pending");
    await refused(mollie.paymentRefunds.create({ paymentId: made.id, amount: euros("100.01") }), 422, "amount");
    const listed = await mollie.paymentRefunds.page({ paymentId: made.id });
    assert.deepEqual(listed.map((one) => [one.id, one.metadata.refund]), [[refund.id, "r-1"]]);
    assert.deepEqual((await mollie.payments.get(made.id)).amountRefunded, euros("21.00"));
    await bank(`${made.id}/refunds/${refund.id}/fail`);
    assert.equal((await mollie.paymentRefunds.get(refund.id, { paymentId: made.id })).status, "failed");
    assert.deepEqual((await mollie.payments.get(made.id)).amountRefunded, euros("0.00"));
  },
  "a chargeback, and its reversal": async () => {
    const made = await mollie.payments.create(order("creditcard"));
    await press(made, "pay");
    await bank(`${made.id}/chargeback`, { amount: euros("121.00") });
    assert.deepEqual((await mollie.payments.get(made.id)).amountChargedBack, euros("121.00"));
    const [chargeback] = await mollie.paymentChargebacks.page({ paymentId: made.id });
    assert.match(chargeback.id, /^chb_/);
    assert.deepEqual([chargeback.amount, chargeback.reversedAt ?? null], [euros("121.00"), null]);
    await bank(`${made.id}/chargeback/reverse`);
    assert.ok((await mollie.paymentChargebacks.page({ paymentId: made.id }))[0].reversedAt);
  },
  "a transfer has a due date, and arrives when it arrives": async () => {
    const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const made = await mollie.payments.create(order("banktransfer", { dueDate: day(7) }));
    assert.equal(made.status, "open");
    assert.ok(Date.parse(made.expiresAt) > Date.parse(`${day(7)}T00:00:00Z`));
    await press(made, "pay");
    assert.equal((await mollie.payments.get(made.id)).status, "paid");
    for (const wrong of [day(0), day(101), "soon"]) {
      await refused(mollie.payments.create(order("banktransfer", { dueDate: wrong })), 422, "dueDate");
    }
  },
  "what it refuses, it names": async () => {
    await refused(mollie.payments.get("tr_nobodyhasit"), 404);
    await refused(mollie.payments.create(order("ideal", { amount: euros("0.00") })), 422);
    await refused(mollie.payments.create(order("creditcard", { amount: euros("10000.01"), lines: undefined })), 422, "amount");
    await refused(mollie.payments.create(order("ideal", { amount: euros("120.00") })), 422, "lines");
    const stranger = createMollieClient({ apiKey: "live_contractcontractcontractcontract", apiEndpoint: new URL("v2/", base).href });
    await refused(stranger.payments.get("tr_nobodyhasit"), 401);
  },
};

let failed = 0;
for (const [name, scenario] of Object.entries(scenarios)) {
  try {
    await scenario();
    console.log(`ok   ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n${error.stack}`);
  }
}
console.log(`${Object.keys(scenarios).length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
