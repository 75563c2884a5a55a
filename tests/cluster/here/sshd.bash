# An sshd of its own on loopback, with a throw-away key, under two names. Sourced by try-here.sh.

start_sshd() {
    [[ -d /run/sshd ]] || { mkdir /run/sshd; made_run_sshd=yes; }
    ssh-keygen -q -t ed25519 -N '' -f "$work/host_key"
    ssh-keygen -q -t ed25519 -N '' -f "$work/key"
    cp "$work/key.pub" "$work/authorized"
    local port
    port=$(free_port)
    cat > "$work/sshd_config" << END
ListenAddress 127.0.0.1
Port $port
HostKey $work/host_key
AuthorizedKeysFile $work/authorized
PidFile $work/sshd.pid
UsePAM no
StrictModes no
PasswordAuthentication no
PermitRootLogin prohibit-password
END
    cat > "$work/ssh_config" << END
Host one two
    HostName 127.0.0.1
    Port $port
    IdentityFile $work/key
    IdentitiesOnly yes
    UserKnownHostsFile $work/known
    StrictHostKeyChecking accept-new
    LogLevel ERROR
END
    "$(command -v sshd)" -f "$work/sshd_config" -E "$work/sshd.log"
    wait_for 10 test -s "$work/sshd.pid" || fail "no sshd"
    daemons+=("$(< "$work/sshd.pid")")
    export PARALLEL_SSH="ssh -F $work/ssh_config"
    wait_for 10 answers ssh -F "$work/ssh_config" one true || fail "no ssh to loopback"
}
