# SPDX-License-Identifier: Apache-2.0
# Sourced by ./run and ./test: installs what is missing of the Debian packages, then configures
# the build in ./build.

packages=(
  build-essential clang cmake ninja-build pkg-config ccache git
  verilator yosys clang-format libsystemc-dev
  libfmt-dev doctest-dev libcli11-dev nlohmann-json3-dev libpcre2-dev libutf8proc-dev
  libbenchmark-dev libhwy-dev zlib1g-dev pybind11-dev python3-dev python3-numpy
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
    missing+=("$package")
done
# The tokenizer's test; a node from elsewhere brings its own npm.
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing: ${missing[*]}"
  as_root=(); [ "$(id -u)" = 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null
fi

configure() {  # configure [CMAKE ARGUMENT...]
  cmake -S . -B build -G Ninja -Wno-dev "$@" >build.configure.log 2>&1 ||
    { cat build.configure.log; return 1; }
  mv build.configure.log build/configure.log
}
