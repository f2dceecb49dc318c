// Removes masks, which an utterance without padding does not need.
//
// NeMo's encoder takes a batch of utterances of different lengths and masks the frames after each length: after each
// layer of the subsampling, before and after each softmax, and before each convolution. A single utterance of exactly
// `length` frames has no such frames: every mask is "valid" throughout and changes nothing. Without masks,
// convolutions can be fused with the next operations, and no tensor of a mask's size is allocated.
//
// Masks are found by value, not by name: `index < length` is then always true, and the truth propagates through logic
// and through operations that only move elements. A constant mask, such as that of a limited attention span, is
// removed only if all its elements are equal. Masks that are not known to be uniform stay.

#include <algorithm>
#include <map>
#include <optional>

#include <openvino/opsets/opset13.hpp>

#include "Handles.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

using Value = ov::Output<ov::Node>;

/// Finds the common value, 0 or 1, of all elements of a tensor if `length` is the number of frames.
class Uniform {
 public:
  explicit Uniform(const ov::Node *length) { depends[length] = true; }

  std::optional<bool> operator()(const Value &value) {
    const auto node = value.get_node();
    const auto known = memory.find(node);
    if (known != memory.end()) return known->second;
    return memory[node] = find(*node);
  }

 private:
  std::map<const ov::Node *, std::optional<bool>> memory;
  std::map<const ov::Node *, bool> depends;

  /// True if the node depends on the value of `length`, not only on its shape.
  bool depends_on_length(const ov::Node *node) {
    const auto known = depends.find(node);
    if (known != depends.end()) return known->second;
    if (ov::is_type<op::ShapeOf>(node)) return false;
    bool result = false;
    for (const auto &input : node->input_values()) result = result || depends_on_length(input.get_node());
    return depends[node] = result;
  }

  std::optional<bool> find(const ov::Node &node) {
    if (ov::is_type<op::Less>(&node)) {
      const auto &positions = node.input_value(0), &end = node.input_value(1);
      if (!depends_on_length(positions.get_node()) && depends_on_length(end.get_node())) return true;
      return std::nullopt;
    }
    if (ov::is_type<op::LogicalNot>(&node)) {
      const auto input = (*this)(node.input_value(0));
      return input ? std::optional(!*input) : std::nullopt;
    }
    if (ov::is_type<op::LogicalAnd>(&node)) {
      const auto left = (*this)(node.input_value(0)), right = (*this)(node.input_value(1));
      return left && right ? std::optional(*left && *right) : std::nullopt;
    }
    if (const auto constant = ov::as_type<const op::Constant>(&node)) return of(*constant);
    if (moves(node)) return (*this)(node.input_value(0));
    return std::nullopt;
  }

  static std::optional<bool> of(const op::Constant &constant) {
    if (constant.get_element_type() != ov::element::boolean || ov::shape_size(constant.get_shape()) == 0) {
      return std::nullopt;
    }
    const auto bytes = constant.get_data_ptr<char>();
    const auto end = bytes + ov::shape_size(constant.get_shape());
    const bool first = *bytes != 0;
    const bool is_uniform = std::all_of(bytes, end, [&](char byte) { return (byte != 0) == first; });
    return is_uniform ? std::optional(first) : std::nullopt;
  }

  /// True if the node only moves, repeats, omits or widens the elements of its first input.
  static bool moves(const ov::Node &node) {
    return ov::is_type<op::Convert>(&node) || ov::is_type<op::Unsqueeze>(&node) ||
           ov::is_type<op::Squeeze>(&node) || ov::is_type<op::Reshape>(&node) ||
           ov::is_type<op::Transpose>(&node) || ov::is_type<op::Slice>(&node) ||
           ov::is_type<op::Tile>(&node) || ov::is_type<op::Broadcast>(&node);
  }
};

/// Returns the input that the node passes unchanged under a uniform mask; nothing if there is none.
std::optional<Value> unmasked(const ov::Node &node, Uniform &uniform) {
  if (ov::is_type<op::Select>(&node)) {
    const auto condition = uniform(node.input_value(0));
    if (condition) return node.input_value(*condition ? 1 : 2);
  }
  if (ov::is_type<op::Multiply>(&node)) {
    for (const size_t mask : {0, 1}) {
      if (uniform(node.input_value(mask)) == true) return node.input_value(1 - mask);
    }
  }
  return std::nullopt;
}

}  // namespace

lk_failure lk_graph_remove_masks(lk_graph *graph, const char *length, size_t *result) {
  return guarded([&] {
    Uniform uniform(graph->model->input(length).get_node());
    size_t count = 0;
    for (const auto &node : graph->model->get_ordered_ops()) {
      const auto value = unmasked(*node, uniform);
      // The mask can be larger than the masked value, if that is broadcast.
      if (!value || !value->get_partial_shape().compatible(node->get_output_partial_shape(0)) ||
          value->get_partial_shape().rank() != node->get_output_partial_shape(0).rank()) {
        continue;
      }
      node->output(0).replace(*value);
      ++count;
    }
    graph->model->validate_nodes_and_infer_types();
    *result = count;
  });
}
