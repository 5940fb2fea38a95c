# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Sourced by ./run, ./test and ./verify from the project's root: what they share.

# Debian packages that the command and the simulator are built with.
build_packages=(
  g++ clang cmake ninja-build pkg-config ccache verilator python3
  libfmt-dev libcli11-dev nlohmann-json3-dev libpcre2-dev libutf8proc-dev libhwy-dev zlib1g-dev
)
# More of them, for the tests.
test_packages=(
  git yosys libsystemc-dev doctest-dev pybind11-dev python3-dev python3-numpy python3-pip
  clang-format clang-tidy shellcheck chromium-headless-shell fonts-dejavu-core
  nextpnr-ice40 fpga-icestorm fpga-icestorm-chipdb iverilog tcl device-tree-compiler
)

# And for ./verify fuzz: libFuzzer and the sanitizers of clang.
fuzz_packages=(libclang-rt-14-dev)
# For ./verify coverage.
coverage_packages=(gcovr)

# What ./test builds, whatever was configured before.
everything=(-DTRINE_SIM=ON -DTRINE_TESTS=ON -DTRINE_BENCH=ON -DTRINE_PYTHON=ON
            -DTRINE_SYSTEMC=ON -DTRINE_LONG_TESTS=OFF)

# install_packages NAME...: those that are missing.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
      missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "installing: ${missing[*]}"
  local as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null
}

# A build that was made in another folder, which was then moved or copied, starts over: CMake would
# refuse it. What it compiled is taken from ccache.
forget_moved_build() {
  local cache=build/CMakeCache.txt home
  [ -f "$cache" ] || return 0
  home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$cache")
  [ "$(cd "$home" 2>/dev/null && pwd -P)" = "$(pwd -P)" ] && return 0
  echo "build/ was made in $home: configuring it anew"
  rm -rf "$cache" build/CMakeFiles
}
forget_moved_build

# configure [CMAKE ARGUMENT...]: the build in ./build. Several files are compiled at a time, as one:
# most of what a compiler does here is to read headers.
configure() {
  cmake -S . -B build -G Ninja -Wno-dev -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=16 "$@" >build.configure.log 2>&1 ||
    { cat build.configure.log; return 1; }
  mv build.configure.log build/configure.log
}
