// Splits NeMo's fused `decoder_joint` graph into the three networks that greedy decoding calls at
// different rates:
//
//   encoder projection   once an utterance   encoder_outputs [1,E,T] -> projected [1,T,1,J]
//   prediction network   once an emission    targets, states         -> prediction [1,1,1,J], states
//   joint network        once a step         frame, prediction, bias -> token, duration, confidence, logits, durations
//
// The seam is the addition inside the joint network, found by what its two sides depend on: one on
// `encoder_outputs` alone, the other on the decoder's inputs alone. Node names differ between exports.
// The joint network's outputs have a row for each frame; a step has one frame. The argmax is part of the joint network, so
// that a step usually reads three numbers and not all logits. Before it, a bias is added to the tokens' logits: an input
// that is constant for an utterance.
//
// An RNN-T has no logits for durations. Its blank moves on by a frame and its tokens do not, so that its search is that of a
// TDT with these durations.

#include <map>
#include <openvino/opsets/opset13.hpp>
#include <set>

#include "Handles.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

using Parameters = std::set<const ov::Node *>;
using Dependencies = std::map<const ov::Node *, Parameters>;

/// The parameters on which each node of the graph depends.
Dependencies dependencies(const ov::Model &model) {
  Dependencies result;
  for (const auto &node : model.get_ordered_ops()) {
    Parameters own;
    if (ov::is_type<op::Parameter>(node)) own.insert(node.get());
    for (const auto &value : node->input_values()) {
      const auto &inherited = result[value.get_node()];
      own.insert(inherited.begin(), inherited.end());
    }
    result[node.get()] = std::move(own);
  }
  return result;
}

struct Seam {
  std::shared_ptr<ov::Node> addition;
  size_t encoder_side;
};

Seam find_seam(const ov::Model &model, const ov::Node *encoder_outputs) {
  const auto known = dependencies(model);
  const Parameters encoder_only{encoder_outputs};
  for (const auto &node : model.get_ordered_ops()) {
    if (!ov::is_type<op::Add>(node)) continue;
    for (size_t side = 0; side < 2; ++side) {
      const auto &here = known.at(node->get_input_node_ptr(side));
      const auto &there = known.at(node->get_input_node_ptr(1 - side));
      if (here == encoder_only && !there.empty() && there.count(encoder_outputs) == 0) {
        return {node, side};
      }
    }
  }
  OPENVINO_THROW(
      "the decoder has no addition of an encoder side and a prediction side: not a transducer's joint network");
}

std::shared_ptr<op::Parameter> parameter(const ov::Model &model, const std::string &name) {
  for (const auto &candidate : model.get_parameters()) {
    if (candidate->output(0).get_names().count(name) > 0) return candidate;
  }
  OPENVINO_THROW("the decoder has no input named ", name);
}

ov::Output<ov::Node> named(ov::Output<ov::Node> value, const std::string &name) {
  value.get_tensor().set_names({name});
  return value;
}

/// Returns the value of a graph's output, without the Result node.
ov::Output<ov::Node> value_of(const std::shared_ptr<ov::Model> &model, const std::string &name) {
  return model->output(name).get_node()->input_value(0);
}

/// Returns the best token, the best duration, the token's softmax, the tokens' logits, all with the bias, and, if there are
/// any, the durations' logits: a row of each for each frame.
ov::OutputVector winners(
    const ov::Output<ov::Node> &logits, const ov::Output<ov::Node> &bias, int64_t token_count, int64_t blank) {
  const auto width = logits.get_partial_shape()[3].get_length();
  const auto rows = std::make_shared<op::Reshape>(
      logits, op::Constant::create(ov::element::i64, {2}, {int64_t(-1), int64_t(width)}), false);
  ov::OutputVector parts{rows->output(0)};
  if (width > token_count) {
    const auto axis = op::Constant::create(ov::element::i64, {}, {1});
    const auto lengths = op::Constant::create(ov::element::i64, {2}, {token_count, int64_t(-1)});
    parts = std::make_shared<op::VariadicSplit>(rows, axis, lengths)->outputs();
  }
  const auto best = [&](const ov::Output<ov::Node> &values) {
    const auto one = op::Constant::create(ov::element::i64, {}, {1});
    return std::make_shared<op::TopK>(values, one, 1, "max", "value", ov::element::i32);
  };
  const auto biased = std::make_shared<op::Add>(parts[0], bias);
  const auto token = best(biased);
  // softmax of the maximum = 1 / sum(exp(x - max)); the largest exponent is 0, so nothing overflows.
  const auto shifted = std::make_shared<op::Exp>(
      std::make_shared<op::Subtract>(biased, token->output(0)));
  // A product with ones: ReduceSum takes 4 microseconds for 8193 tokens, this takes 2.5.
  const auto ones = op::Constant::create(ov::element::f32, {size_t(token_count), 1}, {1.0f});
  const auto sum = std::make_shared<op::MatMul>(shifted, ones);
  const auto one = op::Constant::create(ov::element::f32, {1}, {1.0f});
  const auto confidence = std::make_shared<op::Divide>(one, sum);
  ov::Output<ov::Node> duration;
  if (parts.size() > 1) {
    duration = best(parts[1])->output(1);
  } else {
    const auto is_blank = std::make_shared<op::Equal>(
        token->output(1), op::Constant::create(ov::element::i32, {}, {blank}));
    duration = std::make_shared<op::Convert>(is_blank, ov::element::i32);
  }
  ov::OutputVector results{
      named(token->output(1), "token"), named(duration, "duration"), named(confidence->output(0), "confidence"),
      named(biased->output(0), "logits")};
  if (parts.size() > 1) results.push_back(named(parts[1], "durations"));
  return results;
}

}  // namespace

lk_failure lk_graph_token_count(const lk_graph *graph, int64_t *result) {
  return guarded([&] {
    const auto known = dependencies(*graph->model);
    const Parameters targets_only{parameter(*graph->model, "targets").get()};
    for (const auto &node : graph->model->get_ordered_ops()) {
      if (node->get_type_name() != std::string("Gather")) continue;
      const auto &table = known.at(node->get_input_node_ptr(0));
      if (!table.empty() || known.at(node->get_input_node_ptr(1)) != targets_only) continue;
      *result = node->get_input_partial_shape(0)[0].get_length();
      return;
    }
    OPENVINO_THROW("the decoder has no embedding that its input targets indexes");
  });
}

lk_failure lk_graph_split_transducer(
    lk_graph *graph, int64_t token_count, int64_t blank, lk_graph **projection, lk_graph **prediction,
    lk_graph **joint) {
  return guarded([&] {
    const auto &model = graph->model;
    const auto encoder_outputs = parameter(*model, "encoder_outputs");
    const auto targets = parameter(*model, "targets");
    const auto hidden = parameter(*model, "input_states_1");
    const auto cell = parameter(*model, "input_states_2");

    // One utterance and one token at a time, so that the only length is 1.
    const auto length = parameter(*model, "target_length");
    length->output(0).replace(op::Constant::create(length->get_element_type(), {1}, {1}));
    model->remove_parameter(length);
    const auto one_utterance = [](const ov::Output<ov::Node> &state) {
      auto shape = state.get_partial_shape();
      shape[1] = 1;
      return shape;
    };
    const auto width = encoder_outputs->get_partial_shape()[1];
    model->reshape({
        {encoder_outputs->output(0), ov::PartialShape{1, width, ov::Dimension::dynamic()}},
        {targets->output(0), ov::PartialShape{1, 1}},
        {hidden->output(0), one_utterance(hidden->output(0))},
        {cell->output(0), one_utterance(cell->output(0))},
    });

    const auto logits = value_of(model, "outputs");
    const auto logit_count = logits.get_partial_shape()[3];
    OPENVINO_ASSERT(
        logit_count.is_static() && logit_count.get_length() >= token_count, "the joint network has ",
        logit_count, " logits for ", token_count, " tokens");
    const auto seam = find_seam(*model, encoder_outputs.get());
    const auto projected = seam.addition->input_value(seam.encoder_side);
    const auto predicted = seam.addition->input_value(1 - seam.encoder_side);

    const auto projection_model = std::make_shared<ov::Model>(
        ov::OutputVector{named(projected, "projected")}, ov::ParameterVector{encoder_outputs},
        "encoder projection");
    const auto prediction_model = std::make_shared<ov::Model>(
        ov::OutputVector{
            named(predicted, "prediction"), named(value_of(model, "output_states_1"), "output_states_1"),
            named(value_of(model, "output_states_2"), "output_states_2")},
        ov::ParameterVector{targets, hidden, cell}, "prediction network");

    auto frame_shape = projected.get_partial_shape();
    frame_shape[1] = 1;
    const auto frame = std::make_shared<op::Parameter>(ov::element::f32, frame_shape);
    const auto condition =
        std::make_shared<op::Parameter>(ov::element::f32, predicted.get_partial_shape());
    const auto bias = std::make_shared<op::Parameter>(ov::element::f32, ov::PartialShape{token_count});
    named(frame->output(0), "frame");
    named(condition->output(0), "prediction");
    named(bias->output(0), "bias");
    seam.addition->input(seam.encoder_side).replace_source_output(frame->output(0));
    seam.addition->input(1 - seam.encoder_side).replace_source_output(condition->output(0));
    seam.addition->revalidate_and_infer_types();
    const auto joint_model = std::make_shared<ov::Model>(
        winners(logits, bias, token_count, blank), ov::ParameterVector{frame, condition, bias}, "joint network");
    joint_model->validate_nodes_and_infer_types();

    *projection = new lk_graph{projection_model};
    *prediction = new lk_graph{prediction_model};
    *joint = new lk_graph{joint_model};
  });
}
