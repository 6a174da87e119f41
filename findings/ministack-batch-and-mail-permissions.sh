#!/usr/bin/env bash
# ministack 1.5.33 (an AWS emulator, here with AUTH=true: IAM policies are enforced) on what a role may send.
#
# Expected: as on AWS, where `sqs:SendMessage` is the permission for SendMessage and SendMessageBatch alike (there is no
# IAM action for the batch), and `ses:SendEmail` is judged against the identity that sends.
# What happens: one message is taken, a batch is denied for want of `sqs:SendMessageBatch`; a mail is judged against the
# resource `*`, so a policy that names the identity allows nothing. A policy that AWS accepts has to be widened for the
# emulator, and one that only the emulator accepts says nothing about AWS.
#
# Output seen:
#   one message: taken
#   a batch: AccessDenied
#   a mail of the identity that is named: AccessDeniedException
#   a mail, where all identities (*) are named: taken
#
# Needs Python 3.10 or later; fails when any of the four lines changes.
set -euo pipefail
scratch=$(mktemp -d)
trap 'kill "${emulator:-}" 2>/dev/null || true; rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check ministack==1.5.33 boto3==1.43.102
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
env -i PATH="$PATH" HOME="$scratch" BIND_HOST=127.0.0.1 GATEWAY_PORT="$port" AUTH=true \
    AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test venv/bin/ministack >log 2>&1 &
emulator=$!

cat >walk.py <<'P'
import json
import sys
import time
import urllib.request

import boto3
from botocore.exceptions import ClientError

endpoint = f"http://127.0.0.1:{sys.argv[1]}"
for _ in range(150):
    try:
        urllib.request.urlopen(f"{endpoint}/_ministack/health")
        break
    except OSError:
        time.sleep(0.2)


def client(service, key="test", secret="test", token=None):
    return boto3.client(service, endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=key,
                        aws_secret_access_key=secret, aws_session_token=token)


def outcome(call, **arguments):
    try:
        call(**arguments)
        return "taken"
    except ClientError as error:
        return error.response["Error"]["Code"]


iam, sqs, ses = client("iam"), client("sqs"), client("sesv2")
queue = sqs.create_queue(QueueName="queue")["QueueUrl"]
sender = "no-reply@example.com"
ses.create_email_identity(EmailIdentity=sender)
everybody = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}
role = iam.create_role(RoleName="role", AssumeRolePolicyDocument=json.dumps(
    {"Version": "2012-10-17", "Statement": [everybody]}))["Role"]["Arn"]


def may(identity):
    iam.put_role_policy(RoleName="role", PolicyName="sends", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:us-east-1:000000000000:queue"},
        {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": identity},
    ]}))


may(f"arn:aws:ses:us-east-1:000000000000:identity/{sender}")
given = client("sts").assume_role(RoleArn=role, RoleSessionName="walk")["Credentials"]
as_role = given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
sqs, ses = client("sqs", *as_role), client("sesv2", *as_role)
mail = {"FromEmailAddress": sender, "Destination": {"ToAddresses": ["ada@example.org"]},
        "Content": {"Simple": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}}}}
print("one message:", outcome(sqs.send_message, QueueUrl=queue, MessageBody="x"))
print("a batch:", outcome(sqs.send_message_batch, QueueUrl=queue, Entries=[{"Id": "1", "MessageBody": "x"}]))
print("a mail of the identity that is named:", outcome(ses.send_email, **mail))
may("*")
print("a mail, where all identities (*) are named:", outcome(ses.send_email, **mail))
P
venv/bin/python walk.py "$port" | tee seen
diff seen - <<'S'
one message: taken
a batch: AccessDenied
a mail of the identity that is named: AccessDeniedException
a mail, where all identities (*) are named: taken
S
