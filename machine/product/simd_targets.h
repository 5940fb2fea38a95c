// SPDX-License-Identifier: Apache-2.0

#pragma once

// Included before Highway, by products: which of its targets they are not compiled for. The kernels
// keep vectors in arrays and objects, which the compiler allows for none of SVE, whose size it does
// not know. A processor with SVE has NEON, too, and takes that.
#ifdef __clang__
// It takes one `target` attribute of a function: Highway's, which lacks AVX512_VNNI
// (trit/simd.cpp).
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_AVX3_DL)
#else
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#endif
