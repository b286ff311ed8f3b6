#!/bin/sh
# The image's steps, apart from it, so that they can be tried in any clean Debian: `install.sh system` as root, `install.sh packages`
# in a folder with package.json, package-lock.json and scripts/notices.ts.
set -eu

case "${1:-}" in
  system)
    # The Vulkan loader: WebGPU finds the GPU's driver through it, where NVIDIA's runtime has put one.
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends libvulkan1 ca-certificates
    rm -rf /var/lib/apt/lists/*
    ;;
  packages)
    npm ci --omit=dev --no-audit --no-fund
    # Binaries of other systems, and the Node that npm brings for machines with an older one.
    case "$(uname -m)" in aarch64) other=x64 ;; *) other=arm64 ;; esac
    ort=node_modules/onnxruntime-node/bin/napi-v6
    rm -rf "$ort/darwin" "$ort/win32" "$ort/linux/$other" node_modules/node-linux-* node_modules/node-win-* node_modules/.bin/node
    node scripts/notices.ts
    ;;
  *)
    echo "usage: install.sh system | packages" >&2
    exit 2
    ;;
esac
