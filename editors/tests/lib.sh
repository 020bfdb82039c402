# What the editors' tests share: to be sourced.
# shellcheck shell=bash

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# How many seconds a step waits for what it expects.
export PATIENCE=${PATIENCE:-30}

# Installs Debian's packages that are missing.
debian_packages() {
    "$tests/../../scripts/debian-packages" "$@"
}

# Unpacks packages of the Debian after this one into a folder, with nothing installed and apt's own lists untouched: `newer_packages
# FOLDER PACKAGE…`. Libraries must be named too. `FOLDER/start PATH …` starts a program of them.
newer_packages() {
    local folder=$1 release=trixie mirror options
    shift
    [ "$(cat "$folder/packages" 2>/dev/null)" = "$*" ] && return
    rm -rf "$folder"
    mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial" "$folder/debs" "$folder/root"
    : >"$folder/apt/status"
    # Where this machine has its packages from.
    mirror=$(apt-get indextargets --format '$(CODENAME) $(SITE)' | awk -v code="$(. /etc/os-release && echo "$VERSION_CODENAME")" '$1 == code { print $2; exit }')
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" >"$folder/apt/sources.list"
    options=(-q -o Dir::Etc::sourcelist="$folder/apt/sources.list" -o Dir::Etc::sourceparts=/nonexistent
        -o Dir::State::lists="$folder/apt/lists" -o Dir::State::status="$folder/apt/status" -o Dir::Cache="$folder/apt/cache"
        -o Acquire::Languages=none -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update
    (
        cd "$folder/debs"
        apt-get "${options[@]}" download "$@"
        for package in *.deb; do dpkg-deb -x "$package" "$folder/root"; done
    )
    rm -rf "$folder/apt" "$folder/debs"
    cat >"$folder/start" <<'START'
#!/bin/sh
root=$(dirname "$(readlink -f "$0")")/root
program=$1
shift
exec "$root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu" "$root/$program" "$@"
START
    chmod +x "$folder/start"
    echo "$*" >"$folder/packages"
}

# A copy of the configuration that the tests work on, in a repository of its own; its folder is printed.
workspace() {
    local folder
    folder=$(mktemp -d)
    cp "$tests"/fixture/*.nix "$folder"
    mkdir "$folder/.git"
    echo "$folder"
}

# Whether a file of a workspace is now what it is to become: `is_mended FOLDER FILE`.
is_mended() {
    cmp -s "$1/$2" "$tests/fixture-after/$2"
}

# Installs what a file of requirements names into a Python of its own: `python_packages FOLDER FILE`.
python_packages() {
    cmp -s "$2" "$1/installed.txt" && return
    rm -rf "$1"
    # Debian has it in a package of its own.
    python3 -m venv "$1" 2>/dev/null || { debian_packages python3-venv && rm -rf "$1" && python3 -m venv "$1"; }
    "$1/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$2"
    cp "$2" "$1/installed.txt"
}

# A terminal, for the editors that have no other way to be used as a person does.

# Starts a program in a terminal of so many columns and lines: `terminal 100 30 PROGRAM …`. It ends with this shell.
terminal() {
    terminal=$(mktemp -d)/tmux
    local columns=$1 lines=$2
    shift 2
    trap 'tmux -S "$terminal" kill-server 2>/dev/null || true' EXIT
    LANG=C.UTF-8 LC_ALL=C.UTF-8 TERM=xterm-256color tmux -S "$terminal" -f /dev/null new-session -d -x "$columns" -y "$lines" \
        "$(printf '%q ' "$@"); sleep 600"
    tmux -S "$terminal" set-option -g escape-time 0
    tmux -S "$terminal" set-option -g default-terminal tmux-256color
    tmux -S "$terminal" set-option -g status off
}

# What the terminal shows.
screen() {
    tmux -S "$terminal" capture-pane -p
}

# Presses keys, as tmux calls them.
keys() {
    tmux -S "$terminal" send-keys "$@"
}

# Types a text.
types() {
    tmux -S "$terminal" send-keys -l "$1"
}

shows() {
    screen | grep -qF -- "$1"
}

shows_not() {
    ! shows "$1"
}

# Waits until something holds: `until_it "what" COMMAND …`; the test fails if it does not.
until_it() {
    local what=$1 end=$((SECONDS + PATIENCE))
    shift
    while ! "$@"; do
        if [ $SECONDS -ge $end ]; then
            echo "FAIL $what"
            [ -z "${terminal:-}" ] || screen
            exit 1
        fi
        sleep 0.1
    done
    echo "ok   $what"
}
