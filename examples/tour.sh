#!/usr/bin/env bash
# A tour of both products, against a running gateway that was started with --demo:
#
#   cargo run --release -p local -- --demo
#   examples/tour.sh [BASE URL]              the default is $API, or else http://localhost:8000
#
# It needs bash and curl. It says what happens, shows the answers with their status below, checks them, and stops with a
# sentence and exit code 1 at the first that is not as it should be. It may be run again, at most twice a minute: the
# gateway takes ten registrations and logins a minute from one address. infra/local/tests/tour.rs runs it.
set -euo pipefail

API=${1:-${API:-http://localhost:8000}}

# Names that nobody has yet.
N=$(date +%s)

# METHOD PATH TOKEN [BODY]: the answer and, on a line of its own, its status. People see no more than the first of it.
send() {
    local answer
    answer=$(curl -sS -X "$1" "$API$2" -H "Authorization: Bearer $3" -H 'Content-Type: application/json' \
        -w '\n%{http_code}' -d "${4:-}")
    cut -c 1-300 <<<"$answer" >&2
    printf '%s\n' "$answer"
}

# ANSWER NAME: the first field of this name.
field() { grep -o "\"$2\": *[^],}]*" <<<"$1" | sed -n "1s/^\"$2\": *//p" | tr -d '"'; }

say() { printf '\n%s\n' "$*" >&2; }

# The answer, its status, and what else must occur in it.
expect() {
    local answer=$1 status=$2 words
    shift 2
    if [ "$(tail -n 1 <<<"$answer")" != "$status" ]; then
        say "The tour stops. The last answer should have had status $status."
        exit 1
    fi
    for words in "$@"; do
        if [[ $answer != *"$words"* ]]; then
            say "The tour stops. The last answer should have said $words."
            exit 1
        fi
    done
}

say '== ExpertConnect: meetings for credits'

say 'Ada registers. She gets a token, and one credit as everybody does.'
ADA=$(send POST /api/users/register/ "" \
    '{"username": "ada'$N'", "email": "ada'$N'@example.org", "password": "correct-horse-battery"}')
expect "$ADA" 201 '"token"'
TOKEN=$(field "$ADA" token)

say 'She looks for somebody who knows Rust. The demo has Ingrid.'
FOUND=$(send GET "/api/users/?skill=rust" "$TOKEN")
expect "$FOUND" 200 '"username":"ingrid.solberg"'
EXPERT=$(field "$FOUND" id)

say 'When is Ingrid free, for an hour?'
FREE=$(send GET "/api/users/$EXPERT/available_slots/?days=14&minutes=60" "$TOKEN")
expect "$FREE" 200 '"scheduled_start"'
START=$(field "$FREE" scheduled_start) END=$(field "$FREE" scheduled_end)

say 'Ada requests the first of these times: it is hers, and her credit is held.'
WISH='{"title": "Lifetimes", "expert_id": '$EXPERT', "scheduled_start": "'$START'", "scheduled_end": "'$END'"}'
MEETING=$(send POST /api/meetings/ "$TOKEN" "$WISH")
expect "$MEETING" 201 '"status":"pending"'
BALANCE=$(send GET /api/credits/balance/ "$TOKEN")
expect "$BALANCE" 200 '"balance":0' '"held":1'

say 'Ingrid logs in, with the password of everybody in the demo, and confirms.'
LOGIN=$(send POST /api/users/login/ "" '{"username": "ingrid.solberg", "password": "teach-me-something"}')
expect "$LOGIN" 200 '"token"'
INGRID=$(field "$LOGIN" token)
CONFIRMED=$(send PATCH "/api/meetings/$(field "$MEETING" id)/update_status/" "$INGRID" '{"status": "confirmed"}')
expect "$CONFIRMED" 200 '"status":"confirmed"'

say 'Ben wants the same hour. Nobody can be booked twice: 409, with other times.'
BEN=$(send POST /api/users/register/ "" \
    '{"username": "ben'$N'", "email": "ben'$N'@example.org", "password": "correct-horse-battery"}')
expect "$BEN" 201 '"token"'
REFUSED=$(send POST /api/meetings/ "$(field "$BEN" token)" "$WISH")
expect "$REFUSED" 409 '"code":"slot_taken"' '"alternatives":[{'

say '== Consultations: the same people, in another product'

say 'Eva opens an account the way all newer products share, and applies to be an expert.'
SESSION=$(send POST /api/v1/auth/register/ "" '{"email": "eva'$N'@example.org", "full_name": "Eva Lund",
    "password": "correct-horse-battery", "confirm_password": "correct-horse-battery"}')
expect "$SESSION" 201 '"access"'
EVA=$(field "$SESSION" access)
APPLICATION=$(send POST /api/v1/consultations/experts/apply/ "$EVA" '{"name": "Eva Lund",
    "email": "eva'$N'@example.org", "specialty": "career", "experience_years": 9, "bio": "From nurse to engineer."}')
expect "$APPLICATION" 201 '"status":"pending"'

say 'The administrator of the demo approves.'
LOGIN=$(send POST /api/v1/auth/login/ "" '{"email": "admin@example.org", "password": "teach-me-something"}')
expect "$LOGIN" 200 '"access"'
ADMIN=$(field "$LOGIN" access)
APPROVED=$(send POST "/api/v1/consultations/admin/applications/$(field "$APPLICATION" id)/review/" "$ADMIN" \
    '{"action": "approve"}')
expect "$APPROVED" 200 '"status":"approved"'
EXPERT=$(field "$APPROVED" expert_id)

say 'Eva publishes her week, in her own time zone.'
WEEK=
for day in 0 1 2 3 4 5 6; do
    WEEK+=',{"day_of_week": '$day', "start_time": "09:00", "end_time": "17:00", "timezone": "Asia/Kolkata"}'
done
HOURS=$(send POST /api/v1/consultations/experts/availability/update/ "$EVA" "[${WEEK#,}]")
expect "$HOURS" 200 '"timezone":"Asia/Kolkata"'

say 'Anybody sees her free times of a day next week.'
DATE=$(date -u -d "@$((N + 604800))" +%F 2>/dev/null || date -u -r "$((N + 604800))" +%F)
SLOTS=$(send GET "/api/v1/consultations/experts/$EXPERT/time-slots/?date=$DATE" "")
expect "$SLOTS" 200 '"start":"'
START=$(field "$SLOTS" start) END=$(field "$SLOTS" end)

say 'Ada books the first of them with the token she has, and Eva confirms.'
CONSULTATION=$(send POST /api/v1/consultations/consultations/book/ "$TOKEN" \
    '{"expert_id": '$EXPERT', "consultation_type": "video", "scheduled_at": "'$START'"}')
expect "$CONSULTATION" 201 '"status":"pending"' '"meeting_link":"https://'
ID=$(field "$CONSULTATION" id)
CONFIRMED=$(send POST "/api/v1/consultations/consultations/$ID/confirm/" "$EVA" '{}')
expect "$CONFIRMED" 200 '"status":"confirmed"'

say 'A time that is taken in one product is taken in the other, too: 409.'
REFUSED=$(send POST /api/meetings/ "$(field "$BEN" token)" '{"title": "Careers", "expert_id": '$EXPERT',
    "scheduled_start": "'$START'", "scheduled_end": "'$END'"}')
expect "$REFUSED" 409 '"code":"slot_taken"'

say 'Ada cancels, a week ahead. The time is free again.'
CANCELLED=$(send POST "/api/v1/consultations/consultations/$ID/cancel/" "$TOKEN" '{"cancellation_reason": "A cold"}')
expect "$CANCELLED" 200 '"status":"cancelled"'
SLOTS=$(send GET "/api/v1/consultations/experts/$EXPERT/time-slots/?date=$DATE" "")
expect "$SLOTS" 200 '"start":"'"$START"'"'

say 'That was the tour. What was mailed meanwhile: '"$API"'/_local/mail. Everything else: '"$API"'/api/docs/'
