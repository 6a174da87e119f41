"""The walk through the deployed API: each step is one sentence, told by calls over HTTP.

The names of paths, fields and codes are those of the API reference (/api/docs/).
"""

import base64
import http.client
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlencode, urlsplit

from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

EVENTS = Path(__file__).resolve().parents[2] / "events"
PASSWORD = "correct-horse-battery-9"
# The smallest PNG there is.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
STEPS = []


def step(sentence):
    def keep(function):
        STEPS.append((sentence, function))
        return function
    return keep


def steps(emulator):
    """Runs all steps in order; pairs of the sentence and what went wrong, or nothing."""
    walk = Walk(emulator)
    for sentence, function in STEPS:
        try:
            function(walk)
            yield sentence, None
        except Exception as error:  # any failure is a line in the report, and the walk goes on
            yield sentence, f"{type(error).__name__}: {error}"


class Walk:
    """Two people, Ada the expert and Ben, and what is known of them so far."""

    def __init__(self, emulator):
        self.emulator = emulator
        self.tokens, self.ids, self.meeting = {}, {}, None
        # In two days at ten, so that it is ahead whatever the hour is now.
        day = datetime.now(timezone.utc).replace(hour=10, minute=0, second=0, microsecond=0)
        self.start = day + timedelta(days=2)
        self.end = self.start + timedelta(hours=1)

    def call(self, method, path, expected, who=None, body=None, headers=None):
        """One call; the JSON of an answer that has the expected status."""
        headers = dict(headers or {})
        if who:
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        status, told, answer = self.emulator.request(method, path, headers, body)
        if status != expected:
            raise AssertionError(f"{method} {path} answered {status}, not {expected}: {answer[:300]!r}")
        self.told = told
        is_json = told.get("content-type", "").startswith("application/json")
        return json.loads(answer) if is_json and answer else answer

    def refused(self, code, *call, **more):
        same("code", self.call(*call, **more).get("code"), code)

    def credits(self, who):
        account = self.call("GET", "/api/credits/balance/", 200, who)
        return account["balance"], account["held"]

    def request_meeting(self, expected, **headers):
        body = {
            "title": "First look", "expert_id": self.ids["ada"],
            "scheduled_start": stamp(self.start), "scheduled_end": stamp(self.end),
        }
        return self.call("POST", "/api/meetings/", expected, "ben", body, headers)

    def status(self, who, status, expected=200):
        path = f"/api/meetings/{self.meeting}/update_status/"
        return self.call("PATCH", path, expected, who, {"status": status})


def same(what, found, wanted):
    if found != wanted:
        raise AssertionError(f"{what} is {found!r}, not {wanted!r}")


def stamp(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


@step("health answers, with and without its slash")
def health(walk):
    for path in ("/api/health/", "/api/health"):
        same("health", walk.call("GET", path, 200)["status"], "ok")


@step("the API reference is served")
def reference(walk):
    if not walk.call("GET", "/api/schema/", 200)["paths"]:
        raise AssertionError("the document names no path")
    if b"<html" not in walk.call("GET", "/api/docs/", 200).lower():
        raise AssertionError("the reference is no page")


@step("a path that nobody owns is 404 in our words")
def nobody(walk):
    walk.refused("not_found", "GET", "/api/nowhere/", 404)
    walk.refused("not_found", "GET", "/", 404)


@step("two people register")
def register(walk):
    for name in ("ada", "ben"):
        body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD, "first_name": name.title()}
        person = walk.call("POST", "/api/users/register/", 201, body=body)
        walk.ids[name], walk.tokens[name] = person["id"], person["token"]


@step("a taken name is refused")
def taken(walk):
    body = {"username": "ADA", "email": "other@example.com", "password": PASSWORD}
    answer = walk.call("POST", "/api/users/register/", 400, body=body)
    same("the field", sorted(answer["errors"]), ["username"])


@step("login works, and not with a wrong password")
def login(walk):
    wrong = {"username": "ada", "password": "not-her-password"}
    walk.refused("invalid_credentials", "POST", "/api/users/login/", 401, body=wrong)
    right = {"username": "ada@example.com", "password": PASSWORD}
    walk.tokens["ada"] = walk.call("POST", "/api/users/login/", 200, body=right)["token"]


@step("without a token there is no profile, with one there is")
def profile(walk):
    walk.refused("not_authenticated", "GET", "/api/users/me/", 401)
    same("the name", walk.call("GET", "/api/users/me/", 200, "ada")["username"], "ada")
    tag = walk.told["etag"]
    walk.call("GET", "/api/users/me/", 304, "ada", headers={"If-None-Match": tag})


@step("an answer to the web application carries its CORS headers")
def cors(walk):
    for origin, wanted in (("http://localhost:3000", "http://localhost:3000"), ("http://elsewhere.example", None)):
        walk.call("GET", "/api/health/", 200, headers={"Origin": origin})
        same("the allowed origin", walk.told.get("access-control-allow-origin"), wanted)


@step("Ada publishes a skill and hours, and is found")
def publish(walk):
    skill = {"skill_name": "Analytical Engines", "proficiency_level": "expert", "category": 1}
    walk.call("POST", "/api/user-skills/", 201, "ada", skill)
    hours = {"day_of_week": walk.start.weekday(), "start_time": "09:00", "end_time": "17:00"}
    walk.call("POST", "/api/user-availability/", 201, "ada", hours)
    found = walk.call("GET", "/api/users/?" + urlencode({"skill": "engines analyt"}), 200, "ben")
    same("who is found", [person["id"] for person in found], [walk.ids["ada"]])


@step("the free times hold the time Ben wants")
def slots(walk):
    path = f"/api/users/{walk.ids['ada']}/available_slots/?days=3&minutes=60"
    starts = [slot["scheduled_start"] for slot in walk.call("GET", path, 200, "ben")]
    if stamp(walk.start) not in starts:
        raise AssertionError(f"{stamp(walk.start)} is not in {starts}")


@step("Ben requests a meeting once, though he sends it twice; his credit is held")
def request(walk):
    key = {"Idempotency-Key": "second-opinion"}
    meeting = walk.request_meeting(201, **key)
    same("the status", meeting["status"], "pending")
    walk.meeting = meeting["id"]
    same("the repeated answer", walk.request_meeting(201, **key)["id"], walk.meeting)
    same("Ben's balance and hold", walk.credits("ben"), (0, 1))


@step("Ben may not confirm, and cannot request more than he can pay")
def refusals(walk):
    same("code", walk.status("ben", "confirmed", 403)["code"], "forbidden")
    walk.start, walk.end = walk.start + timedelta(hours=3), walk.end + timedelta(hours=3)
    same("code", walk.request_meeting(400)["code"], "insufficient_credits")


@step("Ada is told and confirms")
def confirm(walk):
    told = walk.call("GET", "/api/notifications/", 200, "ada")
    same("what Ada is told", [one["notification_type"] for one in told], ["meeting_request"])
    same("the status", walk.status("ada", "confirmed")["status"], "confirmed")


@step("Ben cancels and has his credit back")
def cancel(walk):
    same("the status", walk.status("ben", "cancelled")["status"], "cancelled")
    same("Ben's balance and hold", walk.credits("ben"), (1, 0))
    same("a late confirmation", walk.status("ada", "confirmed", 400)["code"], "invalid_transition")


@step("Ben buys credits at the listed price only")
def buy(walk):
    order = {"payment_method": "credit_card", "amount": "10.00", "credits_to_purchase": 10}
    same("the balance", walk.call("POST", "/api/payments/purchase_credits/", 200, "ben", order)["new_balance"], 11)
    order["amount"] = "1.00"
    walk.call("POST", "/api/payments/purchase_credits/", 400, "ben", order)
    bought = walk.call("GET", "/api/credit-transactions/", 200, "ben")
    same("his transactions", sorted(one["transaction_type"] for one in bought), ["initial", "purchased"])


@step("a message reaches Ada")
def message(walk):
    walk.call("POST", "/api/messages/", 201, "ben", {"receiver_id": walk.ids["ada"], "content": "Sorry, another day? ✨"})
    told = walk.call("GET", f"/api/messages/?with_user={walk.ids['ben']}", 200, "ada")
    same("the message", [one["content"] for one in told], ["Sorry, another day? ✨"])


def socket(walk, who=None, address="all", **more):
    """A connection, by the query that CloudFront makes of a path."""
    query = {"address": address, **more}
    if who:
        query["token"] = walk.tokens[who]
    return connect(f"ws://{walk.emulator.sockets()}?{urlencode(query)}", proxy=None)


def frame(connection, kind):
    """The next frame of a kind; others may come between, in any order."""
    end = monotonic() + 30
    while monotonic() < end:
        told = json.loads(connection.recv(timeout=end - monotonic()))
        if told["type"] == kind:
            return told
    raise AssertionError(f"no {kind} within half a minute")


@step("without a token no socket opens, nor to nobody")
def refused_sockets(walk):
    # API Gateway hands on the function's own status, 401 and 404 here; the emulator makes every refusal a 403.
    for call in ({}, {"who": "ben", "address": "chat", "receiver_id": 1}):
        try:
            socket(walk, **call).close()
        except InvalidStatus as refusal:
            same("the handshake", refusal.response.status_code, 403)
        else:
            raise AssertionError("the handshake was not refused")


@step("what Ben writes is on Ada's socket at once, and on his own")
def live(walk):
    with socket(walk, "ada") as ada, socket(walk, "ben", "chat", receiver_id=walk.ids["ada"]) as ben:
        ben.send(json.dumps({"type": "ping"}))
        frame(ben, "pong")
        ben.send(json.dumps({"type": "message.send", "content": "Are you there?", "ref": "1"}))
        same("Ada's message", frame(ada, "message.receive")["message"]["content"], "Are you there?")
        same("Ben's own", frame(ben, "message.receive").get("ref"), "1")


@step("what Ada missed she has after resuming, once")
def resume(walk):
    with socket(walk, "ada", "notifications") as ada:
        ada.send(json.dumps({"type": "resume", "cursor": None}))
        cursor = frame(ada, "resumed")["cursor"]
    walk.call("POST", "/api/messages/", 201, "ben", {"receiver_id": walk.ids["ada"], "content": "Gone?"})
    with socket(walk, "ada", "notifications") as ada:
        ada.send(json.dumps({"type": "resume", "cursor": cursor}))
        same("the kind", frame(ada, "notification.receive")["notification"]["notification_type"], "new_message")


def apply_as_expert(walk):
    """Cleo's application, approved by the administrator; her id as an expert."""
    application = {"name": "Cleo", "email": "cleo@example.com", "specialty": "general",
                   "experience_years": 12, "bio": "Water clocks and steam."}
    applied = walk.call("POST", "/api/v1/consultations/experts/apply/", 201, "cleo", application)
    path = f"/api/v1/consultations/admin/applications/{applied['id']}/review/"
    return walk.call("POST", path, 200, "admin", {"action": "approve"})["expert_id"]


def book_cleo(walk, start):
    order = {"expert_id": walk.ids["expert"], "consultation_type": "video", "scheduled_at": stamp(start),
             "duration_minutes": 15}
    return walk.call("POST", "/api/v1/consultations/consultations/book/", 201, "ben", order)["id"]


def of_consultation(walk, number, action, expected, who, body=None):
    return walk.call("POST", f"/api/v1/consultations/consultations/{number}/{action}/", expected, who, body or {})


@step("the administrator that AdminEmail and the secret name exists and logs in")
def administrator(walk):
    body = {"email": walk.emulator.admin, "password": PASSWORD}
    walk.tokens["admin"] = walk.call("POST", "/api/v1/auth/login/", 200, body=body)["access_token"]


@step("Cleo applies, and is an expert once the administrator has approved")
def approve(walk):
    body = {"username": "cleo", "email": "cleo@example.com", "password": PASSWORD, "first_name": "Cleo"}
    person = walk.call("POST", "/api/users/register/", 201, body=body)
    walk.ids["cleo"], walk.tokens["cleo"] = person["id"], person["token"]
    walk.ids["expert"] = apply_as_expert(walk)
    found = walk.call("GET", f"/api/v1/consultations/experts/{walk.ids['expert']}/", 200)
    same("Cleo's status", found["verification_status"], "approved")


@step("Ben consults Cleo within five minutes and rates her, once")
def rate(walk):
    soon = datetime.now(timezone.utc) + timedelta(seconds=20)
    start = soon.replace(second=0, microsecond=0) + timedelta(minutes=5 - soon.minute % 5)
    number = book_cleo(walk, start)
    of_consultation(walk, number, "confirm", 200, "cleo")
    of_consultation(walk, number, "start", 200, "ben")
    same("an end before the beginning", of_consultation(walk, number, "end", 400, "cleo")["code"], "too_early")
    sleep(max(0, (start - datetime.now(timezone.utc)).total_seconds()) + 2)
    same("the status", of_consultation(walk, number, "end", 200, "cleo")["status"], "completed")
    of_consultation(walk, number, "rate", 201, "ben", {"rating": 4, "review_text": "Clear as water."})
    same("another rating", of_consultation(walk, number, "rate", 400, "ben", {"rating": 1})["code"], "already_reviewed")
    found = walk.call("GET", f"/api/v1/consultations/experts/{walk.ids['expert']}/", 200)
    same("Cleo's reviews", found["review_count"], 1)


@step("Cleo is suspended: what was booked with her is off, and nobody books her")
def suspend(walk):
    number = book_cleo(walk, walk.start + timedelta(days=1))
    of_consultation(walk, number, "confirm", 200, "cleo")
    path = f"/api/v1/consultations/admin/experts/{walk.ids['expert']}/suspend/"
    same("her status", walk.call("POST", path, 200, "admin", {"reason": "A trial"})["verification_status"], "suspended")
    seen = walk.call("GET", f"/api/v1/consultations/consultations/{number}/", 200, "ben")
    same("the consultation", seen["status"], "cancelled")
    order = {"expert_id": walk.ids["expert"], "consultation_type": "video", "scheduled_at": stamp(walk.start)}
    walk.call("POST", "/api/v1/consultations/consultations/book/", 400, "ben", order)


@step("a mail that SES refuses for now goes out when it takes mails again")
def refused_mail(walk):
    calm, end = 0, monotonic() + 120
    while calm < 8 and monotonic() < end:  # what is told of the steps before has gone out
        calm = 0 if walk.emulator.waiting()["MailQueue"] else calm + 1
        sleep(1)
    walk.emulator.take_mails(False)
    walk.call("POST", "/api/v1/auth/password-reset/", 200, body={"email": "ben@example.com"})
    end = monotonic() + 60
    while not walk.emulator.waiting()["MailQueue"] and monotonic() < end:
        sleep(1)
    sleep(5)
    same("mails about a password", len(walk.emulator.mails("ben@example.com", "password")), 0)
    same("mails that wait", walk.emulator.waiting()["MailQueue"], 1)
    walk.emulator.take_mails(True)
    end = monotonic() + 600
    while not walk.emulator.mails("ben@example.com", "password") and monotonic() < end:
        sleep(5)
    same("mails about a password", len(walk.emulator.mails("ben@example.com", "password")), 1)


@step("a bounce reaches Cleo's notifications by topic, queue and function, and she is mailed no more")
def bounce(walk):
    message = json.loads(json.loads((EVENTS / "feedback-bounce.json").read_text())["Records"][0]["body"])
    message["bounce"]["bouncedRecipients"][0]["emailAddress"] = "cleo@example.com"
    message["mail"]["destination"] = ["cleo@example.com"]
    message["mail"]["tags"]["person"] = [str(walk.ids["cleo"])]
    topic = walk.emulator.resources["FeedbackTopic"]
    for _ in range(2):
        walk.emulator.client("sns").publish(TopicArn=topic, Message=json.dumps(message))
    told, end = [], monotonic() + 60
    while not told and monotonic() < end:
        sleep(1)
        everything = walk.call("GET", "/api/notifications/", 200, "cleo")
        told = [one for one in everything if one["notification_type"] == "email_undeliverable"]
    same("how often Cleo is told", len(told), 1)
    before = len(walk.emulator.mails("cleo@example.com", ""))
    walk.call("POST", "/api/v1/auth/password-reset/", 200, body={"email": "cleo@example.com"})
    sleep(10)
    same("mails to Cleo since", len(walk.emulator.mails("cleo@example.com", "")) - before, 0)


@step("a tick of the schedule ends well")
def tick(walk):
    event = (EVENTS / "reminders-tick.json").read_bytes()
    name = walk.emulator.resources["RemindersFunction"]
    answer = walk.emulator.client("lambda").invoke(FunctionName=name, Payload=event)
    if "FunctionError" in answer:
        raise AssertionError(answer["Payload"].read()[:300])


@step("the queues empty themselves and nothing is dead")
def queues(walk):
    end = monotonic() + 60
    while any(walk.emulator.waiting().values()) and monotonic() < end:
        sleep(1)
    waiting = walk.emulator.waiting()
    same("what waits", {name: count for name, count in waiting.items() if count}, {})


def outside(walk, method, url, headers=None, body=None):
    """A call of a presigned URL, which must lead to the emulator and nowhere else."""
    target = urlsplit(url)
    same("where the signed URL leads", target.netloc, f"127.0.0.1:{walk.emulator.port}")
    connection = http.client.HTTPConnection(target.hostname, target.port, timeout=60)
    connection.request(method, f"{target.path}?{target.query}", body=body, headers=headers or {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def upload(walk, content):
    order = {"content_type": "image/png", "size": len(content)}
    slot = walk.call("POST", "/api/users/me/profile_picture/", 201, "ada", order)
    status, answer = outside(walk, slot["method"], slot["upload_url"], slot["headers"], content)
    if status != 200:
        raise AssertionError(f"the upload answered {status}: {answer[:300]!r}")
    return {"profile_picture": slot["profile_picture"]}


@step("Ada uploads her picture by the signed URL, and everyone can load it")
def picture(walk):
    url = walk.call("PUT", "/api/users/me/", 200, "ada", upload(walk, PNG))["profile_picture"]
    same("the picture", outside(walk, "GET", url), (200, PNG))
    seen = walk.call("GET", f"/api/users/{walk.ids['ada']}/", 200, "ben")["profile_picture"]
    same("the picture Ben sees", outside(walk, "GET", seen), (200, PNG))


@step("what only claims to be a picture is refused, and what never came too")
def no_picture(walk):
    walk.call("PUT", "/api/users/me/", 400, "ada", upload(walk, b"<svg onload='alert(1)'/>"))
    order = {"content_type": "image/png", "size": 10}
    slot = walk.call("POST", "/api/users/me/profile_picture/", 201, "ada", order)
    walk.call("PUT", "/api/users/me/", 400, "ada", {"profile_picture": slot["profile_picture"]})


@step("after logout the token is dead in every function")
def logout(walk):
    walk.call("POST", "/api/users/logout/", 200, "ben")
    for path in ("/api/users/me/", "/api/categories/", "/api/meetings/", "/api/credits/balance/", "/api/messages/"):
        walk.call("GET", path, 401, "ben")
