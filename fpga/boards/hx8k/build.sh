#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fpga/build hx8k: the check of the trit engine for the iCE40-HX8K breakout board.
exec bash "$(dirname "$0")/../../ice40/flow.sh" hx8k hx8k ct256 10 0 "$1"
