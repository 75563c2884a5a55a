# What the tries look at: cells of a folder, programs that compute them, and waiting for both.
# Sourced by try-here.sh, which sets safelight, work and cells.

began=${EPOCHREALTIME/./}

say() { printf '%6.1f s  %s\n' "$((${EPOCHREALTIME/./} - began))e-6" "$*"; }

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# wait_for SECONDS COMMAND…: until it holds; fails when the time is up.
wait_for() {
    local until=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < until)) || return 1
        sleep 0.05
    done
}

gone() { ! kill -0 "$1" 2> /dev/null; }
answers() { "$@" > /dev/null 2>&1; }

# A port of loopback that nobody listens on.
free_port() {
    local port
    for ((try = 0; try < 100; try++)); do
        port=$((20000 + RANDOM % 12000))
        (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null || { echo "$port"; return; }
    done
    fail "no free port"
}

# What of the grid is whole in a folder: a line a cell, with inode and time.
whole() { find "$1" -name '*.safetensors' -printf '%f %i %T@\n' | sort; }
count() { whole "$1" | wc -l; }
at_least() { (($(count "$1") >= $2)); }

# The program that computes a share, not the ssh, shells and wrappers around it.
share_pid() {
    local pid
    for pid in $(pgrep -f -- "--keep $1 --shard $2" || true); do
        if [[ $(readlink "/proc/$pid/exe") == "$safelight" ]]; then
            echo "$pid"
            return
        fi
    done
    return 1
}

# Kills a share half-way: when four cells of the grid are whole. Keeps the list of them.
kill_half_way() {
    local folder=$1 share=$2 pid
    wait_for 120 at_least "$folder" 4 || fail "no four cells after two minutes"
    pid=$(share_pid "$folder" "$share") || fail "share $share does not run"
    kill -9 "$pid"
    wait_for 10 gone "$pid" || fail "share $share lives on"
    whole "$folder" > "$work/before"
    say "share $share killed with -9 while $(wc -l < "$work/before") of $cells cells are whole"
    say "the folder opened now: $(states "$folder")"
}

# Recordings that were begun and that nobody is at any more.
abandoned() {
    local lock
    for lock in "$1"/*.lock; do
        if [[ -e ${lock%.lock}.partial ]] && flock --nonblock "$lock" true; then
            echo "$lock"
        fi
    done
}

# Cells that were whole before are untouched: same inode, same time.
not_computed_again() {
    [[ -z $(whole "$1" | comm -23 "$work/before" -) ]] || fail "a finished cell was written again"
    say "the $(wc -l < "$work/before") cells that were whole before keep their inodes and times"
}

# How often each line stands there, on one line.
tally() { sort | uniq -c | tr -s '\n ' ' ' | sed 's/^ //; s/ $//'; }

states() {
    "$safelight" compare "$1" --json --quiet > "$work/json" || fail "the folder does not open"
    grep -F '"compare":"run"' "$work/json" | grep -o '"state":"[a-z]*"' | cut -d'"' -f4 | tally
}

all_there() {
    [[ $(states "$1") == "$cells done" ]] || fail "not all are done: $(states "$1")"
    [[ -z $(find "$1" -name '*.lock' -o -name '*.partial*') ]] || fail "something is left over"
    local file same=0
    for file in "$1"/*.safetensors; do
        "$safelight" compare "$file" "$work/alone/${file##*/}" --json --quiet > "$work/json"
        grep -F '"compare":"beside"' "$work/json" | grep -qF '"identical":true' && same=$((same + 1))
    done
    say "the folder opened: all $cells cells done, no lock and no partial recording left;" \
        "$same of $cells pictures identical to those of the grid computed alone"
    ((same == cells)) || fail "pictures differ"
}

# Which recordings appear, each as name and inode. One that is computed twice is either written
# over, and has two inodes, or refused, and the program that comes second fails.
watch_cells() {
    {
        until [[ -e $work/over ]]; do
            whole "$1"
            sleep 0.05
        done
        whole "$1"
    } | cut -d' ' -f1,2 | sort -u > "$work/seen"
}

# each_once WATCHER FOLDER: says what the race shows.
each_once() {
    touch "$work/over"
    wait "$1"
    rm "$work/over"
    [[ $(whole "$2" | cut -d' ' -f1,2) == "$(< "$work/seen")" ]] || fail "a cell was written over"
    say "each of the $(count "$2") cells appeared once"
}
