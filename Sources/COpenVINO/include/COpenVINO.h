// The part of OpenVINO that Lorikeet needs, as plain C.
//
// Why not OpenVINO's own C API: it cannot edit a graph (the split of the decoder), and its last error is
// one text for the whole process. Here every call that can fail returns its own message.
//
// Ownership: `..._create`, `_read`, `_compile`, `_split` and `_request` hand out handles that the caller
// destroys. Strings handed out are released with `lk_string_destroy`. Destroying NULL does nothing.
// Threads: a core and a compiled graph may be shared between threads; a graph and a request may not.

#ifndef LORIKEET_COPENVINO_H
#define LORIKEET_COPENVINO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lk_core lk_core;
typedef struct lk_graph lk_graph;
typedef struct lk_compiled lk_compiled;
typedef struct lk_request lk_request;

/// NULL for success, else OpenVINO's own message (release with `lk_string_destroy`).
typedef char *_Nullable lk_failure;

typedef enum lk_element { LK_FLOAT32, LK_INT32, LK_INT64, LK_OTHER } lk_element;

typedef enum lk_side { LK_INPUT, LK_OUTPUT } lk_side;

enum { LK_MAXIMUM_RANK = 8 };

/// A shape; a dimension of -1 is not known before inference. A rank of -1 is not known either.
typedef struct lk_shape {
  int32_t rank;
  int64_t dimensions[LK_MAXIMUM_RANK];
} lk_shape;

/// One input or output of a graph. `name` belongs to the graph or compiled graph that was asked.
typedef struct lk_port {
  const char *_Nullable name;
  lk_element element;
  lk_shape shape;
} lk_port;

/// The memory behind one input or output of a request, valid until the request's shapes change.
typedef struct lk_tensor {
  void *_Nullable data;
  size_t count;
  lk_element element;
  lk_shape shape;
} lk_tensor;

typedef struct lk_property {
  const char *_Nonnull key;
  const char *_Nonnull value;
} lk_property;

void lk_string_destroy(char *_Nullable string);

/// OpenVINO's build number, a string that lives as long as the process.
const char *_Nonnull lk_openvino_version(void);

/// Gives memory that is allocated no more back to the system, where the C library can.
void lk_release_memory(void);

// Core -----------------------------------------------------------------------------------------------

lk_failure lk_core_create(lk_core *_Nullable *_Nonnull result);
void lk_core_destroy(lk_core *_Nullable core);

/// The available devices, one a line.
lk_failure lk_core_devices(lk_core *_Nonnull core, char *_Nullable *_Nonnull result);

/// A property of a device as text; the items of a list are separated by spaces.
lk_failure lk_core_property(
    lk_core *_Nonnull core, const char *_Nonnull device, const char *_Nonnull key,
    char *_Nullable *_Nonnull result);

lk_failure lk_core_read(
    lk_core *_Nonnull core, const char *_Nonnull path, lk_graph *_Nullable *_Nonnull result);

/// Reads an ONNX file of `count` bytes that is in memory. Files of weights that it names are relative to `directory`,
/// which ends in a slash; they must be there until the call returns, and are mapped from then on.
lk_failure lk_onnx_read(
    const void *_Nullable bytes, size_t count, const char *_Nonnull directory, lk_graph *_Nullable *_Nonnull result);

lk_failure lk_core_compile(
    lk_core *_Nonnull core, const lk_graph *_Nonnull graph, const char *_Nonnull device,
    const lk_property *_Nullable properties, size_t count, lk_compiled *_Nullable *_Nonnull result);

// Graph ----------------------------------------------------------------------------------------------

void lk_graph_destroy(lk_graph *_Nullable graph);

/// How many inputs or outputs the graph has.
size_t lk_graph_count(const lk_graph *_Nonnull graph, lk_side side);
lk_failure lk_graph_port(
    const lk_graph *_Nonnull graph, lk_side side, size_t index, lk_port *_Nonnull result);

/// Gives inputs a shape that is the same for every inference; the others stay as they are.
lk_failure lk_graph_reshape(
    lk_graph *_Nonnull graph, const char *_Nonnull const *_Nonnull names, const lk_shape *_Nonnull shapes,
    size_t count);

/// How many tokens a fused prediction and joint network knows, blank included: the rows of its embedding.
lk_failure lk_graph_token_count(const lk_graph *_Nonnull graph, int64_t *_Nonnull result);

/// Splits a fused prediction and joint network; see `TransducerSplit.cpp`.
/// `token_count` is the number of token logits, blank included; the logits behind them are durations.
/// The graph that is split must not be used afterwards.
lk_failure lk_graph_split_transducer(
    lk_graph *_Nonnull graph, int64_t token_count, lk_graph *_Nullable *_Nonnull projection,
    lk_graph *_Nullable *_Nonnull prediction, lk_graph *_Nullable *_Nonnull joint);

/// Replaces the constant float weights of large layers by eight bits and a scale for each output channel; see
/// `WeightCompression.cpp`. `smallest` is the number of numbers from which a weight is worth it; `result` is
/// the number of layers that were changed.
lk_failure lk_graph_compress_weights(
    lk_graph *_Nonnull graph, size_t smallest, size_t *_Nonnull result);

/// Rewrites layers that ONNX Runtime's dynamic quantization made into float layers with weights in eight bits, or in
/// float32 where a weight has fewer numbers than `smallest`; see `QuantizedExport.cpp`. `result` is the number of
/// layers that were changed.
lk_failure lk_graph_rewrite_quantized(
    lk_graph *_Nonnull graph, size_t smallest, size_t *_Nonnull result);

/// Whether a layer multiplies integers, as dynamic quantization leaves it: 1 or 0. Compilers of accelerators refuse it.
lk_failure lk_graph_computes_in_integers(const lk_graph *_Nonnull graph, int *_Nonnull result);

/// Computes the matrix products of constants alone, which a fixed shape leaves: each becomes a constant; see
/// `ConstantProducts.cpp`. `result` is their number.
lk_failure lk_graph_fold_products(
    lk_core *_Nonnull core, lk_graph *_Nonnull graph, size_t *_Nonnull result);

/// Takes out the masks of padding, for an input without any: `length` names the input that says how many frames are
/// valid, and from then on must say that all are; see `PaddingMasks.cpp`. `result` is the number of masks.
lk_failure lk_graph_remove_masks(
    lk_graph *_Nonnull graph, const char *_Nonnull length, size_t *_Nonnull result);

/// Makes transpositions shorter where that changes nothing else; see `Transpositions.cpp`. `result` is their number.
lk_failure lk_graph_shorten_transpositions(lk_graph *_Nonnull graph, size_t *_Nonnull result);

/// Whether the processor multiplies bytes, and adds four products at once: 1 or 0. Without that it gains nothing from
/// activations in eight bits.
int lk_multiplies_bytes(void);

/// Rounds what layers with weights in eight bits read to eight bits, with a step for each frame; see
/// `ActivationQuantization.cpp`. `result` is the number of layers.
lk_failure lk_graph_quantize_activations(lk_graph *_Nonnull graph, size_t *_Nonnull result);

/// Writes the graph as IR: `path`, which ends in ".xml", and the weights beside it in ".bin". Float constants
/// become FP16 if `as_float16` is not 0, unless the graph has weights in eight bits; inputs, outputs and arithmetic
/// stay as they are.
lk_failure lk_graph_save(
    const lk_graph *_Nonnull graph, const char *_Nonnull path, int as_float16);

// Compiled graph -------------------------------------------------------------------------------------

void lk_compiled_destroy(lk_compiled *_Nullable compiled);
size_t lk_compiled_count(const lk_compiled *_Nonnull compiled, lk_side side);
lk_failure lk_compiled_property(
    const lk_compiled *_Nonnull compiled, const char *_Nonnull key, char *_Nullable *_Nonnull result);
lk_failure lk_compiled_request(
    lk_compiled *_Nonnull compiled, lk_request *_Nullable *_Nonnull result);

// Request --------------------------------------------------------------------------------------------

void lk_request_destroy(lk_request *_Nullable request);

/// The index of an input or output by its tensor name, -1 if there is none.
int32_t lk_request_index(
    const lk_request *_Nonnull request, lk_side side, const char *_Nonnull name);

/// Whether the shape of an input or output is the same for every inference.
int lk_request_is_static(const lk_request *_Nonnull request, lk_side side, size_t index);

/// Gives an input the shape and describes the memory to fill.
lk_failure lk_request_resize_input(
    lk_request *_Nonnull request, size_t index, const lk_shape *_Nonnull shape,
    lk_tensor *_Nonnull result);

/// Describes the memory of an input or output as it is.
lk_failure lk_request_tensor(
    lk_request *_Nonnull request, lk_side side, size_t index, lk_tensor *_Nonnull result);

/// Makes the present output tensor of one request an input of another, without a copy.
lk_failure lk_request_connect(
    lk_request *_Nonnull source, size_t output, lk_request *_Nonnull target, size_t input);

/// Runs the graph and waits. Blocks the calling thread.
lk_failure lk_request_infer(lk_request *_Nonnull request);

#ifdef __cplusplus
}
#endif

#endif
