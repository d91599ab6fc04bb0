// A receiver of our webhooks: verifies, drops repetitions, and answers before it works.
//
//     npm install standardwebhooks
//     NEWSLETTER_SECRET=whsec_... node receiver.js     # listens on http://127.0.0.1:9000
//
// It prints one JSON line for each event that is new. Put your own CRM where `take` is.

const http = require("node:http");
const { Webhook, WebhookVerificationError } = require("standardwebhooks");

const SECRETS = process.env.NEWSLETTER_SECRET.split(","); // while a secret is changed there are two
const MOST_BYTES = 1_000_000;
const seen = new Set(); // yours is a table: ids must outlive a restart, for ten days (72 hours of tries, and who sends again)
const latest = new Map(); // the highest sequence number of each lead

// Do your work here, or better: put it on a queue. It must come through before the answer, or not at all.
function take(event) {
  const lead = event.data.lead;
  console.log(JSON.stringify({ type: event.type, lead: lead.id, sequence: lead.sequence }));
}

// The event, or null if nobody who knows the secret sent it within the last five minutes.
function verified(body, headers) {
  for (const secret of SECRETS) {
    try {
      return new Webhook(secret).verify(body, headers);
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
    }
  }
  return null;
}

function receive(body, headers) {
  const event = verified(body, headers);
  if (event === null) return 401;
  if (seen.has(headers["webhook-id"])) return 204; // a repetition: we did not hear your first answer
  const lead = event.data.lead;
  const sequence = lead.sequence ?? 0;
  // Events of a lead come in order. After somebody has sent an old one again, an older one is no news.
  if (sequence >= (latest.get(lead.id) ?? 0)) {
    take(event);
    latest.set(lead.id, sequence);
  }
  seen.add(headers["webhook-id"]); // after the work: if that fails, we try again
  return 204;
}

const server = http.createServer((request, response) => {
  const parts = [];
  let length = 0;
  request.on("data", (part) => {
    length += part.length;
    if (length <= MOST_BYTES) parts.push(part);
  });
  request.on("end", () => {
    let status = 413;
    try {
      // The very bytes: the signature is over them.
      if (length <= MOST_BYTES) status = receive(Buffer.concat(parts).toString("utf8"), request.headers);
    } catch {
      status = 500; // we try again
    }
    response.writeHead(status, { "content-length": "0" }).end();
  });
});

server.listen(Number(process.env.PORT ?? 9000), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/`);
});
