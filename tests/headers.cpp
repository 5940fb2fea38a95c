// SPDX-License-Identifier: Apache-2.0
// Nothing: headers are precompiled for a target that has a source that could use them, and main.cpp
// must include doctest for itself.
