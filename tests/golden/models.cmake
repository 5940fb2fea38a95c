# SPDX-License-Identifier: Apache-2.0
trine_test(exact_test exact_test.cpp trine_golden_exact)
trine_test(vectors_test vectors_test.cpp trine_golden_exact)
