# What people get wrong, with names in it: goes on where the page ended, in the same shell.

TOKEN=$OPERATOR
KNOWN='"name": "Nguyễn Thị Lan", "card": "000 221 248 810"'
for body in "{$KNOWN, \"citizen\": {}}" "{$KNOWN" \
            "{$KNOWN, \"cell\": \"$SCHOOL\", \"status\": \"official\", \"admitted_on\": \"2015-05-19\"}"
do
    post /members <<< "$body"
    post /members -H 'Idempotency-Key: Nguyễn Thị Lan 000221248810' <<< "$body"
    post /facts -H 'Content-Type: application/x-ndjson' <<NDJSON
{"post": "/members", "key": "Lê Hòa", "body": $body}
NDJSON
done
ask /members -G --data-urlencode 'name=Nguyễn Thị Lan' --data-urlencode 'nothing=000221248810'
ask /members/000221248810/Nguyen
TOKEN=$RESIDENCE
post "/members/$NAM/rewards" <<JSON
{"form": "other", "decision": {"number": "Lê Hòa", "on": "2026-03-20", "by": "Nguyễn Thị Lan"}}
JSON
TOKEN=000221248810
ask '/members?name=Nguyen'

# The last line: all tokens, for whoever looks for them.
echo "$OPERATOR $SECRETARY $RESIDENCE $TOKEN"
