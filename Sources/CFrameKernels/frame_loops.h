// The loops. Each file that includes this compiles them for one kind of processor.

#include <math.h>
#include <string.h>

#include "CFrameKernels.h"

// A vector wider than the processor's registers is split, also where functions of one file exchange it.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float lanes __attribute__((vector_size(4 * LK_FRAME_LANES), aligned(4)));
typedef int32_t integers __attribute__((vector_size(4 * LK_FRAME_LANES), aligned(4)));
typedef uint16_t halves __attribute__((vector_size(2 * LK_FRAME_LANES), aligned(2)));
typedef int8_t signed_bytes __attribute__((vector_size(LK_FRAME_LANES), aligned(1)));
typedef uint8_t unsigned_bytes __attribute__((vector_size(LK_FRAME_LANES), aligned(1)));

static inline lanes at(const float *values, size_t index) { return *(const lanes *)(values + index); }
static inline void set(float *values, size_t index, lanes value) { *(lanes *)(values + index) = value; }
static inline lanes all(float value) { return value - (lanes){}; }

/// Floats from their upper halves.
static inline lanes widened(const uint16_t *upper, size_t index) {
  return (lanes)(__builtin_convertvector(*(const halves *)(upper + index), integers) << 16);
}

/// 2 to the power of x, within 2e-7 of it; x is limited to the powers that are normal floats.
static inline lanes power_of_two(lanes x) {
  x = __builtin_elementwise_max(__builtin_elementwise_min(x, all(126)), all(-126));
  const lanes n = __builtin_elementwise_roundeven(x), r = x - n;
  // The best polynomial of the fifth degree for 2^r with |r| <= 1/2, by its relative error.
  lanes p = r * 1.3264727e-3f + 9.671513e-3f;
  p = p * r + 5.5507336e-2f;
  p = p * r + 2.4022242e-1f;
  p = p * r + 6.93147e-1f;
  p = p * r + 1;
  return (lanes)((integers)p + (__builtin_convertvector(n, integers) << 23));
}

/// The binary logarithm of e.
static const float log2_e = 1.44269504f;

static inline lanes sigmoid(lanes x) { return 1 / (1 + power_of_two(x * -log2_e)); }

static inline float sum(lanes x) {
  float total = 0;
  for (int lane = 0; lane < LK_FRAME_LANES; ++lane) total += x[lane];
  return total;
}

static inline float maximum(lanes x) { return __builtin_reduce_max(x); }

/// A frame, and its place in its sequence.
typedef struct place {
  size_t frame, length, width;
} place;

/// What is known of a whole frame.
typedef struct summary {
  lanes total, highest, furthest;
} summary;

/// Steps that need no more of a frame than the values that they change: they run over a few vectors at a time, in
/// registers.
typedef struct pass {
  /// The step before, which needed the whole frame; null for the first pass.
  const lk_frame_step *opening;
  const lk_frame_step *first, *end;
  /// What a norm subtracts, and then multiplies with.
  float mean, factor;
} pass;

static inline lanes convolved(const lk_frame_step *step, place place, size_t index) {
  const size_t time = place.frame % place.length, before = (step->count - 1) / 2;
  const size_t first = time < before ? before - time : 0;
  const size_t left = place.length - time + before, end = left < step->count ? left : step->count;
  const float *values = (const float *)step->values + (place.frame + first - before) * place.width + index;
  lanes total = {};
  for (size_t tap = first; tap < end; ++tap) {
    total += at(step->taps, tap * place.width + index) * at(values, (tap - first) * place.width);
  }
  return total;
}

/// The number of vectors in registers.
enum { block = 4 };

/// Runs an expression of `i`, the index of a vector in the frame, and `n`, its number in the block.
#define LK_EACH(expression)                                                        \
  for (size_t n = 0, i = index; n < count; ++n, i += LK_FRAME_LANES) expression; \
  break

/// Runs a pass over `count` vectors from `index` on.
static inline __attribute__((always_inline)) void run_block(
    const pass *pass, place place, size_t index, size_t count, float *frame, summary *summary) {
  lanes x[block] = {};
  switch (pass->opening ? pass->opening->kind : LK_FRAME_LOAD) {
    case LK_FRAME_GATE:
      LK_EACH(x[n] = at(frame, i) * sigmoid(at(frame, place.width + i)));
    case LK_FRAME_NORMALIZE:
      LK_EACH(x[n] = (at(frame, i) - pass->mean) * pass->factor);
    case LK_FRAME_LOAD_HEADS:
    case LK_FRAME_STORE_HEADS:
      LK_EACH(x[n] = at(frame, i));
    default:
      break;
  }
  const size_t start = place.frame * place.width;
  for (const lk_frame_step *step = pass->first; step < pass->end; ++step) {
    const float *values = (const float *)step->values;
    switch (step->kind) {
      case LK_FRAME_LOAD:
        LK_EACH(x[n] = at(values, start + i));
      case LK_FRAME_LOAD_BFLOAT16: {
        const uint16_t *upper = (const uint16_t *)step->values + start;
        LK_EACH(x[n] = widened(upper, i));
      }
      case LK_FRAME_CONVOLVE:
        LK_EACH(x[n] = convolved(step, place, i));
      case LK_FRAME_SCALE:
        LK_EACH(x[n] *= values[place.frame]);
      case LK_FRAME_MULTIPLY:
        LK_EACH(x[n] *= step->number);
      case LK_FRAME_MULTIPLY_CHANNELS:
        LK_EACH(x[n] *= at(values, i));
      case LK_FRAME_ADD_CHANNELS:
        LK_EACH(x[n] += at(values, i));
      case LK_FRAME_ADD:
        LK_EACH(x[n] += at(values, start + i));
      case LK_FRAME_SWISH:
        LK_EACH(x[n] *= sigmoid(x[n]));
      case LK_FRAME_STORE:
        LK_EACH(set((float *)step->result, start + i, x[n]));
      default:
        break;
    }
  }
  for (size_t n = 0; n < count; ++n) {
    set(frame, index + n * LK_FRAME_LANES, x[n]);
    summary->total += x[n];
    summary->highest = __builtin_elementwise_max(summary->highest, x[n]);
    summary->furthest = __builtin_elementwise_max(summary->furthest, __builtin_elementwise_abs(x[n]));
  }
}

static inline summary run_pass(const pass *pass, place place, float *frame) {
  summary summary = {{}, all(-INFINITY), {}};
  size_t index = 0;
  for (; index + block * LK_FRAME_LANES <= place.width; index += block * LK_FRAME_LANES) {
    run_block(pass, place, index, block, frame, &summary);
  }
  for (; index < place.width; index += LK_FRAME_LANES) run_block(pass, place, index, 1, frame, &summary);
  return summary;
}

/// The first head's values of a frame in heads [B, heads, T, width / heads]; those of the next are `length` times as
/// many values further.
static inline size_t first_head(place place, size_t each) {
  return place.frame / place.length * place.length * place.width + place.frame % place.length * each;
}

static inline void load_heads(const lk_frame_step *step, place place, float *frame) {
  const size_t each = place.width / step->count;
  const float *values = (const float *)step->values + first_head(place, each);
  for (size_t head = 0; head < step->count; ++head) {
    memcpy(frame + head * each, values + head * place.length * each, each * sizeof(float));
  }
}

static inline void store_heads(const lk_frame_step *step, place place, const float *frame) {
  const size_t each = place.width / step->count;
  float *result = (float *)step->result + first_head(place, each);
  for (size_t head = 0; head < step->count; ++head, frame += each, result += place.length * each) {
    const float *bias = step->values ? (const float *)step->values + head * each : NULL;
    for (size_t index = 0; index < each; index += LK_FRAME_LANES) {
      set(result, index, bias ? at(frame, index) + at(bias, index) : at(frame, index));
    }
  }
}

static inline float deviation(const float *frame, size_t width, float mean, float epsilon) {
  lanes squares = {};
  for (size_t index = 0; index < width; index += LK_FRAME_LANES) {
    const lanes distance = at(frame, index) - mean;
    squares += distance * distance;
  }
  return sqrtf(sum(squares) / width + epsilon);
}

static inline void round_signed(
    const lk_frame_step *step, place place, float highest, const float *frame, int32_t offset) {
  const float magnitude = fmaxf(highest, step->number), factor = 127 / magnitude;
  step->magnitudes[place.frame] = magnitude;
  int8_t *result = (int8_t *)step->result + place.frame * step->stride;
  for (size_t index = 0; index < place.width; index += LK_FRAME_LANES) {
    const lanes steps = __builtin_elementwise_roundeven(at(frame, index) * factor);
    const integers bytes = __builtin_convertvector(steps, integers) + offset;
    *(signed_bytes *)(result + index) = __builtin_convertvector(bytes, signed_bytes);
  }
}

static inline void round_unsigned(const lk_frame_step *step, place place, float highest, const float *frame) {
  const float magnitude = highest + step->number, factor = 255 / magnitude;
  step->magnitudes[place.frame] = magnitude;
  uint8_t *result = (uint8_t *)step->result + place.frame * step->stride;
  for (size_t index = 0; index < place.width; index += LK_FRAME_LANES) {
    const lanes steps = __builtin_elementwise_roundeven((at(frame, index) + step->number) * factor);
    const integers limited = __builtin_elementwise_max(__builtin_convertvector(steps, integers), (integers){});
    *(unsigned_bytes *)(result + index) = __builtin_convertvector(limited, unsigned_bytes);
  }
}

static inline int needs_whole_frame(lk_frame_step_kind kind) {
  switch (kind) {
    case LK_FRAME_LOAD_HEADS:
    case LK_FRAME_GATE:
    case LK_FRAME_NORMALIZE:
    case LK_FRAME_STORE_HEADS:
    case LK_FRAME_ROUND_SIGNED:
    case LK_FRAME_ROUND_OFFSET:
    case LK_FRAME_ROUND_UNSIGNED:
      return 1;
    default:
      return 0;
  }
}

static void run_frames(const lk_frame_step *steps, size_t count, size_t length, size_t first, size_t end) {
  float frame[LK_FRAME_MAXIMUM] __attribute__((aligned(64)));
  const lk_frame_step *last = steps + count;
  for (size_t index = first; index < end; ++index) {
    place place = {index, length, steps[0].width};
    pass pass = {NULL, steps, steps, 0, 1};
    summary summary = {};
    for (;;) {
      while (pass.end < last && !needs_whole_frame(pass.end->kind)) ++pass.end;
      // Stored heads leave the frame as it is; everything else is computed or summarized, even if no step follows.
      const int has_changed = pass.opening && pass.opening->kind != LK_FRAME_STORE_HEADS;
      if (has_changed || pass.first < pass.end) summary = run_pass(&pass, place, frame);
      if (pass.end == last) break;
      pass.opening = pass.end;
      switch (pass.opening->kind) {
        case LK_FRAME_LOAD_HEADS:
          load_heads(pass.opening, place, frame);
          break;
        case LK_FRAME_STORE_HEADS:
          store_heads(pass.opening, place, frame);
          break;
        case LK_FRAME_GATE:
          place.width /= 2;
          break;
        case LK_FRAME_NORMALIZE:
          pass.mean = sum(summary.total) / place.width;
          pass.factor = 1 / deviation(frame, place.width, pass.mean, pass.opening->number);
          break;
        case LK_FRAME_ROUND_SIGNED:
          round_signed(pass.opening, place, maximum(summary.furthest), frame, 0);
          break;
        case LK_FRAME_ROUND_OFFSET:
          round_signed(pass.opening, place, maximum(summary.furthest), frame, 128);
          break;
        default:
          round_unsigned(pass.opening, place, maximum(summary.highest), frame);
          break;
      }
      pass.first = pass.end = pass.opening + 1;
    }
  }
}

/// Up to a vector of values from `index` on; those after `count` are `other`.
static inline lanes some(const float *values, size_t index, size_t count, float other) {
  if (index + LK_FRAME_LANES <= count) return at(values, index);
  lanes result = all(other);
  for (size_t lane = 0; index + lane < count; ++lane) result[lane] = values[index + lane];
  return result;
}

/// weights[j] = softmax over j of factor * (content[j] + position[j]); `weights` can be `content`.
static inline void softmax_row(
    const float *content, const float *position, float factor, size_t length, float *weights) {
  lanes most = all(-INFINITY);
  for (size_t index = 0; index < length; index += LK_FRAME_LANES) {
    const lanes score = (some(content, index, length, -INFINITY) + some(position, index, length, 0)) * factor;
    most = __builtin_elementwise_max(most, score);
  }
  const float highest = maximum(most);
  lanes total = {};
  for (size_t index = 0; index < length; index += LK_FRAME_LANES) {
    const lanes score = (some(content, index, length, -INFINITY) + some(position, index, length, 0)) * factor;
    lanes power = power_of_two((score - highest) * log2_e);
    if (index + LK_FRAME_LANES <= length) {
      set(weights, index, power);
      total += power;
    } else {
      for (size_t lane = 0; index + lane < length; ++lane) {
        weights[index + lane] = power[lane];
        total[0] += power[lane];
      }
    }
  }
  const float share = 1 / sum(total);
  for (size_t index = 0; index < length; ++index) weights[index] *= share;
}

static void relative_softmax(
    const float *content, const float *position, float factor, size_t length, size_t first, size_t end, float *weights) {
  for (size_t row = first; row < end; ++row) {
    const float *distances = position + row * (2 * length - 1) + (length - 1 - row % length);
    softmax_row(content + row * length, distances, factor, length, weights + row * length);
  }
}
