#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fpga/build up5k: the check of the trit engine for the iCEBreaker, whose lamps shine at a low pin.
exec bash "$(dirname "$0")/../../ice40/flow.sh" up5k up5k sg48 8 1 "$1"
