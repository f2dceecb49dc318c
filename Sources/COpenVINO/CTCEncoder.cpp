// Gives NeMo's CTC export, `model.onnx`, the outputs of a transducer's encoder, so that devices, buckets and masks need not
// tell them apart:
//
//   logprobs [B,T',V] -> outputs [B,V,T'], encoded_lengths [B]
//
// The export does not state the number of valid frames. Its subsampling halves the number of frames and rounds up, some
// times in a row (onnx-asr's `NemoConformerCtc._encode`).

#include <openvino/opsets/opset13.hpp>

#include "Handles.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

lk_failure lk_graph_shape_ctc(lk_graph *graph, int64_t subsampling) {
  return guarded([&] {
    const auto &model = graph->model;
    const auto result = model->output("logprobs").get_node_shared_ptr();
    const auto order = op::Constant::create(ov::element::i64, {3}, {0, 2, 1});
    const auto outputs = std::make_shared<op::Transpose>(result->input_value(0), order);

    const auto length = model->input("length");
    const auto add = op::Constant::create(ov::element::i64, {}, {subsampling - 1});
    const auto by = op::Constant::create(ov::element::i64, {}, {subsampling});
    const auto lengths = std::make_shared<op::Divide>(std::make_shared<op::Add>(length, add), by);

    // The name of an output is that of the value before its Result.
    result->input_value(0).get_tensor().set_names({});
    outputs->output(0).get_tensor().set_names({"outputs"});
    lengths->output(0).get_tensor().set_names({"encoded_lengths"});
    for (const auto &other : model->get_results()) model->remove_result(other);
    model->add_results({std::make_shared<op::Result>(outputs), std::make_shared<op::Result>(lengths)});
    model->validate_nodes_and_infer_types();
  });
}
