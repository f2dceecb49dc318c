#include "frame_loops.h"
#include "kernels.h"

const lk_frame_kernels lk_baseline_kernels = {run_frames, relative_softmax};
