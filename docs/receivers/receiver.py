"""A receiver of our webhooks: verifies, drops repetitions, and answers before it works.

    pip install standardwebhooks
    NEWSLETTER_SECRET=whsec_... python receiver.py     # listens on http://127.0.0.1:9000

It prints one JSON line for each event that is new. Put your own CRM where `take` is.
"""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

SECRETS = os.environ["NEWSLETTER_SECRET"].split(",")  # while a secret is changed there are two
MOST_BYTES = 1_000_000
seen = set()  # yours is a table: ids must outlive a restart, for ten days (72 hours of tries, and who sends again)
latest = {}  # the highest sequence number of each lead


def take(event):
    """Do your work here, or better: put it on a queue. It must come through before the answer, or not at all."""
    lead = event["data"]["lead"]
    print(json.dumps({"type": event["type"], "lead": lead["id"], "sequence": lead.get("sequence")}), flush=True)


def verified(body, headers):
    """The event, or None if nobody who knows the secret sent it within the last five minutes."""
    for secret in SECRETS:
        try:
            return Webhook(secret).verify(body, headers)
        except (WebhookVerificationError, ValueError):
            continue
    return None


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("content-length") or 0)
        if length > MOST_BYTES:
            return self.answer(413)
        body = self.rfile.read(length)  # the very bytes: the signature is over them
        event = verified(body, {name.lower(): value for name, value in self.headers.items()})
        if event is None:
            return self.answer(401)
        webhook = self.headers["webhook-id"]
        if webhook in seen:
            return self.answer(204)  # a repetition: we did not hear your first answer
        lead = event["data"]["lead"]
        # Events of a lead come in order. After somebody has sent an old one again, an older one is no news.
        if lead.get("sequence", 0) >= latest.get(lead["id"], 0):
            take(event)
            latest[lead["id"]] = lead.get("sequence", 0)
        seen.add(webhook)  # after the work: if that fails, we try again
        return self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Say nothing: bodies name people."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9000"))), Receiver)
    print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
