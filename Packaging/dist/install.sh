#!/bin/sh
# Installs Lorikeet from this script's directory as a systemd service. Safe to run again: a new version is put beside
# the old one and replaces it only when it is complete and has recognized a recording.
set -eu
umask 022
LC_ALL=C
export LC_ALL

config_dir=/etc/lorikeet
unit=/etc/systemd/system/lorikeet.service
data_dir=/var/lib/lorikeet

usage() {
    cat <<'END'
Usage: ./install.sh [--prefix DIR] [--no-service] [--model NAME]
       ./install.sh --uninstall [--prefix DIR]

  --prefix DIR   directory to install into (default: /opt/lorikeet)
  --no-service   install only the program: no service, no configuration, nothing outside of DIR; needs no root if you
                 own DIR
  --model NAME   model of the service (default: parakeet-tdt-0.6b-v3), which is downloaded when the service starts
                 (2.5 GB). 'builtin' is a tiny model for trying Lorikeet and needs no download. An existing
                 configuration is kept.
  --uninstall    remove the program and the service; keep configuration and models
END
}

say() { printf '%s\n' "$*"; }
note() { printf '  %s\n' "$*"; }
fail() {
    printf 'install: %s\n' "$*" >&2
    exit 1
}

prefix=/opt/lorikeet
service=yes
model=
uninstall=no
while [ $# -gt 0 ]; do
    case $1 in
        --prefix | --model)
            if [ $# -lt 2 ] || [ -z "$2" ]; then fail "$1 needs a value; see --help"; fi
            if [ "$1" = --prefix ]; then prefix=$2; else model=$2; fi
            shift
            ;;
        --no-service) service=no ;;
        --uninstall) uninstall=yes ;;
        --help | -h)
            usage
            exit 0
            ;;
        *) fail "unknown option '$1'; see --help" ;;
    esac
    shift
done

case $prefix in
    /*) ;;
    *) prefix=$PWD/$prefix ;;
esac
prefix=${prefix%/}
# Both become part of the service's command line and of a YAML file.
case $prefix in
    '' | *[!A-Za-z0-9/._+-]*) fail "--prefix is '$prefix', expected a directory with letters, digits and / . _ + - only" ;;
esac
case $model in
    *[!A-Za-z0-9/._@+-]*) fail "--model is '$model', expected letters, digits and / . _ @ + - only" ;;
esac
[ -z "$model" ] || [ $service = yes ] || fail "--model is for the service: leave out --no-service, or pass it to 'lorikeet serve'"

systemd_runs() { [ -d /run/systemd/system ] && command -v systemctl >/dev/null; }

# The target of `current`, as versions/NAME; empty if there is none.
installed() { readlink "$prefix/current" 2>/dev/null || true; }

remove() {
    [ -L "$prefix/current" ] || [ -d "$prefix/versions" ] || fail "there is no Lorikeet in $prefix; pass its directory as --prefix"
    if [ -f $unit ] && grep -qF "ExecStart=$prefix/current/" $unit; then
        [ "$(id -u)" -eq 0 ] || fail "only root may remove the service: sudo $0 --uninstall"
        if systemd_runs; then systemctl disable --now --quiet lorikeet.service || true; fi
        rm -f $unit /etc/systemd/system/multi-user.target.wants/lorikeet.service
        if systemd_runs; then systemctl daemon-reload; fi
    fi
    link=/usr/local/bin/lorikeet
    if [ "$(readlink $link 2>/dev/null || true)" = "$prefix/current/bin/lorikeet" ]; then rm -f $link; fi
    rm -rf "$prefix/current" "$prefix/versions"
    rmdir "$prefix" 2>/dev/null || true
    say "Lorikeet has been removed from $prefix. To remove the rest, if it exists:"
    note "rm -r $config_dir   # configuration"
    note "rm -r $data_dir /var/lib/private/lorikeet   # downloaded and prepared models"
}

if [ $uninstall = yes ]; then
    remove
    exit 0
fi

# Checks, before anything is changed

here=$(cd "$(dirname "$0")" && pwd -P)
cd "$here"
for file in BUILD SHA256SUMS; do
    [ -f $file ] || fail "$here is not an unpacked release: it has no $file"
done
value() { sed -n "s/^$1=//p" BUILD; }
version=$(value version)
machine=$(value machine)
glibc=$(value glibc)

[ "$(uname -m)" = "$machine" ] || fail "this release is for $machine, but this machine is $(uname -m)"

found=$(getconf GNU_LIBC_VERSION 2>/dev/null | sed 's/^glibc //')
[ -n "$found" ] || fail "this system has no glibc; Debian 12, Ubuntu 24.04 and newer systems have"
if [ "$(printf '%s\n%s\n' "$glibc" "$found" | sort -V | head -n 1)" != "$glibc" ]; then
    fail "glibc $glibc is needed, and this system has $found; use Debian 12, Ubuntu 24.04 or newer"
fi

parent=$prefix
while [ ! -e "$parent" ]; do parent=$(dirname "$parent"); done
[ -d "$parent" ] || fail "$parent is not a directory"
[ -w "$parent" ] || fail "you may not write to $parent: use sudo, or --no-service --prefix \$HOME/lorikeet"
if [ $service = yes ]; then
    [ "$(id -u)" -eq 0 ] || fail "only root may install a service: sudo $0, or --no-service --prefix \$HOME/lorikeet"
fi

needed=$(du -sk . | cut -f 1)
free=$(df -Pk "$parent" | awk 'NR == 2 { print $4 }')
[ "$free" -gt "$((needed + 1024))" ] || fail "$parent has $((free / 1024)) MB free, and $((needed / 1024)) MB are needed"

say "Checking the release …"
sha256sum --check --quiet --strict SHA256SUMS >&2 || fail "this copy is damaged: unpack the download again, or download it again"

# Copy, beside the installed version

name=$version-$(sha256sum SHA256SUMS | cut -c 1-12)
versions=$prefix/versions
new=$versions/.new-$$
switched=no
previous=$(installed)

leave() {
    status=$?
    trap - EXIT
    rm -rf "$new" "$prefix/.current-$$"
    if [ $status -ne 0 ] && [ $switched = no ] && [ -n "$previous" ]; then
        printf 'install: nothing was changed: %s is still in use\n' "${previous##*/}" >&2
    fi
    exit $status
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# An intact installed version needs no second copy.
is_whole() { [ -f "$1/SHA256SUMS" ] && cmp -s SHA256SUMS "$1/SHA256SUMS" && (cd "$1" && sha256sum --check --status --strict SHA256SUMS); }

copies=1
target=$versions/$name
while [ -e "$target" ] && ! is_whole "$target"; do
    copies=$((copies + 1))
    target=$versions/$name.$copies
done

if [ ! -e "$target" ]; then
    say "Copying to $target …"
    mkdir -p "$new"
    cp -R . "$new/"
    is_whole "$new" || fail "the copy in $new differs from the release"
    try=$new
else
    say "$target is there already and intact."
    try=$target
fi

say "Testing it …"
text=$("$try/bin/lorikeet" transcribe --quiet --offline --device cpu --no-cache "$try/share/lorikeet/example.wav") \
    || fail "the program does not work here; see the reason above"
note "It recognized: $text"
[ "$try" = "$target" ] || mv "$new" "$target"

# Switch to the new version

switch_to() {
    ln -s "$1" "$prefix/.current-$$"
    mv -T "$prefix/.current-$$" "$prefix/current"
}

install_unit() { # from the directory of a version
    sed "s|@PREFIX@|$prefix|g" "$1/share/lorikeet/lorikeet.service" >$unit.new
    mv $unit.new $unit
}

go_back() {
    if [ -z "$previous" ] || [ "$prefix/$previous" = "$target" ]; then return 0; fi
    switch_to "$previous"
    install_unit "$prefix/$previous"
    systemctl daemon-reload
    systemctl restart lorikeet.service || true
    say "install: ${previous##*/} is in use again" >&2
}

start_service() {
    systemctl daemon-reload
    systemctl enable --quiet lorikeet.service
    systemctl restart lorikeet.service || return 1
    # A service that cannot start ends within seconds, and systemd restarts it after ten.
    seconds=0
    while [ $seconds -lt 5 ]; do
        systemctl is-active --quiet lorikeet.service || return 1
        sleep 1
        seconds=$((seconds + 1))
    done
}

switch_to "versions/${target##*/}"
switched=yes
say "Lorikeet $version is installed in $prefix."

if [ $service = yes ]; then
    link=/usr/local/bin/lorikeet
    if [ -e $link ] && [ ! -L $link ]; then
        note "$link is not a link and is kept; run $prefix/current/bin/lorikeet"
    else
        mkdir -p /usr/local/bin
        ln -sfn "$prefix/current/bin/lorikeet" $link
    fi

    mkdir -p $config_dir /etc/systemd/system
    if [ -e $config_dir/lorikeet.yaml ]; then
        note "$config_dir/lorikeet.yaml is kept unchanged."
        [ -z "$model" ] || note "To use $model, write 'model: $model' there and run: systemctl restart lorikeet"
    else
        sed "s|^model: .*|model: ${model:-parakeet-tdt-0.6b-v3}|" share/lorikeet/lorikeet.yaml >$config_dir/lorikeet.yaml.new
        mv $config_dir/lorikeet.yaml.new $config_dir/lorikeet.yaml
        note "The settings of the service are in $config_dir/lorikeet.yaml."
        case ${model:-parakeet} in
            parakeet*) note "The service downloads its model when it starts (2.5 GB) and answers afterwards." ;;
        esac
    fi

    # systemd refuses to start a service in a group that does not exist.
    getent group render >/dev/null || groupadd --system render
    install_unit "$target"
    if systemd_runs; then
        if ! start_service; then
            systemctl --no-pager --lines 20 status lorikeet.service >&2 || true
            go_back
            fail "the service does not stay up; see above, and: journalctl -u lorikeet"
        fi
        note "The service is running. To see its log: journalctl -fu lorikeet"
    else
        note "systemd is not running: the service starts with the machine; to serve now: lorikeet serve"
    fi
else
    note "Run it with: $prefix/current/bin/lorikeet"
fi

# Keep one version to go back to.
for old in "$versions"/* "$versions"/.new-*; do
    [ -d "$old" ] || continue
    [ "$old" = "$target" ] || [ "$old" = "$prefix/$previous" ] || rm -rf "$old"
done

if [ ! -e /etc/ssl/certs/ca-certificates.crt ]; then
    note "Downloading models needs certificates: apt install ca-certificates"
fi
say
"$prefix/current/bin/lorikeet" doctor || note "Below each problem is its fix; run 'lorikeet doctor' to check again."
say
if [ $service = yes ]; then
    say "In Home Assistant: Settings, Devices & services, Add integration, Wyoming Protocol; enter this machine's address and port 10300."
fi
