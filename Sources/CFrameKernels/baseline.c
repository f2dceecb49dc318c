#include "attention_loops.h"
#include "kernels.h"

const lk_frame_kernels lk_baseline_kernels = LK_KERNELS(0);
