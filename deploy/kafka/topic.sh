#!/bin/sh
# The topic of a ledger on an operator's brokers, and who may do what there: topic.sh BROKERS LEDGER [REPLICAS]
# Needs Kafka's own scripts on the PATH. The rights are for brokers that have an authorizer; without one leave them out.
set -eu
brokers=$1 ledger=$2 replicas=${3:-3}
topic=caunoi.facts.$ledger
least=$((replicas > 1 ? replicas - 1 : 1))

# One partition, because a ledger's facts have one order; never compacted, because that takes facts out of the middle.
kafka-topics.sh --bootstrap-server "$brokers" --create --if-not-exists --topic "$topic" --partitions 1 \
    --replication-factor "$replicas" --config min.insync.replicas=$least --config cleanup.policy=delete \
    --config max.message.bytes=4194304 --config retention.ms=-1

rights() { kafka-acls.sh --bootstrap-server "$brokers" --add "$@"; }
rights --allow-principal User:caunoi-relay --topic "$topic" --operation Describe --operation DescribeConfigs --operation Read --operation Write
rights --allow-principal User:caunoi-relay --cluster --operation IdempotentWrite
rights --allow-principal User:caunoi-worker --topic "$topic" --operation Describe --operation Read
rights --allow-principal User:caunoi-worker --group "caunoi." --resource-pattern-type prefixed --operation Read
