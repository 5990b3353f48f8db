#!/usr/bin/env bash
# Gradescope builds the autograder's image with it, once. Choose a base image with Python 3.11 or 3.12: Ubuntu 24.04.
set -euo pipefail
apt-get update
apt-get install -y --no-install-recommends python3 python3-venv ca-certificates
mkdir -p /opt
cp -r /autograder/source/course /opt/streamlings
chmod -R go-w /opt/streamlings
cd /opt/streamlings
chmod +x streamlings
# Fetches packages, Kafka and Flink, and the registry and PostgreSQL, so that no grading waits for a download.
./streamlings up kafka flink registry postgres
./streamlings down
