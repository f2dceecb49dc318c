// The arithmetic between two matrix products of an encoder, for one frame at a time.
//
// A frame is a row of floats, small enough for the processor's first cache. Between two products, an encoder adds a
// bias, a residual, normalizes, gates, rounds: seven or more passes over memory, if each is an operation. Here they are
// steps of a program that runs over one frame after another, which is read and written once.
//
// This module knows nothing of graphs or threads: the caller hands out ranges of frames.

#ifndef LORIKEET_CFRAMEKERNELS_H
#define LORIKEET_CFRAMEKERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  /// The widths of frames are multiples of it.
  LK_FRAME_LANES = 16,
  /// The maximum width of a frame.
  LK_FRAME_MAXIMUM = 8192,
};

/// What a step does with the frame `x` of index `t`. `values`, `result`, `magnitudes` and `number` are fields of the
/// step. The first step is one of the first four, which set the frame's width.
typedef enum lk_frame_step_kind {
  /// x = values[t]; `values` is [B, T, width].
  LK_FRAME_LOAD,
  /// x = values[t]; `values` is [B, T, width] in bfloat16: the upper halves of floats.
  LK_FRAME_LOAD_BFLOAT16,
  /// x = values[:, t, :] with the heads one after another; `values` is [B, heads, T, width / heads].
  LK_FRAME_LOAD_HEADS,
  /// x = sum over k of taps[k] * values[t + k - (count - 1) / 2], with zeros outside of the sequence: a depthwise
  /// convolution. `values` is [B, T, width], `taps` is [count, width].
  LK_FRAME_CONVOLVE,
  /// x = x * values[t]; `values` is [B, T].
  LK_FRAME_SCALE,
  /// x = x * number.
  LK_FRAME_MULTIPLY,
  /// x = x * values, a constant of the frame's width.
  LK_FRAME_MULTIPLY_CHANNELS,
  /// x = x + values, a constant of the frame's width.
  LK_FRAME_ADD_CHANNELS,
  /// x = x + values[t]; `values` is [B, T, width].
  LK_FRAME_ADD,
  /// x = x * sigmoid(x).
  LK_FRAME_SWISH,
  /// x = first half * sigmoid(second half): half as wide.
  LK_FRAME_GATE,
  /// x = (x - mean(x)) / sqrt(variance(x) + number).
  LK_FRAME_NORMALIZE,
  /// result[t] = x; `result` is floats [B, T, width].
  LK_FRAME_STORE,
  /// result[:, t, :] = x, or x + values if `values` is not NULL, a head after another; `result` is floats
  /// [B, heads, T, width / heads].
  LK_FRAME_STORE_HEADS,
  /// magnitudes[t] = max(max |x|, number), result[t] = round(127 x / magnitudes[t]); `result` is signed bytes.
  LK_FRAME_ROUND_SIGNED,
  /// magnitudes[t] = max(x) + number, result[t] = round(255 (x + number) / magnitudes[t]), for frames that are not below
  /// -number; `result` is unsigned bytes.
  LK_FRAME_ROUND_UNSIGNED,
} lk_frame_step_kind;

typedef struct lk_frame_step {
  lk_frame_step_kind kind;
  /// The frame's width for the first step, otherwise unused.
  size_t width;
  /// The number of heads, or of taps.
  size_t count;
  float number;
  /// Floats, or bfloat16.
  const void *_Nullable values;
  const float *_Nullable taps;
  void *_Nullable result;
  float *_Nullable magnitudes;
} lk_frame_step;

/// The functions for one kind of processor.
typedef struct lk_frame_kernels {
  /// Runs a program for the frames `first` to `end` - 1 of all sequences, each of which has `length` frames. Frames are
  /// independent: threads can share a program's frames.
  void (*_Nonnull run)(
      const lk_frame_step *_Nonnull steps, size_t count, size_t length, size_t first, size_t end);

  /// Computes attention's weights for the rows `first` to `end` - 1 of `content`:
  ///
  ///   weights[i, j] = softmax over j of factor * (content[i, j] + position[i, j - i + length - 1])
  ///
  /// `content` and `weights` are [..., length, length], `position` is [..., length, 2 length - 1]: scores by the
  /// distance between two frames. (Dai et al. 2019, Transformer-XL, appendix B; NeMo's
  /// `RelPositionMultiHeadAttention.rel_shift`.)
  void (*_Nonnull relative_softmax)(
      const float *_Nonnull content, const float *_Nonnull position, float factor, size_t length, size_t first,
      size_t end, float *_Nonnull weights);
} lk_frame_kernels;

/// Kinds of processors, from the least to the most capable.
typedef enum lk_processor {
  /// The processor that the package is compiled for.
  LK_PROCESSOR_BASELINE,
  /// x86-64 with AVX2 and FMA.
  LK_PROCESSOR_AVX2,
  /// x86-64 with AVX-512.
  LK_PROCESSOR_AVX512,
} lk_processor;

/// Returns the functions for a kind of processor; null if this processor is not of the kind.
const lk_frame_kernels *_Nullable lk_frame_kernels_for(lk_processor processor);

/// Returns the functions for the most capable kind that this processor is of.
const lk_frame_kernels *_Nonnull lk_frame_kernels_for_this_processor(void);

#ifdef __cplusplus
}
#endif

#endif
