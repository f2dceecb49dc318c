// The types of the C handles, and the one place where exceptions become messages.

#ifndef LORIKEET_HANDLES_HPP
#define LORIKEET_HANDLES_HPP

#if !__has_include(<openvino/openvino.hpp>)
#error "OpenVINO's headers are missing: run Scripts/setup (or make setup) once in this checkout"
#endif

#include <cstring>
#include <exception>
#include <memory>
#include <openvino/openvino.hpp>
#include <string>
#include <vector>

#include "COpenVINO.h"
#include "MappedWeights.hpp"

struct lk_core {
  ov::Core core;
};

struct lk_graph {
  std::shared_ptr<ov::Model> model;
};

struct lk_compiled {
  ov::CompiledModel model;
  std::shared_ptr<const lorikeet::MappedWeights> weights;
};

struct lk_request {
  ov::InferRequest request;
  std::vector<ov::Output<const ov::Node>> inputs;
  std::vector<ov::Output<const ov::Node>> outputs;
  /// Null after the first inference; see `lk_request_infer`.
  std::shared_ptr<const lorikeet::MappedWeights> weights;
};

namespace lorikeet {

inline char *copied(const std::string &text) { return strdup(text.c_str()); }

/// Runs `body` and returns the message of any exception, which the caller owns.
template <typename Body>
lk_failure guarded(Body &&body) noexcept {
  try {
    body();
    return nullptr;
  } catch (const std::exception &error) {
    return strdup(error.what());
  } catch (...) {
    return strdup("an exception of unknown type");
  }
}

lk_shape describe(const ov::PartialShape &shape);
lk_tensor describe(ov::Tensor tensor);
lk_element describe(const ov::element::Type &type);

}  // namespace lorikeet

#endif
