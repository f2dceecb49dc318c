#if defined(__x86_64__)
// Before the attribute, which is for our own functions alone.
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "CFrameKernels.h"
#include "kernels.h"

// Registers: 32 of 16 lanes.
#define LK_TILE_LANES 16
#define LK_TILE_ROWS 12
#define LK_DOT(sums, left, right) \
  (tile_integers)_mm512_dpbusd_epi32((__m512i)(sums), (__m512i)(left), (__m512i)(right))

#pragma clang attribute push(__attribute__((target("arch=x86-64-v4,avx512vnni"), min_vector_width(512))), apply_to = function)
#include "attention_loops.h"
#pragma clang attribute pop

const lk_frame_kernels lk_avx512_vnni_kernels = LK_KERNELS(1);
#endif
