// Graph: describes inputs and outputs, reshapes and saves.

#include <openvino/pass/constant_folding.hpp>

#include "Handles.hpp"

namespace lorikeet {

lk_shape describe(const ov::PartialShape &shape) {
  lk_shape result{};
  if (shape.rank().is_dynamic()) {
    result.rank = -1;
    return result;
  }
  OPENVINO_ASSERT(shape.size() <= LK_MAXIMUM_RANK, "a tensor of rank ", shape.size());
  result.rank = static_cast<int32_t>(shape.size());
  for (size_t index = 0; index < shape.size(); ++index) {
    result.dimensions[index] = shape[index].is_static() ? shape[index].get_length() : -1;
  }
  return result;
}

lk_element describe(const ov::element::Type &type) {
  if (type == ov::element::f32) return LK_FLOAT32;
  if (type == ov::element::i32) return LK_INT32;
  if (type == ov::element::i64) return LK_INT64;
  return LK_OTHER;
}

lk_tensor describe(ov::Tensor tensor) {
  lk_tensor result{};
  result.count = tensor.get_size();
  result.element = describe(tensor.get_element_type());
  result.shape = describe(ov::PartialShape(tensor.get_shape()));
  result.data = tensor.data();
  return result;
}

}  // namespace lorikeet

using namespace lorikeet;

void lk_graph_destroy(lk_graph *graph) { delete graph; }

size_t lk_graph_count(const lk_graph *graph, lk_side side) {
  return side == LK_INPUT ? graph->model->inputs().size() : graph->model->outputs().size();
}

lk_failure lk_graph_port(const lk_graph *graph, lk_side side, size_t index, lk_port *result) {
  return guarded([&] {
    const auto port = side == LK_INPUT ? graph->model->input(index) : graph->model->output(index);
    const auto &names = port.get_names();
    result->name = names.empty() ? "" : names.begin()->c_str();
    result->element = describe(port.get_element_type());
    result->shape = describe(port.get_partial_shape());
  });
}

lk_failure lk_graph_remove_output(lk_graph *graph, const char *name) {
  return guarded([&] {
    for (const auto &result : graph->model->get_results()) {
      if (result->input_value(0).get_names().count(name) == 0) continue;
      graph->model->remove_result(result);
      return;
    }
    OPENVINO_THROW("the graph has no output named ", name);
  });
}

lk_failure lk_graph_reshape(
    lk_graph *graph, const char *const *names, const lk_shape *shapes, size_t count) {
  return guarded([&] {
    std::map<std::string, ov::PartialShape> fixed;
    for (size_t index = 0; index < count; ++index) {
      const auto &shape = shapes[index];
      // A dimension of -1 is dynamic for OpenVINO too.
      fixed[names[index]] = std::vector<ov::Dimension>(shape.dimensions, shape.dimensions + shape.rank);
    }
    graph->model->reshape(fixed);
  });
}

lk_failure lk_graph_fold_constants(lk_graph *graph) {
  return guarded([&] { ov::pass::ConstantFolding().run_on_model(graph->model); });
}

lk_failure lk_graph_save(const lk_graph *graph, const char *path, int as_float16) {
  return guarded([&] { ov::save_model(graph->model, path, as_float16 != 0); });
}
