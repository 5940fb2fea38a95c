#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fpga/build kv260: Vivado in batch mode, and the device-tree overlay where the board runs Linux.
set -euo pipefail
cd "$(dirname "$0")/../../.."
exec bash fpga/vivado/build.sh kv260 "$1"
