// Turns the masks of attention and convolution into sums, for accelerators, whose units for matrices add but do not
// select.
//
//   attention    Select(mask, 0, Softmax(Select(mask, -10000, scores)))  ->  Softmax(Add(scores, bias))
//   convolution  Select(mask, 0, value * Sigmoid(gate))                  ->  value * Sigmoid(Add(gate, bias))
//
// The bias is -10000 where the mask is set and 0 elsewhere. It is made once from each mask, and all layers share it.
// exp(-10000) and sigmoid(-10000) are zero in float32 and float16, so results in valid frames do not change. A frame
// whose scores are all masked, which is one after the utterance, now has arbitrary finite values; no valid frame reads
// them.

#include <map>
#include <optional>

#include <openvino/opsets/opset13.hpp>

#include "Handles.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

using Value = ov::Output<ov::Node>;

constexpr float masked_bias = -10000;

/// A value that a Select replaces by a number where a mask is set.
struct Masked {
  Value mask, value;
  float number;
};

std::optional<Masked> masked(const ov::Node *node) {
  if (!ov::is_type<op::Select>(node)) return std::nullopt;
  const auto number = ov::as_type<const op::Constant>(node->get_input_node_ptr(1));
  if (!number || ov::shape_size(number->get_shape()) != 1) return std::nullopt;
  return Masked{node->input_value(0), node->input_value(2), number->cast_vector<float>()[0]};
}

/// Makes the biases of masks, each once.
class Biases {
 public:
  Value operator()(const Value &mask) {
    auto &bias = known[mask];
    if (!bias) {
      const auto number = std::make_shared<op::Convert>(mask, ov::element::f32);
      const auto amount = op::Constant::create(ov::element::f32, {}, {masked_bias});
      bias = std::make_shared<op::Multiply>(number, amount);
    }
    return bias->output(0);
  }

  /// With a static shape of more elements, they are repeated once here and not in each layer.
  Value operator()(const Value &mask, const ov::PartialShape &shape) {
    if (shape.is_dynamic()) return (*this)(mask);
    auto &bias = repeated[{mask, shape.to_shape()}];
    if (!bias) {
      const auto target = op::Constant::create(ov::element::i64, {shape.size()}, shape.to_shape());
      bias = std::make_shared<op::Broadcast>((*this)(mask), target);
    }
    return bias->output(0);
  }

 private:
  std::map<Value, std::shared_ptr<ov::Node>> known;
  std::map<std::pair<Value, ov::Shape>, std::shared_ptr<ov::Node>> repeated;
};

/// Rewrites a masked softmax; false if the node is none.
bool add_before_softmax(ov::Node &node, Biases &biases) {
  const auto after = masked(&node);
  if (!after || after->number != 0 || !ov::is_type<op::Softmax>(after->value.get_node())) return false;
  const auto softmax = after->value.get_node_shared_ptr();
  const auto before = masked(softmax->get_input_node_ptr(0));
  if (!before || before->mask != after->mask || before->number > -1000 ||
      softmax->output(0).get_target_inputs().size() != 1) {
    return false;
  }
  softmax->input(0).replace_source_output(std::make_shared<op::Add>(before->value, biases(before->mask)));
  node.output(0).replace(softmax->output(0));
  return true;
}

/// Rewrites a masked gated linear unit; false if the node is none.
bool add_before_gate(ov::Node &node, Biases &biases) {
  const auto unit = masked(&node);
  if (!unit || unit->number != 0 || !ov::is_type<op::Multiply>(unit->value.get_node())) return false;
  const auto product = unit->value.get_node();
  const auto gate = product->get_input_node_shared_ptr(1);
  if (!ov::is_type<op::Sigmoid>(gate) || product->output(0).get_target_inputs().size() != 1 ||
      gate->output(0).get_target_inputs().size() != 1 ||
      product->get_output_partial_shape(0) != node.get_output_partial_shape(0)) {
    return false;
  }
  const auto argument = gate->input_value(0);
  gate->input(0).replace_source_output(
      std::make_shared<op::Add>(argument, biases(unit->mask, argument.get_partial_shape())));
  node.output(0).replace(product->output(0));
  return true;
}

}  // namespace

lk_failure lk_graph_add_masks(lk_graph *graph, size_t *result) {
  return guarded([&] {
    Biases biases;
    size_t count = 0;
    for (const auto &node : graph->model->get_ordered_ops()) {
      if (add_before_softmax(*node, biases) || add_before_gate(*node, biases)) ++count;
    }
    graph->model->validate_nodes_and_infer_types();
    *result = count;
  });
}
