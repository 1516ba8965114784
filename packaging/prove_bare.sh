#!/bin/bash
# Proves the set-up in bare roots: prove_bare.sh ROOT…  (as root; a commit of this checkout is tried, not its loose files)
# ROOT is the outcome of: debootstrap --variant=minbase --include=python3,python3-pip,ca-certificates SUITE ROOT
# It stays as it is: each proof works on a copy, in a folder with a Chinese name and a space, with an empty environment.
# What the registries of this machine need (certificates, pip.conf, apt settings) has to lie in ROOT already.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
copy=
finish() {
    [ -z "$copy" ] && return
    umount "$copy/root/proc" "$copy/root/dev/shm" 2>/dev/null || true
    rm -rf --one-file-system "$copy"
    copy=
}
trap finish EXIT
status=0
for root in "$@"; do
    copy=$(mktemp -d "$(dirname "$root")/proof.XXXXXX")
    cp -a --reflink=auto "$root" "$copy/root"
    inside="/home/测试 用户/工作台"
    mkdir -p "$copy/root/home/测试 用户" "$copy/root/dev/shm"
    git clone -q --no-hardlinks "$here" "$copy/root$inside"
    mount -t proc proc "$copy/root/proc"
    mount -t tmpfs tmpfs "$copy/root/dev/shm"
    for verb in test run test; do
        echo "##### $(. "$root/etc/os-release" && echo "$PRETTY_NAME"): dev.py $verb"
        started=$SECONDS
        code=0
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root PROOF_DIR="$inside" PROOF_VERB="$verb" \
            chroot "$copy/root" /bin/sh -c 'cd "$PROOF_DIR" && exec python3 packaging/dev.py "$PROOF_VERB"' </dev/null || code=$?
        echo "##### exit $code after $((SECONDS - started)) s"
        [ "$code" = 0 ] || status=1
    done
    rm -rf "$root.demo"
    if [ -d "$copy/root$inside/build/demo" ]; then cp -a "$copy/root$inside/build/demo" "$root.demo"; fi
    finish
done
exit $status
