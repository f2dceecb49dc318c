// The arithmetic of an encoder's layers on a processor: what lies between two matrix products, for one frame at a time,
// products of bytes, and attention.
//
// A frame is a row of floats, small enough for the processor's first cache. Between two products, an encoder adds a
// bias, a residual, normalizes, gates, rounds: seven or more passes over memory, if each is an operation. Here they are
// steps of a program that runs over one frame after another, which is read and written once.
//
// Products of few rows take as long as their weights take to come from memory, and their arithmetic takes as long again.
// Here, memory and arithmetic work at the same time: while a panel of weights is multiplied, the next is fetched.
//
// This module knows nothing of graphs or threads: the caller hands out ranges of frames, panels and rows.

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
  /// The columns of a panel, which is a matrix's part that is multiplied as a whole.
  LK_PANEL = 32,
  /// The bytes between the rows of rounded frames, so that rows are not in the same places of the first cache.
  LK_ROUNDED_GAP = 64,
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
  /// The same, with 128 added to each byte: `result` is unsigned bytes.
  LK_FRAME_ROUND_OFFSET,
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
  /// The bytes from one rounded frame to the next.
  size_t stride;
  float number;
  /// Floats, or bfloat16.
  const void *_Nullable values;
  const float *_Nullable taps;
  void *_Nullable result;
  float *_Nullable magnitudes;
} lk_frame_step;

/// Frames of unsigned bytes: value = magnitude * factor * (byte - offset), with an offset of 0 or 128.
typedef struct lk_rounded_frames {
  const uint8_t *_Nonnull values;
  size_t count;
  /// The bytes from one frame to the next.
  size_t stride;
  const float *_Nonnull magnitudes;
  float factor;
} lk_rounded_frames;

/// A matrix [width, depth] of signed bytes: value = scale * byte.
typedef struct lk_byte_matrix {
  /// [width / LK_PANEL, depth / 4, LK_PANEL, 4]; see `lk_pack_bytes`.
  const int8_t *_Nonnull panels;
  /// Scales, and what the frames' offset adds to sums: [width].
  const float *_Nonnull scales;
  const int32_t *_Nonnull offsets;
  size_t depth, width;
} lk_byte_matrix;

/// Attention with relative positions over one sequence. (Dai et al. 2019, Transformer-XL; NeMo's
/// `RelPositionMultiHeadAttention.forward`.)
///
///   weights[i, j] = softmax over j of factor * ((q[i] + u) · k[j] + (q[i] + v) · p[first + length - 1 - i + j])
///   result[i] = sum over j of weights[i, j] * values[j]
typedef struct lk_attention {
  /// [length, width], with the heads one after another.
  const float *_Nonnull queries, *_Nonnull keys, *_Nonnull values;
  /// u and v, [width].
  const float *_Nonnull content_bias, *_Nonnull position_bias;
  /// p: keys of `positions_length` positions, as `lk_pack_positions` makes them.
  const uint16_t *_Nonnull positions;
  size_t positions_length, first;
  size_t length, width, heads;
  float factor;
  /// [length, width].
  float *_Nonnull result;
} lk_attention;

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

  /// Multiplies frames by the panels `first` to `end` - 1 of a matrix: `result` is [count, width], of which the panels'
  /// columns are written.
  ///
  /// - next: The panel that the same thread will multiply next, if it is as large; any readable memory otherwise.
  void (*_Nonnull multiply)(
      const lk_rounded_frames *_Nonnull frames, const lk_byte_matrix *_Nonnull matrix, size_t first, size_t end,
      const int8_t *_Nonnull next, float *_Nonnull result);

  /// True if `multiply` uses instructions for products of bytes.
  int multiplies_bytes;

  /// Computes the rows `first` to `end` - 1 of a head. A head's width is a multiple of LK_PANEL.
  ///
  /// - scratch: `attention_scratch_size(length, width / heads)` floats.
  void (*_Nonnull attend)(
      const lk_attention *_Nonnull attention, size_t head, size_t first, size_t end, float *_Nonnull scratch);
  size_t (*_Nonnull attention_scratch_size)(size_t length, size_t each);
} lk_frame_kernels;

/// Kinds of processors, from the least to the most capable.
typedef enum lk_processor {
  /// The processor that the package is compiled for.
  LK_PROCESSOR_BASELINE,
  /// x86-64 with AVX2 and FMA.
  LK_PROCESSOR_AVX2,
  /// The same with AVX-VNNI, which has instructions for products of bytes.
  LK_PROCESSOR_AVX2_VNNI,
  /// x86-64 with AVX-512.
  LK_PROCESSOR_AVX512,
  /// The same with AVX512-VNNI.
  LK_PROCESSOR_AVX512_VNNI,
} lk_processor;

/// Returns the functions for a kind of processor; null if this processor is not of the kind.
const lk_frame_kernels *_Nullable lk_frame_kernels_for(lk_processor processor);

/// Returns the functions for the most capable kind that this processor is of.
const lk_frame_kernels *_Nonnull lk_frame_kernels_for_this_processor(void);

/// True if this processor's best kernels multiply bytes as fast as it can: it has instructions for that, and no tiles
/// (AMX), which these kernels do not use.
int lk_multiplies_bytes_best(void);

/// Arranges the columns `first` to `end` - 1 of a matrix [width, depth] in panels; all three are multiples of LK_PANEL,
/// and the depth is one of 4.
///
/// - panels: The panels of the whole matrix.
/// - offsets: If the frames' offset is 128, what it adds to the columns' sums; 0 otherwise.
void lk_pack_bytes(
    const int8_t *_Nonnull matrix, size_t depth, size_t first, size_t end, int32_t offset, int8_t *_Nonnull panels,
    int32_t *_Nonnull offsets);

/// Arranges the heads of positions, bfloat16 [length, width], as panels whose columns are positions:
/// [heads, length / LK_PANEL, width / heads, LK_PANEL], with zeros after the last position.
void lk_pack_positions(
    const uint16_t *_Nonnull positions, size_t length, size_t width, size_t heads, uint16_t *_Nonnull panels);

#ifdef __cplusplus
}
#endif

#endif
