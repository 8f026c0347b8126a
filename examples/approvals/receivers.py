"""A Slack-like and a Teams-like receiver on one loopback port: they keep what they are sent, and click as people would.

Messages are checked with slack_sdk's own block models; clicks are signed, and every signature is checked with slack_sdk's own
verifier before it is sent. A delivery key that arrives twice is counted, not shown twice.
"""
import http.server
import json
import threading
import time
import urllib.parse

from slack_sdk.models.blocks import Block
from slack_sdk.signature import SignatureVerifier


class Receivers:
    def __init__(self, port, token, signing_secret):
        self.port, self.token = port, token
        self.verifier = SignatureVerifier(signing_secret)
        self.lock = threading.Lock()
        self.messages = {}      # (channel, ts) -> the message as it stands now
        self.cards = []         # Teams cards, oldest first
        self.replies = []       # what one person was told after a click
        self.keys = {}          # delivery key -> how often it arrived
        self.faults = []        # what a real receiver would refuse
        self.server = None

    # Up and down -----------------------------------------------------------------------------------------------

    def start(self):
        receivers = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                status, answer = receivers.take(self.path, self.headers, body)
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *arguments):
                pass

        http.server.ThreadingHTTPServer.allow_reuse_address = True
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def stop(self):
        """Nobody listens any more: connections are refused."""
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    # Receiving -------------------------------------------------------------------------------------------------

    def take(self, path, headers, body):
        with self.lock:
            key = headers.get("idempotency-key", "")
            self.keys[key] = self.keys.get(key, 0) + 1
            if not key:
                self.faults.append(f"{path}: no delivery key")
            try:
                sent = json.loads(body)
            except ValueError:
                self.faults.append(f"{path}: no JSON")
                return 400, {"ok": False, "error": "invalid_json"}
            if path in ("/api/chat.postMessage", "/api/chat.update"):
                return 200, self.slack(path, headers, sent, key)
            if path.startswith("/teams/"):
                return self.teams(sent, key)
            if path.startswith("/reply/"):
                self.replies.append(sent)
                return 200, {"ok": True}
        return 404, {"ok": False}

    def slack(self, path, headers, sent, key):
        if headers.get("authorization") != f"Bearer {self.token}":
            return {"ok": False, "error": "invalid_auth"}
        for block in Block.parse_all(sent["blocks"]):
            block.validate_json()
        if sent["metadata"]["event_payload"]["delivery_key"] != key:
            self.faults.append(f"{key}: the metadata has another delivery key")
        if path.endswith("postMessage"):
            if self.keys[key] == 1:
                place = (sent["channel"], f"{time.time():.6f}")
                self.messages[place] = sent
            else:
                place = next(place for place, message in self.messages.items()
                             if message["metadata"]["event_payload"]["delivery_key"] == key)
            return {"ok": True, "channel": place[0], "ts": place[1]}
        place = (sent["channel"], sent["ts"])
        if place not in self.messages:
            return {"ok": False, "error": "message_not_found"}
        self.messages[place] = sent
        return {"ok": True, "channel": place[0], "ts": place[1]}

    def teams(self, sent, key):
        content = sent["attachments"][0]["content"]
        if (sent["type"], content["type"], content["version"]) != ("message", "AdaptiveCard", "1.4"):
            self.faults.append("a Teams card of another type")
        if len(json.dumps(sent)) > 28_000:
            self.faults.append("a Teams card over 28 KB")
        if self.keys[key] == 1:
            self.cards.append(content)
        return 202, {}

    # Looking ---------------------------------------------------------------------------------------------------

    def about(self, approval_id, channel=None):
        """The Slack messages about an approval, as they stand now."""
        with self.lock:
            return [message for (place, _), message in sorted(self.messages.items(), key=lambda item: item[0][1])
                    if message["metadata"]["event_payload"]["approval_id"] == approval_id and channel in (None, place)]

    def cards_about(self, approval_id):
        with self.lock:
            return [card for card in self.cards if approval_id in json.dumps(card)]

    def repeated(self):
        with self.lock:
            return {key: count for key, count in self.keys.items() if count > 1}

    # Clicking --------------------------------------------------------------------------------------------------

    def click(self, approval_id, user, action="aegis_approve", age=0, secret=None, trigger="t1"):
        """The body and headers of a click on a button, signed as Slack signs."""
        payload = {
            "type": "block_actions", "user": {"id": user, "username": "somebody", "team_id": "T1"}, "api_app_id": "A1",
            "team": {"id": "T1", "domain": "acme"}, "trigger_id": f"{trigger}.{user}", "channel": {"id": "#payments"},
            "response_url": f"http://127.0.0.1:{self.port}/reply/1",
            "actions": [{"action_id": action, "block_id": approval_id, "value": approval_id, "type": "button",
                         "action_ts": str(time.time())}]}
        body = urllib.parse.urlencode({"payload": json.dumps(payload)})
        timestamp = str(int(time.time()) - age)
        verifier = SignatureVerifier(secret) if secret else self.verifier
        signature = verifier.generate_signature(timestamp=timestamp, body=body)
        headers = {"content-type": "application/x-www-form-urlencoded", "x-slack-request-timestamp": timestamp,
                   "x-slack-signature": signature}
        is_slacks = self.verifier.is_valid_request(body, headers)
        if is_slacks != (secret is None and abs(age) <= 300):
            self.faults.append("slack_sdk's verifier sees the click otherwise than the demo means it")
        return body.encode(), headers


def text_of(value):
    """All text in a message or card, for looking something up in it."""
    return json.dumps(value, ensure_ascii=False)


def buttons(message):
    return [element["action_id"] for block in message["blocks"] if block["type"] == "actions"
            for element in block["elements"]]
