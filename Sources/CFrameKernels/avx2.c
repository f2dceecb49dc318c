#if defined(__x86_64__)
// Before the attribute, which is for our own functions alone.
#include <math.h>
#include <string.h>

#include "CFrameKernels.h"
#include "kernels.h"

#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#include "attention_loops.h"
#pragma clang attribute pop

const lk_frame_kernels lk_avx2_kernels = LK_KERNELS(0);
#endif
