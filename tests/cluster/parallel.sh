#!/usr/bin/env bash
# A grid on several machines through GNU parallel and ssh: each share of it is one job, all write
# into one folder that lies at the same path everywhere (NFS or the like).
#
#   HOSTS=ann@lab1,ann@lab2 tests/cluster/parallel.sh 8 FOLDER PROMPT --seeds 1,2,3 --guidance 1,4,8
#   safelight compare FOLDER        # opens what is there, while it grows too
#
# After a stop, run the same line again: finished pictures are not computed again. A share whose
# program was killed or whose machine went away is started again by itself, at most twice.
#
#   HOSTS      machines as --sshlogin takes them, with commas between; ":" is this one  [:]
#   JOBS       shares at once on each machine; one uses all its cores                   [1]
#   SAFELIGHT  the program, at one path everywhere                                      [safelight]
set -euo pipefail

if (($# < 3)); then
    echo "usage: [HOSTS=…] [JOBS=…] $0 SHARES FOLDER PROMPT [OPTIONS OF safelight compare]" >&2
    exit 2
fi
shares=$1 folder=$2
shift 2
mkdir -p -- "$folder"
folder=$(cd -- "$folder" && pwd)

# Exits with the number of shares that failed.
exec parallel --quote -I @SHARE@ --line-buffer --retries 3 \
    --sshlogin "${HOSTS:-:}" --jobs "${JOBS:-1}" \
    "${SAFELIGHT:-safelight}" compare "$@" --keep "$folder" --shard "@SHARE@/$shares" --yes --quiet \
    < <(seq "$shares")
