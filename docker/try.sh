#!/bin/sh
# The Dockerfile's steps in a clean Debian 12 root, for machines without Docker: both scripts, the same files, the same user, then a
# whole run, verify and the healthcheck. As root, from the repository; wants debootstrap.
#   docker/try.sh ROOT NODE PROJECT
# ROOT: a folder that is made; NODE: bin/node and lib/node_modules/npm, as nodejs.org's archives have them; PROJECT: photos and label
# files, with a destila.yaml for a short run
set -eu
[ $# = 3 ] || { sed -n '2,6p' "$0" >&2; exit 2; }
root=$1 node=$2 project=$3 home=/opt/destila
[ ! -e "$root" ] || { echo "$root is there already" >&2; exit 2; }

echo "== Debian"
debootstrap --variant=minbase --include=ca-certificates bookworm "$root" http://deb.debian.org/debian >/dev/null
mount -t proc proc "$root/proc"
trap 'umount "$root/proc"' EXIT
cp /etc/resolv.conf "$root/etc/resolv.conf"
# A network with a certificate authority of its own has it in the surroundings.
[ -z "${NODE_EXTRA_CA_CERTS:-}" ] || { cp -L "$NODE_EXTRA_CA_CERTS" "$root/opt/ca.crt"; export NODE_EXTRA_CA_CERTS=/opt/ca.crt; }

echo "== Node"
mkdir -p "$root/usr/local/bin" "$root/usr/local/lib/node_modules"
cp -L "$node/bin/node" "$root/usr/local/bin/node"
cp -R "$node/lib/node_modules/npm" "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
in_root() { chroot "$root" sh -c "cd $home && $1"; }
as_user() { chroot --userspec=1000:1000 "$root" env HOME=/var/lib/destila DESTILA_STATE=/var/lib/destila/state DESTILA_CACHE=/var/lib/destila/cache sh -c "cd /data && $1"; }

echo "== install.sh packages"
mkdir -p "$root$home/docker" "$root$home/scripts"
cp scripts/notices.ts "$root$home/scripts"
cp package.json package-lock.json .npmrc "$root$home"
cp docker/install.sh "$root$home/docker"
in_root "sh docker/install.sh packages"
echo "== install.sh system"
in_root "sh docker/install.sh system"
rm "$root$home/package-lock.json"

echo "== the product"
cp -R bin docker resources "$root$home"
mkdir "$root$home/src"
cp -R src/shared src/main "$root$home/src"
mkdir -p "$root/var/lib/destila"
cp -R "$project" "$root/data"
chown -R 1000:1000 "$root/var/lib/destila" "$root/data"
du -sh "$root$home/node_modules"

destila="node $home/bin/destila.mjs"
as_user "$destila --help" >/dev/null
as_user "$destila doctor"
as_user "$destila run /data"
as_user "$destila verify runs/*/export/*.zip"
as_user "node $home/docker/healthcheck.ts /data"
echo "== all of it went through"
