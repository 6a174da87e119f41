"""The emulator `ministack`: start, deploy to it, add what it lacks, look at what came of it.

What it lacks, as of 1.5.33: SAM writes the routes of `HttpApi` events into the API's OpenAPI body,
which it ignores, so they are added here, read from the same template; its `/x/{proxy+}` does not
take `/x/`, as AWS's does, so that path gets a route too. It knows no throttling, no CORS of the
gateway, no expiry or recovery of the table, and adds about 0.1 s to each call: nothing here says
anything about those. CloudFront is made but nothing goes through it, for its origins are real names;
for the same reason the functions are told where the emulator has its sockets. What it does check,
with AUTH, are the functions' IAM policies.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import boto3
from samcli.yamlhelper import yaml_parse

TOOLS = Path(sys.executable).parent
REGION = "us-east-1"
STACK = "second-opinion"
# Parameters that switch on what is off by default, so that both branches of the template are seen.
SENDER = "no-reply@example.com"
ADMIN = "admin@example.com"
PARAMETERS = [
    "CorsOrigins=http://localhost:3000", "AlarmEmail=ops@example.com", f"MailFrom={SENDER}", f"AdminEmail={ADMIN}",
]
GROUPS = (
    "accounts", "experts", "bookings", "credits", "inbox", "community", "gatherings", "learning", "platform", "socket", "outbox",
    "reminders", "delivery", "feedback",
)


class Failed(Exception):
    """The run cannot go on; the message says why."""


class Emulator:
    def __init__(self, root: Path, work: Path):
        self.root, self.work = root, work
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.resources = {}
        self.admin = ADMIN

    def __enter__(self):
        self.home = tempfile.TemporaryDirectory(prefix="second-opinion-")
        # Nothing of the caller's environment: neither credentials nor endpoints may leak in, and
        # the functions inherit this one. By its number, not its name, the endpoint makes the SDK
        # put the bucket into the path of presigned URLs.
        environment = {
            "PATH": os.environ["PATH"], "HOME": self.home.name, "TMPDIR": self.home.name,
            "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(self.port), "MINISTACK_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint, "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0",
            "AUTH": "true", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        }
        with (self.work / "ministack.log").open("w") as out:
            self.process = subprocess.Popen(
                [TOOLS / "ministack"], env=environment, cwd=self.home.name,
                stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )
        try:
            self.wait_until_healthy()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        # The functions are its children and in its process group.
        for how in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, how)
                self.process.wait(timeout=10)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
        self.home.cleanup()

    def wait_until_healthy(self):
        for _ in range(150):
            if self.process.poll() is not None:
                break
            try:
                if self.request("GET", "/_ministack/health", host="127.0.0.1")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.2)
        raise Failed(f"the emulator does not answer; see {self.work / 'ministack.log'}")

    def client(self, service: str):
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name=REGION,
            aws_access_key_id="test", aws_secret_access_key="test",
        )

    def request(self, method, path, headers=None, body=None, host=None):
        """One HTTP exchange with the emulator: status, headers with small letters, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            host = host or f"{self.resources['HttpApi']}.execute-api.localhost:{self.port}"
            connection.request(method, path, body=body, headers={"Host": host, **(headers or {})})
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, told, answer.read()
        finally:
            connection.close()

    def deploy(self, template: Path):
        """`sam deploy` with the repository's own samconfig.toml."""
        if not template.exists():
            raise Failed("nothing was built yet: run without --skip-build")
        environment = {
            "PATH": os.environ["PATH"], "HOME": self.home.name, "SAM_CLI_TELEMETRY": "0",
            "AWS_ENDPOINT_URL": self.endpoint, "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        }
        log = self.work / "sam-deploy.log"
        with log.open("w") as out:
            done = subprocess.run(
                [TOOLS / "sam", "deploy", "--config-file", self.root / "samconfig.toml",
                 "--template-file", template, "--stack-name", STACK, "--no-confirm-changeset",
                 "--parameter-overrides", *PARAMETERS],
                cwd=self.root, env=environment, stdout=out, stderr=subprocess.STDOUT, check=False,
            )
        if done.returncode != 0:
            last = "\n".join(log.read_text(errors="replace").splitlines()[-30:])
            raise Failed(f"sam deploy ended with {done.returncode}:\n{last}")
        pages = self.client("cloudformation").get_paginator("list_stack_resources")
        for page in pages.paginate(StackName=STACK):
            for resource in page["StackResourceSummaries"]:
                self.resources[resource["LogicalResourceId"]] = resource["PhysicalResourceId"]

    def add_routes(self, template: Path):
        """The routes of every `HttpApi` event, one integration a function."""
        gateway, functions = self.client("apigatewayv2"), self.client("lambda")
        api = self.resources["HttpApi"]
        count = 0
        for logical, resource in yaml_parse(template.read_text())["Resources"].items():
            if resource["Type"] != "AWS::Serverless::Function":
                continue
            events = resource["Properties"].get("Events", {}).values()
            events = [event for event in events if event["Type"] == "HttpApi"]
            if not events:
                continue
            found = functions.get_function(FunctionName=self.resources[logical])
            integration = gateway.create_integration(
                ApiId=api, IntegrationType="AWS_PROXY", PayloadFormatVersion="2.0",
                IntegrationUri=found["Configuration"]["FunctionArn"],
            )
            for event in events:
                path, method = event["Properties"]["Path"], event["Properties"]["Method"]
                keys = [path if path == "$default" else f"{method} {path}"]
                if path.endswith("/{proxy+}"):
                    keys.append(f"{method} {path.removesuffix('{proxy+}')}")
                for key in keys:
                    gateway.create_route(
                        ApiId=api, Target=f"integrations/{integration['IntegrationId']}", RouteKey=key,
                    )
                count += 1
        print(f"routes added by hand: {count}")

    def sockets(self) -> str:
        """Where the emulator has the WebSocket API, without the scheme."""
        return f"127.0.0.1:{self.port}/_aws/execute-api/{self.resources['WebSocketApi']}/live"

    def stay_inside(self):
        """The functions post frames to the emulator, not to AWS, and may send mail."""
        functions = self.client("lambda")
        for group in ("socket", "outbox", "delivery"):
            name = f"{STACK}-{group}"
            variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
            variables["SOCKETS_URL"] = f"http://{self.sockets()}"
            functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
        self.take_mails(True)

    def adapt_policies(self):
        """To AWS a batch of messages is `sqs:SendMessage`, to the emulator an action of its own; and whoever sends a mail
        there sends it for no identity (`*`) and from nobody."""
        iam, count = self.client("iam"), 0
        for logical, role in self.resources.items():
            if not logical.endswith("FunctionRole"):
                continue
            for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
                document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
                adapted = {**document, "Statement": [adapt(one) for one in document["Statement"]]}
                if adapted != document:
                    iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(adapted))
                    count += 1
        print(f"policies adapted: {count}")

    def name_administrator(self, password: str):
        """Puts the administrator's password beside the signing key, before a function has read the secret."""
        vault, secret = self.client("secretsmanager"), self.outputs()["SecretsArn"]
        keys = json.loads(vault.get_secret_value(SecretId=secret)["SecretString"])
        vault.put_secret_value(SecretId=secret, SecretString=json.dumps({**keys, "admin_password": password}))

    def take_mails(self, takes: bool):
        """From a sender it does not know, it refuses every mail."""
        service = self.client("sesv2")
        if takes:
            service.create_email_identity(EmailIdentity=SENDER)
        else:
            service.delete_email_identity(EmailIdentity=SENDER)

    def mails(self, to: str, words: str) -> list:
        """The mails to somebody that contain these words, in either case."""
        found = json.loads(self.request("GET", "/_ministack/ses/messages", host="127.0.0.1")[2])
        whole = [message for message in messages(found) if to in json.dumps(message)]
        return [message for message in whole if words.lower() in json.dumps(message).lower()]

    def waiting(self) -> dict:
        """How many messages are in each queue, on their way included."""
        sqs, kinds = self.client("sqs"), ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = {}
        names = ("DueQueue", "DueDeadQueue", "MailQueue", "MailDeadQueue", "FeedbackQueue", "FeedbackDeadQueue", "OutboxDeadQueue")
        for logical in names:
            found = sqs.get_queue_attributes(QueueUrl=self.resources[logical], AttributeNames=kinds)["Attributes"]
            counts[logical] = sum(int(found[kind]) for kind in kinds)
        return counts

    def outputs(self) -> dict:
        stack = self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def checks(self):
        """What the stack made, as pairs of a sentence and a problem or nothing."""
        outputs = self.outputs()
        table = self.client("dynamodb").describe_table(TableName=outputs["TableName"])["Table"]
        bucket = outputs["FilesBucket"]
        s3 = self.client("s3")
        names = {"ApiUrl", "ApiReference", "Region", "FilesBucket", "FilesOrigin", "TableName", "SecretsArn",
                 "DistributionUrl", "DistributionDomain", "SocketsUrl", "SocketsEndpoint",
                 "DueDeadQueueUrl", "MailDeadQueueUrl", "FeedbackDeadQueueUrl", "OutboxDeadQueueUrl"}
        yield "the outputs a frontend needs are there", unless(names == set(outputs), sorted(outputs))

        indexes = {index["IndexName"] for index in table["GlobalSecondaryIndexes"]}
        yield "the table has its three indexes", unless(indexes == {"by_a", "by_b", "by_due"}, indexes)
        yield "the table has a stream", unless(table["StreamSpecification"]["StreamEnabled"], table)

        blocks = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        yield "the bucket is private", unless(all(blocks.values()), blocks)
        origins = s3.get_bucket_cors(Bucket=bucket)["CORSRules"][0]["AllowedOrigins"]
        yield "the bucket takes uploads from the web application", unless(origins == ["http://localhost:3000"], origins)

        secret = self.client("secretsmanager").get_secret_value(SecretId=outputs["SecretsArn"])
        keys = {name: len(value) for name, value in json.loads(secret["SecretString"]).items()}
        yield "the secret holds a key of 64 characters", unless(keys == {"token_key": 64}, keys)

        alarms = self.client("cloudwatch").describe_alarms(MaxRecords=100)["MetricAlarms"]
        yield "there are 47 alarms with someone to tell", unless(
            len(alarms) == 47 and all(alarm["AlarmActions"] for alarm in alarms), len(alarms))

        # On this machine there is no TLS, so the rule is looked at and then lifted.
        rule = s3.get_bucket_policy(Bucket=bucket)["Policy"]
        yield "the bucket takes nothing without TLS", unless("aws:SecureTransport" in rule, rule)
        s3.delete_bucket_policy(Bucket=bucket)

        mappings = self.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        partial = [one for one in mappings if one.get("FunctionResponseTypes") == ["ReportBatchItemFailures"]]
        yield "the stream and three queues are polled, failures one by one", unless(len(partial) == 4, mappings)
        distribution = self.client("cloudfront").get_distribution(Id=self.resources["Distribution"])["Distribution"]
        origins = distribution["DistributionConfig"]["Origins"]["Items"]
        key = self.client("secretsmanager").get_secret_value(SecretId=self.resources["OriginKey"])["SecretString"]
        shown = [header["HeaderValue"] for origin in origins for header in origin.get("CustomHeaders", {}).get("Items", [])]
        yield "CloudFront shows both APIs the key the functions know", unless(shown == [key, key], len(shown))

        for name in GROUPS:
            made = self.client("lambda").get_function_configuration(FunctionName=f"{STACK}-{name}")
            fits = made["Architectures"] == ["arm64"] and made["TracingConfig"]["Mode"] == "Active"
            yield f"{name} is an arm64 function with tracing", unless(fits, made)


def messages(found):
    """The messages of whatever the emulator groups them by."""
    if isinstance(found, list):
        for inner in found:
            yield from messages(inner)
    elif isinstance(found, dict):
        if "MessageId" in found:
            yield found
        else:
            for inner in found.values():
                yield from messages(inner)


def unless(holds, otherwise):
    return None if holds else f"instead: {otherwise}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def adapt(statement: dict) -> dict:
    """A statement of a policy as the emulator takes it."""
    if statement["Action"] == "sqs:SendMessage":
        return {**statement, "Action": ["sqs:SendMessage", "sqs:SendMessageBatch"]}
    if "ses:FromAddress" in statement.get("Condition", {}).get("StringEquals", {}):
        return {key: value for key, value in statement.items() if key != "Condition"} | {"Resource": "*"}
    return statement
