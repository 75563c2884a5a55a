# A Slurm of one node with two processors on loopback, and its munged. Sourced by try-here.sh.

start_slurm() {
    mkdir -p "$work/slurm/state" "$work/slurm/spool" "$work/out"
    head -c 1024 /dev/urandom > "$work/munge.key"
    chmod 600 "$work/munge.key"
    munged --key-file="$work/munge.key" --socket="$work/munge.socket" --pid-file="$work/munge.pid" \
        --log-file="$work/munge.log" --seed-file="$work/munge.seed"
    wait_for 10 test -s "$work/munge.pid" || fail "no munged"
    daemons+=("$(< "$work/munge.pid")")

    export SLURM_CONF=$work/slurm/slurm.conf
    cat > "$SLURM_CONF" << END
ClusterName=here
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$work/munge.socket
StateSaveLocation=$work/slurm/state
SlurmdSpoolDir=$work/slurm/spool
SlurmctldPidFile=$work/slurm/slurmctld.pid
SlurmdPidFile=$work/slurm/slurmd.pid
SlurmctldLogFile=$work/slurm/slurmctld.log
SlurmdLogFile=$work/slurm/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=2
SlurmdParameters=config_overrides
MailProg=/bin/true
MinJobAge=3600
ReturnToService=2
NodeName=node1 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 CPUs=2
PartitionName=all Nodes=node1 Default=YES
END
    echo "CgroupAutomount=no" > "$work/slurm/cgroup.conf"
    slurmctld -c -f "$SLURM_CONF"
    slurmd -f "$SLURM_CONF"
    local daemon
    for daemon in slurmctld slurmd; do
        wait_for 20 test -s "$work/slurm/$daemon.pid" || fail "no $daemon"
        daemons+=("$(< "$work/slurm/$daemon.pid")")
    done
    wait_for 60 node_idle || fail "the node does not come up: $(sinfo 2>&1 || true)"
}

node_idle() { [[ $(sinfo --noheader --format=%T 2> /dev/null) == idle ]]; }
no_jobs() { [[ -z $(squeue --noheader 2> /dev/null) ]]; }

# submit FOLDER OPTIONS…: an array of the grid; prints its number.
submit() {
    sbatch --parsable --output="$work/out/%A_%a.log" "${@:2}" "$here/slurm.sbatch" "$1" "${grid[@]}"
}

# What Slurm says of the end of an array or of one task.
ends() { scontrol --oneliner show job "$1" | grep -o 'JobState=[A-Z]*\|ExitCode=[0-9:]*' | tally; }
failed() { [[ $(ends "$1") == *FAILED* ]]; }

# all_well TASKS ARRAY: waits until every task has ended, and well.
all_well() {
    wait_for 300 no_jobs || fail "jobs do not end"
    [[ $(ends "$2") == "$1 ExitCode=0:0 $1 JobState=COMPLETED" ]] || fail "Slurm: $(ends "$2")"
}
