// What the ways to weight-only INT8 share: a layer's constant weight as `Constant(i8) -> Convert -> Multiply(scale)`,
// and the layers that can read it.

#ifndef LORIKEET_EIGHT_BIT_WEIGHTS_HPP
#define LORIKEET_EIGHT_BIT_WEIGHTS_HPP

#include <openvino/opsets/opset13.hpp>
#include <optional>

#include "Handles.hpp"

namespace lorikeet {

inline bool any_node(const ov::Node &) { return true; }

/// The value as one constant; nothing if it depends on an input, or on a node that `through` does not let pass.
std::shared_ptr<ov::opset13::Constant> folded(
    const ov::Output<ov::Node> &value, bool (*through)(const ov::Node &) = any_node);

/// Signed bytes, widened again: what a layer reads as its matrix.
///
/// `rows_are_channels` tells which axis of the matrix has a scale for each place: the other is summed over.
ov::Output<ov::Node> widened(const ov::Tensor &bytes, const std::vector<float> &scales, bool rows_are_channels);

/// What `widened` was given: bytes, and a scale for each output channel.
struct ByteMatrix {
  std::shared_ptr<ov::opset13::Constant> bytes, scales;
};

/// The matrix that a layer reads if `widened` has made it, also in a graph that was written and read again.
std::optional<ByteMatrix> byte_matrix(const ov::Output<ov::Node> &matrix);

/// Whether the node is a transposition of [B, T, C] to [B, C, T], or back.
bool swaps_time_and_channels(const ov::Node *node);

/// Whether a convolution over time, [B, C, T] -> [B, O, T], is a multiplication at each time.
///
/// As a convolution the processor's plugin would widen its eight bits to float32 when it is loaded, and take more
/// memory than before.
bool is_pointwise(const ov::opset13::Convolution &layer);

/// Multiplies `input` [B, C, T] at each time by `matrix` [O, C], for all that read `result` [B, O, T] until now.
void multiply_each_time(
    const ov::Output<ov::Node> &input, const ov::Output<ov::Node> &matrix, ov::Output<ov::Node> result);

}  // namespace lorikeet

#endif
