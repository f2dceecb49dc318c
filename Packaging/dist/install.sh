#!/bin/sh
# Installs Lorikeet from the folder that this script is in, as a service of systemd. Safe to run again: a new version
# is put beside the old one and takes its place only when it is complete and has understood a recording.
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

  --prefix DIR   where to install; /opt/lorikeet
  --no-service   only the program: no service, no configuration, nothing outside of DIR; needs no root in a DIR of yours
  --model NAME   the service's model, such as parakeet-tdt-0.6b-v3 (2.5 GB, fetched when the service starts); 'builtin'
                 is for a try only. An existing configuration is not changed.
  --uninstall    remove program and service; configuration and models are kept
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
# They become part of the service's command line and of a YAML file.
case $prefix in
    '' | *[!A-Za-z0-9/._+-]*) fail "--prefix is '$prefix', expected a folder with letters, digits and / . _ + - only" ;;
esac
case $model in
    *[!A-Za-z0-9/._@+-]*) fail "--model is '$model', expected letters, digits and / . _ @ + - only" ;;
esac
[ -z "$model" ] || [ $service = yes ] || fail "--model is for the service: leave out --no-service, or name the model to 'lorikeet serve'"

systemd_runs() { [ -d /run/systemd/system ] && command -v systemctl >/dev/null; }

# What `current` shows, as versions/NAME; nothing without one.
installed() { readlink "$prefix/current" 2>/dev/null || true; }

remove() {
    [ -L "$prefix/current" ] || [ -d "$prefix/versions" ] || fail "there is no Lorikeet in $prefix; --prefix names the folder"
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
    say "Lorikeet is removed from $prefix. What is left, if it was there:"
    note "rm -r $config_dir   # the configuration"
    note "rm -r $data_dir /var/lib/private/lorikeet   # fetched and prepared models"
}

if [ $uninstall = yes ]; then
    remove
    exit 0
fi

# What must hold, before anything is changed

here=$(cd "$(dirname "$0")" && pwd -P)
cd "$here"
for file in BUILD SHA256SUMS; do
    [ -f $file ] || fail "$here is not an unpacked release: it has no $file"
done
value() { sed -n "s/^$1=//p" BUILD; }
version=$(value version)
machine=$(value machine)
glibc=$(value glibc)

[ "$(uname -m)" = "$machine" ] || fail "this release is for $machine, and this machine is $(uname -m)"

found=$(getconf GNU_LIBC_VERSION 2>/dev/null | sed 's/^glibc //')
[ -n "$found" ] || fail "this system has no glibc; Debian 12, Ubuntu 24.04 and newer do"
if [ "$(printf '%s\n%s\n' "$glibc" "$found" | sort -V | head -n 1)" != "$glibc" ]; then
    fail "glibc $glibc is needed, and this system has $found; Debian 12, Ubuntu 24.04 and newer do"
fi

parent=$prefix
while [ ! -e "$parent" ]; do parent=$(dirname "$parent"); done
[ -d "$parent" ] || fail "$parent is no folder"
[ -w "$parent" ] || fail "you may not write to $parent: run this with sudo, or with --no-service --prefix \$HOME/lorikeet"
if [ $service = yes ]; then
    [ "$(id -u)" -eq 0 ] || fail "only root may install a service: sudo $0, or --no-service --prefix \$HOME/lorikeet"
fi

needed=$(du -sk . | cut -f 1)
free=$(df -Pk "$parent" | awk 'NR == 2 { print $4 }')
[ "$free" -gt "$((needed + 1024))" ] || fail "$parent has $((free / 1024)) MB free, and $((needed / 1024)) MB are needed"

say "Checking the release …"
sha256sum --check --quiet --strict SHA256SUMS >&2 || fail "this copy is damaged: unpack the download again, or download it again"

# Beside what is there

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

# An installed version that is still what it was needs no second copy.
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
    is_whole "$new" || fail "the copy in $new is not what was copied"
    try=$new
else
    say "$target is there already."
    try=$target
fi

say "Trying it …"
text=$("$try/bin/lorikeet" transcribe --quiet --offline --device cpu --no-cache "$try/share/lorikeet/example.wav") \
    || fail "the program does not work here; its reason is above"
note "It understood: $text"
[ "$try" = "$target" ] || mv "$new" "$target"

# From here on it is the new version

switch_to() {
    ln -s "$1" "$prefix/.current-$$"
    mv -T "$prefix/.current-$$" "$prefix/current"
}

install_unit() { # from the folder of a version
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
    # A service that cannot start ends within seconds, and is started again after ten.
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
        note "$link is something else, and is left alone; the program is $prefix/current/bin/lorikeet"
    else
        mkdir -p /usr/local/bin
        ln -sfn "$prefix/current/bin/lorikeet" $link
    fi

    mkdir -p $config_dir /etc/systemd/system
    if [ -e $config_dir/lorikeet.yaml ]; then
        note "$config_dir/lorikeet.yaml is kept as it is."
        [ -z "$model" ] || note "To use $model, write 'model: $model' there, and: systemctl restart lorikeet"
    else
        sed "s|^model: .*|model: ${model:-builtin}|" share/lorikeet/lorikeet.yaml >$config_dir/lorikeet.yaml.new
        mv $config_dir/lorikeet.yaml.new $config_dir/lorikeet.yaml
        note "$config_dir/lorikeet.yaml has the service's settings."
    fi

    # systemd refuses to start a service in a group that is not there.
    getent group render >/dev/null || groupadd --system render
    install_unit "$target"
    if systemd_runs; then
        if ! start_service; then
            systemctl --no-pager --lines 20 status lorikeet.service >&2 || true
            go_back
            fail "the service does not stay up; see above, and: journalctl -u lorikeet"
        fi
        note "The service runs. Its log: journalctl -fu lorikeet"
    else
        note "systemd does not run here: the service starts with the machine, or now: lorikeet serve"
    fi
else
    note "The program: $prefix/current/bin/lorikeet"
fi

# One version is kept to go back to.
for old in "$versions"/* "$versions"/.new-*; do
    [ -d "$old" ] || continue
    [ "$old" = "$target" ] || [ "$old" = "$prefix/$previous" ] || rm -rf "$old"
done

if [ ! -e /etc/ssl/certs/ca-certificates.crt ]; then
    note "To fetch models, certificates are needed: apt install ca-certificates"
fi
say
"$prefix/current/bin/lorikeet" doctor || note "Below each trouble is what mends it; 'lorikeet doctor' looks again."
say
if [ $service = yes ]; then
    say "In Home Assistant: Settings, Devices & services, Add integration, Wyoming Protocol, this machine's address, port 10300."
fi
