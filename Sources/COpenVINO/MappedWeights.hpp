// Pages of mapped weight files, given back when a device has made its own copy of the weights.

#ifndef LORIKEET_MAPPED_WEIGHTS_HPP
#define LORIKEET_MAPPED_WEIGHTS_HPP

#include <memory>
#include <openvino/core/model.hpp>
#include <openvino/op/constant.hpp>
#include <vector>

namespace lorikeet {

/// The constants of a graph that lie in mapped files; they stay mapped as long as this lives.
class MappedWeights {
 public:
  explicit MappedWeights(const std::shared_ptr<ov::Model> &model);

  /// Takes the constants' pages out of this process: they no longer count as its memory, the system may still have
  /// them cached, and who reads them gets them back.
  void drop_pages() const;

 private:
  std::vector<std::shared_ptr<ov::op::v0::Constant>> constants;
};

}  // namespace lorikeet

#endif
