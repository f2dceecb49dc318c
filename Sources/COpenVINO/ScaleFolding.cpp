// Moves the multiplication of a tensor by a number into the weights that made the tensor, where it costs nothing.
//
// A conformer halves the output of each feed-forward module and divides the scores of attention by a square root. An
// accelerator does that as a separate pass over the tensor. Here the number is carried towards the inputs through
// operations that are linear, until it reaches the constant side of a product: the scale of eight-bit weights, or a
// float constant, which is multiplied once.

#include <algorithm>
#include <optional>

#include "EightBitWeights.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

using Value = ov::Output<ov::Node>;

/// Returns the constant number that the first input is multiplied by.
std::optional<float> scale_of(const ov::Node &node) {
  const bool divides = ov::is_type<op::Divide>(&node);
  if (!divides && !ov::is_type<op::Multiply>(&node)) return std::nullopt;
  const auto number = ov::as_type<const op::Constant>(node.get_input_node_ptr(1));
  if (!number || number->get_element_type() != ov::element::f32 || ov::shape_size(number->get_shape()) != 1) {
    return std::nullopt;
  }
  const float amount = number->cast_vector<float>()[0];
  if (divides && amount == 0) return std::nullopt;
  return divides ? 1 / amount : amount;
}

/// True if the node only moves elements of its first input, or adds zeros.
bool moves(const ov::Node &node) {
  if (const auto padding = ov::as_type<const op::Pad>(&node)) {
    const auto number = ov::as_type<const op::Constant>(node.get_input_node_ptr(3));
    return padding->get_pad_mode() == ov::op::PadMode::CONSTANT && number && number->cast_vector<float>()[0] == 0;
  }
  return ov::is_type<op::Transpose>(&node) || ov::is_type<op::Reshape>(&node) || ov::is_type<op::Slice>(&node);
}

/// True if nothing but one node reads the value; shapes do not count.
bool has_one_reader(const Value &value) {
  size_t count = 0;
  for (const auto &reader : value.get_target_inputs()) count += !ov::is_type<op::ShapeOf>(reader.get_node());
  return count == 1;
}

/// True if the node depends on constants alone.
bool is_constant(const ov::Node &node) {
  if (ov::is_type<op::Constant>(&node)) return true;
  const auto inputs = node.input_values();
  return !inputs.empty() && std::all_of(inputs.begin(), inputs.end(), [](const Value &input) {
    return is_constant(*input.get_node());
  });
}

/// Finds the constants whose multiplication multiplies the value that an input reads; false if there are none.
bool find(const ov::Input<ov::Node> &input, std::vector<ov::Input<ov::Node>> &places) {
  const auto value = input.get_source_output();
  const auto node = value.get_node();
  if (is_constant(*node)) {
    places.push_back(input);
    return true;
  }
  if (!has_one_reader(value)) return false;
  if (moves(*node)) return find(node->input(0), places);
  if (ov::is_type<op::Add>(node)) return find(node->input(0), places) && find(node->input(1), places);
  const bool is_product =
      ov::is_type<op::MatMul>(node) || (ov::is_type<op::Einsum>(node) && node->get_input_size() == 2);
  return is_product && find(node->input(1), places);
}

void multiply(ov::Input<ov::Node> place, float amount) {
  const auto value = place.get_source_output();
  if (const auto matrix = byte_matrix(value)) {
    auto scales = matrix->scales->cast_vector<float>();
    for (auto &scale : scales) scale *= amount;
    const auto constant = op::Constant::create(ov::element::f32, matrix->scales->get_shape(), scales);
    place.replace_source_output(
        value.get_node()->clone_with_new_inputs({value.get_node()->input_value(0), constant})->output(0));
    return;
  }
  // OpenVINO computes it when the graph is compiled.
  const auto number = op::Constant::create(ov::element::f32, {}, {amount});
  place.replace_source_output(std::make_shared<op::Multiply>(value, number));
}

}  // namespace

lk_failure lk_graph_fold_scales(lk_graph *graph, size_t *result) {
  return guarded([&] {
    size_t count = 0;
    for (const auto &node : graph->model->get_ordered_ops()) {
      const auto scale = scale_of(*node);
      std::vector<ov::Input<ov::Node>> places;
      if (!scale || is_constant(*node) || !find(node->input(0), places)) continue;
      for (const auto &place : places) multiply(place, *scale);
      node->output(0).replace(node->input_value(0));
      ++count;
    }
    graph->model->validate_nodes_and_infer_types();
    *result = count;
  });
}
