// The operations of a graph as steps of frame programs; see `FrameFusion.cpp`.

#ifndef LORIKEET_FRAME_STEPS_HPP
#define LORIKEET_FRAME_STEPS_HPP

#include <deque>
#include <set>

#include "EightBitWeights.hpp"
#include "FrameProgram.hpp"

namespace lorikeet {

using Value = ov::Output<ov::Node>;

/// A step whose operands are still values of the graph.
struct Step {
  lk_frame_step_kind kind;
  float number = 0;
  std::optional<Value> values;
  std::shared_ptr<ov::opset13::Constant> constants;
  /// The values that the step's results replace.
  std::vector<Value> replaces;
  int64_t count = 0;
};

/// The width of frames [B, T, width]; 0 if it is unknown, or none that programs can have.
size_t width(const ov::PartialShape &shape);
inline size_t width(const Value &value) { return width(value.get_partial_shape()); }

/// The width of frames of which each head has `each` values; 0 if it is unknown, or if programs cannot have such heads.
size_t joined_width(const ov::Dimension &heads, const ov::Dimension &each);

/// The constant in float32; null if it is none.
std::shared_ptr<ov::opset13::Constant> floats(const Value &value);

/// The constant as integers; nothing if it is none.
std::optional<std::vector<int64_t>> integers(const Value &value);

/// True if the node swaps the time and the heads of [B, T, H, D], or back.
bool swaps_time_and_heads(const ov::Node *node);

/// Describes what computes `frames` as steps that follow the value `before`, and adds the nodes to `taken` that it is
/// made of; false if programs have no such step.
bool match(const Value &frames, std::deque<Step> &front, Value &before, std::set<const ov::Node *> &taken);

}  // namespace lorikeet

#endif
