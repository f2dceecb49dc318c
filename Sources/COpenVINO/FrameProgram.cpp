// Operations of our own; see the header.

#include "FrameProgram.hpp"

#include "Shares.hpp"

namespace lorikeet {

lk_frame_step addressed(const FrameStep &step, const void *values, const float *constants, void *result) {
  lk_frame_step next{};
  next.kind = step.kind;
  next.number = step.number;
  next.count = static_cast<size_t>(step.count);
  next.values = values;
  if (step.kind == LK_FRAME_CONVOLVE) next.taps = constants;
  if (step.kind != LK_FRAME_CONVOLVE && constants) next.values = constants;
  next.result = result;
  return next;
}

FrameProgram::FrameProgram(const ov::OutputVector &inputs, const std::vector<FrameStep> &steps)
    : Op(inputs), steps(steps) {
  constructor_validate_and_infer_types();
}

template <typename Shape>
std::array<typename Shape::value_type, 3> FrameProgram::frames(const Shape &first) const {
  switch (steps[0].kind) {
    case LK_FRAME_LOAD_HEADS:
      return {first[0], first[2], first[1] * first[3]};
    case LK_FRAME_LOAD_BFLOAT16:
      return {first[0], first[1], first[2] / 2};
    default:
      return {first[0], first[1], first[2]};
  }
}

void FrameProgram::validate_and_infer_types() {
  const auto first = get_input_partial_shape(steps.at(0).input);
  NODE_VALIDATION_CHECK(
      this, first.rank() == (steps[0].kind == LK_FRAME_LOAD_HEADS ? 4 : 3), "frames of the shape ", first);
  auto [batch, length, width] = frames(first);
  NODE_VALIDATION_CHECK(
      this, width.is_static() && width.get_length() % LK_FRAME_LANES == 0 && width.get_length() <= LK_FRAME_MAXIMUM,
      "frames of the width ", width);
  for (const auto &step : steps) {
    if (step.kind == LK_FRAME_GATE) width = width.get_length() / 2;
    if (step.output < 0) continue;
    ov::PartialShape shape{batch, length, width};
    if (step.kind == LK_FRAME_STORE_HEADS) shape = {batch, step.count, length, width.get_length() / step.count};
    const auto type = step.kind == LK_FRAME_ROUND_SIGNED     ? ov::element::i8
                      : step.kind == LK_FRAME_ROUND_UNSIGNED ? ov::element::u8
                                                             : ov::element::f32;
    set_output_type(step.output, type, shape);
    if (step.rounds()) set_output_type(step.output + 1, ov::element::f32, {batch, length, 1});
  }
}

std::shared_ptr<ov::Node> FrameProgram::clone_with_new_inputs(const ov::OutputVector &inputs) const {
  return std::make_shared<FrameProgram>(inputs, steps);
}

bool FrameProgram::visit_attributes(ov::AttributeVisitor &visitor) {
  // A graph is written with the steps as numbers, a row for each.
  std::vector<int64_t> code;
  std::vector<float> numbers;
  for (const auto &step : steps) {
    code.insert(code.end(), {step.kind, step.input, step.constants, step.output, step.count});
    numbers.push_back(step.number);
  }
  visitor.on_attribute("steps", code);
  visitor.on_attribute("numbers", numbers);
  steps.resize(numbers.size());
  for (size_t index = 0; index < steps.size(); ++index) {
    const auto row = code.begin() + index * 5;
    steps[index] = {static_cast<lk_frame_step_kind>(row[0]), row[1], row[2], row[3], row[4], numbers[index]};
  }
  return true;
}

bool FrameProgram::evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const {
  const auto shape = frames(inputs[steps[0].input].get_shape());
  const size_t length = shape[1], count = shape[0] * length;
  std::vector<lk_frame_step> program;
  for (const auto &step : steps) {
    auto next = addressed(
        step, step.input < 0 ? nullptr : inputs[step.input].data(),
        step.constants < 0 ? nullptr : inputs.back().data<const float>() + step.constants,
        step.output < 0 ? nullptr : outputs[step.output].data());
    if (step.rounds()) {
      next.magnitudes = outputs[step.output + 1].data<float>();
      next.stride = outputs[step.output].get_shape().back();
    }
    // A sum with fewer frames would be a broadcast, which no encoder has here.
    const bool has_all = step.kind != LK_FRAME_ADD || inputs[step.input].get_size() % (count * LK_FRAME_LANES) == 0;
    OPENVINO_ASSERT(has_all, "a sum of frames with a tensor of the shape ", inputs[step.input].get_shape());
    program.push_back(next);
  }
  program[0].width = shape[2];
  const auto kernels = lk_frame_kernels_for_this_processor();
  share(count, fewest_frames, [&](size_t start, size_t end) {
    kernels->run(program.data(), program.size(), length, start, end);
  });
  return true;
}

RelativeSoftmax::RelativeSoftmax(
    const ov::Output<ov::Node> &content, const ov::Output<ov::Node> &position, float factor)
    : Op({content, position}), factor(factor) {
  constructor_validate_and_infer_types();
}

void RelativeSoftmax::validate_and_infer_types() {
  set_output_type(0, ov::element::f32, get_input_partial_shape(0));
}

std::shared_ptr<ov::Node> RelativeSoftmax::clone_with_new_inputs(const ov::OutputVector &inputs) const {
  return std::make_shared<RelativeSoftmax>(inputs.at(0), inputs.at(1), factor);
}

bool RelativeSoftmax::visit_attributes(ov::AttributeVisitor &visitor) {
  visitor.on_attribute("factor", factor);
  return true;
}

bool RelativeSoftmax::evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const {
  const auto shape = inputs[0].get_shape(), distances = inputs[1].get_shape();
  const size_t length = shape[3], rows = shape[0] * shape[1] * shape[2];
  OPENVINO_ASSERT(
      shape[2] == length && distances[3] == 2 * length - 1 && inputs[1].get_size() == rows * distances[3],
      "scores by content of the shape ", shape, " and by distance of the shape ", distances);
  const auto kernels = lk_frame_kernels_for_this_processor();
  share(rows, fewest_frames, [&](size_t start, size_t end) {
    kernels->relative_softmax(
        inputs[0].data<const float>(), inputs[1].data<const float>(), factor, length, start, end,
        outputs[0].data<float>());
  });
  return true;
}

}  // namespace lorikeet
