#if defined(__x86_64__)
// Before the attribute, which is for our own functions alone.
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "CFrameKernels.h"
#include "kernels.h"

#define LK_DOT(sums, left, right) \
  (tile_integers)_mm256_dpbusd_avx_epi32((__m256i)(sums), (__m256i)(left), (__m256i)(right))

#pragma clang attribute push(__attribute__((target("arch=x86-64-v3,avxvnni"))), apply_to = function)
#include "attention_loops.h"
#pragma clang attribute pop

const lk_frame_kernels lk_avx2_vnni_kernels = LK_KERNELS(1);
#endif
