// Products of constants, computed while a graph is made; see `ConstantProducts.cpp`.

#ifndef LORIKEET_CONSTANT_PRODUCTS_HPP
#define LORIKEET_CONSTANT_PRODUCTS_HPP

#include "EightBitWeights.hpp"

namespace lorikeet {

/// Computes products of `input` and each product's second side, in float32 and without rounding activations.
std::vector<ov::Tensor> products_with(
    ov::Core &core, const std::shared_ptr<ov::opset13::Constant> &input,
    const std::vector<std::shared_ptr<ov::Node>> &products);

}  // namespace lorikeet

#endif
