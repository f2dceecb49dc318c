#if defined(__x86_64__)
// Before the attribute, which is for our own functions alone.
#include <math.h>
#include <string.h>

#include "CFrameKernels.h"
#include "kernels.h"

// Registers: 32 of 16 lanes.
#define LK_TILE_LANES 16
#define LK_TILE_ROWS 12

#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"), min_vector_width(512))), apply_to = function)
#include "attention_loops.h"
#pragma clang attribute pop

const lk_frame_kernels lk_avx512_kernels = LK_KERNELS(0);
#endif
