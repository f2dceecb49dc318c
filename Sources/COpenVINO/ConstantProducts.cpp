// Computes products that a fixed shape has made constant once, when the graph is made.
//
// With a static shape the table of positions is sliced by constants, and `linear_pos`, a layer over that slice, depends
// on nothing else. OpenVINO folds such a layer if its weights are floats. It keeps eight-bit weights for its matrix
// kernels, so the layer stays and runs at each inference. That costs time, and gives wrong words: OpenVINO turns a
// product with three axes (here the `Einsum` of queries and positions) into a fully connected layer if its second side
// depends on constants alone, and reads that side as weights before it is computed.
//
// Here each such product is replaced by its constant value. The CPU plugin computes it in float32, without rounding
// activations.

#include <algorithm>
#include <map>
#include <set>

#include "EightBitWeights.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

using Value = ov::Output<ov::Node>;

/// The products of one constant with others.
struct Group {
  std::shared_ptr<op::Constant> input;
  std::vector<std::shared_ptr<ov::Node>> products;
};

/// The nodes that depend on constants alone, including static shapes.
std::set<const ov::Node *> constant_nodes(const ov::Model &model) {
  std::set<const ov::Node *> constants;
  for (const auto &node : model.get_ordered_ops()) {
    const auto inputs = node->input_values();
    const auto is_constant = [&](const Value &input) { return constants.count(input.get_node()) > 0; };
    const bool is_known_shape = ov::is_type<op::ShapeOf>(node) && node->get_input_partial_shape(0).is_static();
    if (ov::is_type<op::Constant>(node) || is_known_shape ||
        (!inputs.empty() && std::all_of(inputs.begin(), inputs.end(), is_constant))) {
      constants.insert(node.get());
    }
  }
  return constants;
}

/// The products with two constant sides, grouped by the first side.
std::map<Value, Group> constant_products(const ov::Model &model) {
  const auto constants = constant_nodes(model);
  std::map<Value, Group> groups;
  for (const auto &node : model.get_ordered_ops()) {
    if (!ov::is_type<op::MatMul>(node) || constants.count(node.get()) == 0) continue;
    groups[node->input_value(0)].products.push_back(node);
  }
  for (auto &[input, group] : groups) group.input = folded(input);
  return groups;
}

/// Replaces the products of a group by constants.
void compute(ov::Core &core, const Group &group) {
  const auto input = std::make_shared<op::Parameter>(group.input->get_element_type(), group.input->get_shape());
  ov::OutputVector answers;
  for (const auto &product : group.products) {
    answers.push_back(product->clone_with_new_inputs({input, product->input_value(1)})->output(0));
  }
  const auto model = std::make_shared<ov::Model>(answers, ov::ParameterVector{input});
  // By default the plugin rounds activations next to eight-bit weights.
  auto request = core.compile_model(
                         model, "CPU",
                         {ov::hint::inference_precision(ov::element::f32),
                          ov::hint::dynamic_quantization_group_size(0)})
                     .create_infer_request();
  request.set_input_tensor(group.input->get_tensor_view());
  request.infer();
  for (size_t index = 0; index < group.products.size(); ++index) {
    // A copy, since the memory is freed with the request.
    const auto tensor = request.get_output_tensor(index);
    const auto answer =
        std::make_shared<op::Constant>(tensor.get_element_type(), tensor.get_shape(), tensor.data());
    answer->set_friendly_name(group.products[index]->get_friendly_name());
    group.products[index]->output(0).replace(answer->output(0));
  }
}

}  // namespace

lk_failure lk_graph_fold_products(lk_core *core, lk_graph *graph, size_t *result) {
  return guarded([&] {
    size_t count = 0;
    for (const auto &[input, group] : constant_products(*graph->model)) {
      // Nodes that OpenVINO cannot fold are kept.
      if (!group.input) continue;
      compute(core->core, group);
      count += group.products.size();
    }
    if (count > 0) graph->model->validate_nodes_and_infer_types();
    *result = count;
  });
}
