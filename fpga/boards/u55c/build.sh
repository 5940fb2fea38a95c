#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fpga/build u55c: Vivado in batch mode, and the device-tree overlay where the board runs Linux.
set -euo pipefail
cd "$(dirname "$0")/../../.."
exec bash fpga/vivado/build.sh u55c "$1"
