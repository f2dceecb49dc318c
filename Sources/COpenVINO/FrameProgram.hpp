// Operations of our own: what an encoder computes between its matrix products. OpenVINO's processor plugin runs them on
// its threads as it runs its own; see `CFrameKernels.h` for the arithmetic and `FrameFusion.cpp` for their use.

#ifndef LORIKEET_FRAME_PROGRAM_HPP
#define LORIKEET_FRAME_PROGRAM_HPP

#include <array>
#include <openvino/op/op.hpp>

#include "CFrameKernels.h"

namespace lorikeet {

/// A step of a program; an index of -1 is none.
struct FrameStep {
  lk_frame_step_kind kind;
  /// The input with its values.
  int64_t input = -1;
  /// The place of its constants in the last input, which has those of all steps: OpenVINO's time for an operation grows
  /// with its inputs.
  int64_t constants = -1;
  /// The output with its result; that of rounding is followed by the magnitudes.
  int64_t output = -1;
  /// The number of heads, or of taps, or of bytes from one rounded frame to the next in a sequence's registers.
  int64_t count = 0;
  float number = 0;

  bool rounds() const {
    return kind == LK_FRAME_ROUND_SIGNED || kind == LK_FRAME_ROUND_OFFSET || kind == LK_FRAME_ROUND_UNSIGNED;
  }
};

/// The step with the addresses of its values, constants and result, each of which can be null.
lk_frame_step addressed(const FrameStep &step, const void *values, const float *constants, void *result);

/// Runs a program for each frame. The first step reads [B, T, width], [B, heads, T, width / heads], or bytes
/// [B, T, 2 width] in bfloat16, a type that the plugin would convert beforehand.
class FrameProgram : public ov::op::Op {
 public:
  OPENVINO_OP("FrameProgram", "lorikeet");

  FrameProgram() = default;
  FrameProgram(const ov::OutputVector &inputs, const std::vector<FrameStep> &steps);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector &inputs) const override;
  bool visit_attributes(ov::AttributeVisitor &visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const override;

  const std::vector<FrameStep> &program() const { return steps; }

 private:
  /// The batch, the length and the width of frames.
  template <typename Shape>
  std::array<typename Shape::value_type, 3> frames(const Shape &first) const;

  std::vector<FrameStep> steps;
};

/// Attention's weights from scores by content [B, heads, T, T] and by distance [B, heads, T, 2T - 1].
class RelativeSoftmax : public ov::op::Op {
 public:
  OPENVINO_OP("RelativeSoftmax", "lorikeet");

  RelativeSoftmax() = default;
  RelativeSoftmax(const ov::Output<ov::Node> &content, const ov::Output<ov::Node> &position, float factor);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector &inputs) const override;
  bool visit_attributes(ov::AttributeVisitor &visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const override;

  /// What the sums of both scores are multiplied with.
  float scores_factor() const { return factor; }

 private:
  float factor = 1;
};

}  // namespace lorikeet

#endif
