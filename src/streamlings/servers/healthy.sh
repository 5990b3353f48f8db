#!/bin/bash
# Whether a service of the lab answers in its container: `healthy.sh kafka`. It is asked every four seconds, of five containers; started
# each time, Python would take a third of a processor for that.
set -u

page() { # what GET http://127.0.0.1:PORT PATH answers
    exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$2" >&3 && cat <&3
}

case $1 in
    kafka) : <>"/dev/tcp/127.0.0.1/$STREAMLINGS_KAFKA_PORT" ;;
    postgres) : <>"/dev/tcp/127.0.0.1/$STREAMLINGS_POSTGRES_PORT" ;; # whoever connects is told whether it still recovers
    flink-jobmanager) page "$STREAMLINGS_FLINK_PORT" /overview | grep -q slots-total ;;
    flink-taskmanager) page "$STREAMLINGS_FLINK_PORT" /taskmanagers | grep -q "\"$(cat /data/flink/name)\"" ;;
    registry) page "$STREAMLINGS_REGISTRY_PORT" /apis/ccompat/v7/subjects | grep -q ' 200 ' ;;
    *) exit 2 ;;
esac
