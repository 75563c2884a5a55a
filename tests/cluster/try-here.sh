#!/usr/bin/env bash
# Tries parallel.sh and slurm.sbatch for real on this one machine: an sshd of its own under two
# names, and a Slurm of one node, all on loopback and in a temporary folder that is gone at the
# end. With each, a share is killed half-way and started again, the whole is run once more, and
# two shares race for the same cells. Needs root and, on Debian,
#
#   apt-get install --no-install-recommends parallel openssh-server slurm-wlm munge
#
#   SAFELIGHT=target/release/safelight tests/cluster/try-here.sh > tests/cluster/slurm.log
#
# What it prints names no path, machine or user.
set -euo pipefail
shopt -s inherit_errexit

safelight=$(realpath -- "${SAFELIGHT:-$(command -v safelight)}")
here=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
export SAFELIGHT=$safelight LC_ALL=C
PATH=$PATH:/usr/sbin

# So many steps that there is time to kill a share half-way.
grid=("a red cat" --seeds "1,2,3,4,5,6" --guidance "1,4" --steps 150 --batch 1)
cells=12

for program in parallel ssh ssh-keygen sshd munged slurmctld slurmd sbatch flock; do
    command -v "$program" > /dev/null || { echo "not installed: $program" >&2; exit 2; }
done
((EUID == 0)) || { echo "needs root" >&2; exit 2; }

work=$(mktemp -d)
chmod 755 "$work"
daemons=()

# shellcheck source-path=SCRIPTDIR
source "$here/here/checks.bash"
# shellcheck source-path=SCRIPTDIR
source "$here/here/sshd.bash"
# shellcheck source-path=SCRIPTDIR
source "$here/here/slurm.bash"

cleanup() {
    local status=$? pid
    trap - EXIT
    if ((status != 0)); then
        tail -n 5 "$work"/*.log "$work"/out/*.log "$work"/slurm/*.log >&2 2> /dev/null || true
    fi
    # Jobs first: a slurmd that ends leaves its jobs alone.
    if [[ -n ${SLURM_CONF:-} ]]; then
        scancel --partition=all 2> /dev/null || true
        wait_for 60 no_jobs || true
    fi
    for pid in $(jobs -p) "${daemons[@]}"; do
        kill "$pid" 2> /dev/null || true
        wait_for 20 gone "$pid" || kill -9 "$pid" 2> /dev/null || true
    done
    rm -rf -- "$work"
    [[ -z ${made_run_sshd:-} ]] || rmdir /run/sshd 2> /dev/null || true
    exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

echo "$("$safelight" --version), $(parallel --version | head -n 1)," \
    "$(ssh -V 2>&1 | cut -d, -f1), $(slurmd -V)"
echo "The grid: safelight compare ${grid[*]@Q}"
"$safelight" compare "${grid[@]}" --keep "$work/alone" --threads 1 --shard 1/1 --quiet
say "computed alone with one thread: $(count "$work/alone") cells"

echo
echo "GNU parallel over ssh: two machines, one and two, which are both this one"
start_sshd
folder=$work/by-ssh
mkdir "$folder"

by_ssh() {
    HOSTS=$1 timeout 300 "$here/parallel.sh" "$2" "$folder" "${grid[@]}" --threads 1 2>> "$work/parallel.log"
}

say "\$ HOSTS=one,two parallel.sh 2 FOLDER …"
by_ssh one,two 2 & running=$!
kill_half_way "$folder" 1/2
wait "$running" || fail "parallel.sh: exit $?"
say "parallel has started that share again by itself; exit 0"
not_computed_again "$folder"
all_there "$folder"

whole "$folder" > "$work/before"
by_ssh one,two 2
say "\$ HOSTS=one,two parallel.sh 2 FOLDER …   # once more: exit 0"
not_computed_again "$folder"

folder=$work/race-by-ssh
mkdir "$folder"
watch_cells "$folder" & watcher=$!
say "\$ HOSTS=one parallel.sh 1 FOLDER … & HOSTS=two parallel.sh 1 FOLDER …   # both 1/1"
by_ssh one 1 & first=$!
by_ssh two 1 & second=$!
wait "$first" || fail "the first: exit $?"
wait "$second" || fail "the second: exit $?"
say "both exit 0"
each_once "$watcher" "$folder"
all_there "$folder"

echo
echo "Slurm: one node with two processors, which is this machine"
start_slurm
folder=$work/by-slurm
mkdir "$folder"

say "\$ sbatch --array=1-2 slurm.sbatch FOLDER …"
array=$(submit "$folder" --array=1-2)
kill_half_way "$folder" 1/2
wait_for 30 failed "${array}_1" || fail "Slurm does not see that the task was killed"
say "task 1: $(ends "${array}_1"); it left $(abandoned "$folder" | wc -l) recording half-written"
scontrol requeue "${array}_1"
# Slurm lets a requeued task wait for two minutes; here nobody has to.
scontrol update JobId="${array}_1" StartTime=now
say "\$ scontrol requeue JOB_1"
all_well 2 "$array"
say "both tasks: $(ends "$array")"
not_computed_again "$folder"
all_there "$folder"

whole "$folder" > "$work/before"
array=$(submit "$folder" --array=1-2)
all_well 2 "$array"
say "\$ sbatch --array=1-2 slurm.sbatch FOLDER …   # once more: $(ends "$array")"
not_computed_again "$folder"

folder=$work/race-by-slurm
mkdir "$folder"
watch_cells "$folder" & watcher=$!
say "\$ sbatch --array=1-1 slurm.sbatch FOLDER …   # twice at once, both 1/1"
first=$(submit "$folder" --array=1-1)
second=$(submit "$folder" --array=1-1)
all_well 1 "$first"
all_well 1 "$second"
say "both: $(ends "$first")"
each_once "$watcher" "$folder"
all_there "$folder"
