// The part of OpenVINO that Lorikeet needs, as plain C.
//
// OpenVINO's own C API does not suffice: it cannot edit a graph (the split of the decoder), and its last error is one
// text for the whole process. Here every call that can fail returns its own message.
//
// Ownership: `..._create`, `_read`, `_compile`, `_split` and `_request` return handles that the caller destroys.
// Returned strings are released with `lk_string_destroy`. Destroying NULL does nothing.
// Threads: a core and a compiled graph can be shared between threads; a graph and a request cannot.

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

/// NULL on success, otherwise OpenVINO's message, to be released with `lk_string_destroy`.
typedef char *_Nullable lk_failure;

/// The type of a tensor's elements.
typedef enum lk_element { LK_FLOAT32, LK_INT32, LK_INT64, LK_OTHER } lk_element;

/// The inputs or the outputs of a graph.
typedef enum lk_side { LK_INPUT, LK_OUTPUT } lk_side;

enum { LK_MAXIMUM_RANK = 8 };

/// A shape. A dimension or a rank of -1 is unknown before inference.
typedef struct lk_shape {
  int32_t rank;
  int64_t dimensions[LK_MAXIMUM_RANK];
} lk_shape;

/// An input or output of a graph. `name` belongs to the graph or compiled graph that returned the port.
typedef struct lk_port {
  const char *_Nullable name;
  lk_element element;
  lk_shape shape;
} lk_port;

/// The memory of an input or output of a request, valid until the request's shapes change. `count` is the number of
/// elements.
typedef struct lk_tensor {
  void *_Nullable data;
  size_t count;
  lk_element element;
  lk_shape shape;
} lk_tensor;

/// A property of a device or a compiled graph.
typedef struct lk_property {
  const char *_Nonnull key;
  const char *_Nonnull value;
} lk_property;

/// Releases a returned string.
void lk_string_destroy(char *_Nullable string);

/// Returns OpenVINO's build number, a string that lives as long as the process.
const char *_Nonnull lk_openvino_version(void);

/// Returns freed memory to the system, if the C library supports it.
void lk_release_memory(void);

// Core -----------------------------------------------------------------------------------------------

/// Creates a core.
lk_failure lk_core_create(lk_core *_Nullable *_Nonnull result);
/// Destroys a core.
void lk_core_destroy(lk_core *_Nullable core);

/// Returns the names of the available devices, one per line.
lk_failure lk_core_devices(lk_core *_Nonnull core, char *_Nullable *_Nonnull result);

/// Returns the names of the properties of a device that can be set, one per line.
lk_failure lk_core_settable_properties(
    lk_core *_Nonnull core, const char *_Nonnull device, char *_Nullable *_Nonnull result);

/// Sets a property of a device and reads one, which fails if the value is wrong: a device checks values only when it has
/// to. Applies the property to the whole core.
lk_failure lk_core_try_property(
    lk_core *_Nonnull core, const char *_Nonnull device, const char *_Nonnull key,
    const char *_Nonnull value, const char *_Nonnull read);

/// Returns a property of a device as text; list items are separated by spaces.
lk_failure lk_core_property(
    lk_core *_Nonnull core, const char *_Nonnull device, const char *_Nonnull key,
    char *_Nullable *_Nonnull result);

/// Reads an ONNX or IR file with the weight files next to it.
lk_failure lk_core_read(
    lk_core *_Nonnull core, const char *_Nonnull path, lk_graph *_Nullable *_Nonnull result);

/// Reads an ONNX file of `count` bytes from memory. Weight files that it names are relative to `directory`, which ends
/// in a slash; they must exist until the call returns, and are mapped from then on.
lk_failure lk_onnx_read(
    const void *_Nullable bytes, size_t count, const char *_Nonnull directory, lk_graph *_Nullable *_Nonnull result);

/// Compiles a graph for a device with `count` properties. Blocks, for seconds if the graph is large.
lk_failure lk_core_compile(
    lk_core *_Nonnull core, const lk_graph *_Nonnull graph, const char *_Nonnull device,
    const lk_property *_Nullable properties, size_t count, lk_compiled *_Nullable *_Nonnull result);

// Graph ----------------------------------------------------------------------------------------------

/// Destroys a graph.
void lk_graph_destroy(lk_graph *_Nullable graph);

/// Returns the number of inputs or outputs.
size_t lk_graph_count(const lk_graph *_Nonnull graph, lk_side side);
/// Describes an input or output.
lk_failure lk_graph_port(
    const lk_graph *_Nonnull graph, lk_side side, size_t index, lk_port *_Nonnull result);

/// Removes an output, and what only that output needs.
lk_failure lk_graph_remove_output(lk_graph *_Nonnull graph, const char *_Nonnull name);

/// Sets the shapes of `count` inputs, with -1 for any length; other inputs are unchanged.
lk_failure lk_graph_reshape(
    lk_graph *_Nonnull graph, const char *_Nonnull const *_Nonnull names, const lk_shape *_Nonnull shapes,
    size_t count);

/// Returns the number of tokens of a fused prediction and joint network, including blank: the rows of its embedding.
lk_failure lk_graph_token_count(const lk_graph *_Nonnull graph, int64_t *_Nonnull result);

/// Splits a fused prediction and joint network; see `TransducerSplit.cpp`.
/// `token_count` is the number of token logits, including `blank`; the logits after them are durations, and an RNN-T has none.
/// The split graph must not be used afterwards.
lk_failure lk_graph_split_transducer(
    lk_graph *_Nonnull graph, int64_t token_count, int64_t blank, lk_graph *_Nullable *_Nonnull projection,
    lk_graph *_Nullable *_Nonnull prediction, lk_graph *_Nullable *_Nonnull joint);

/// Gives weights in four or eight bits by blocks a scale for each output channel, in eight bits; see
/// `WeightCompression.cpp`. `smallest` is the minimum number of elements of a weight; `result` is the number of changed
/// layers.
lk_failure lk_graph_rewrite_blocks(lk_graph *_Nonnull graph, size_t smallest, size_t *_Nonnull result);

/// Gives a CTC network the outputs of a transducer's encoder; see `CTCEncoder.cpp`. `subsampling` is the number of feature
/// frames in each of its frames.
lk_failure lk_graph_shape_ctc(lk_graph *_Nonnull graph, int64_t subsampling);

/// Replaces the constant float weights of large layers by eight bits and a scale for each output channel; see
/// `WeightCompression.cpp`. `smallest` is the minimum number of elements of a weight to compress; `result` is the
/// number of changed layers.
lk_failure lk_graph_compress_weights(
    lk_graph *_Nonnull graph, size_t smallest, size_t *_Nonnull result);

/// Rewrites layers of ONNX Runtime's dynamic quantization as float layers with weights in eight bits, or in float32 if
/// a weight has fewer elements than `smallest`; see `QuantizedExport.cpp`. `result` is the number of changed layers.
lk_failure lk_graph_rewrite_quantized(
    lk_graph *_Nonnull graph, size_t smallest, size_t *_Nonnull result);

/// Sets `result` to 1 if a layer multiplies integers, as dynamic quantization does, otherwise to 0. The compilers of
/// accelerators reject such a layer.
lk_failure lk_graph_computes_in_integers(const lk_graph *_Nonnull graph, int *_Nonnull result);

/// Replaces matrix products of constants, which a static shape produces, by their values; see `ConstantProducts.cpp`.
/// `result` is their number.
lk_failure lk_graph_fold_products(
    lk_core *_Nonnull core, lk_graph *_Nonnull graph, size_t *_Nonnull result);

/// Removes the padding masks, for inputs without padding. `length` names the input with the number of valid frames,
/// which from then on must be all of them; see `PaddingMasks.cpp`. `result` is the number of masks.
lk_failure lk_graph_remove_masks(
    lk_graph *_Nonnull graph, const char *_Nonnull length, size_t *_Nonnull result);

/// Turns the masks of attention and convolution into sums; see `AdditiveMasks.cpp`. `result` is the number of layers.
lk_failure lk_graph_add_masks(lk_graph *_Nonnull graph, size_t *_Nonnull result);

/// Lets the convolutions of the subsampling mask their outputs; see `SubsamplingMask.cpp`. The graph has a static shape.
/// `length` names the input with the number of valid frames; frames after it must be zero. `result` is the number of
/// subsamplings.
lk_failure lk_graph_mask_subsampling(
    lk_graph *_Nonnull graph, const char *_Nonnull length, size_t *_Nonnull result);

/// Moves multiplications by a number into weights; see `ScaleFolding.cpp`. `result` is their number.
lk_failure lk_graph_fold_scales(lk_graph *_Nonnull graph, size_t *_Nonnull result);

/// Splits feed-forward modules into `parts`: both products if `whole` is not 0, else the second; see
/// `FeedForwardSplit.cpp`. `result` is the number of modules.
lk_failure lk_graph_split_feed_forward(
    lk_graph *_Nonnull graph, size_t parts, int whole, size_t *_Nonnull result);

/// Adds biases before transpositions; see `Transpositions.cpp`. `result` is their number.
lk_failure lk_graph_move_biases(lk_graph *_Nonnull graph, size_t *_Nonnull result);

/// Shortens transpositions without changing results; see `Transpositions.cpp`. `result` is their number.
lk_failure lk_graph_shorten_transpositions(lk_graph *_Nonnull graph, size_t *_Nonnull result);

/// Returns 1 if the processor has VNNI, which multiplies bytes and adds four products at once, otherwise 0. Without it
/// eight-bit activations are no faster.
int lk_supports_vnni(void);

/// Rounds the inputs of layers with eight-bit weights to eight bits, with a separate step for each frame; see
/// `ActivationQuantization.cpp`. `result` is the number of layers.
lk_failure lk_graph_quantize_activations(lk_graph *_Nonnull graph, size_t *_Nonnull result);

/// Computes the layers over the table of positions for up to `frames` encoder frames; longer audio then fails. See
/// `PositionTable.cpp`. `result` is their number.
lk_failure lk_graph_tabulate_positions(
    lk_core *_Nonnull core, lk_graph *_Nonnull graph, size_t frames, size_t *_Nonnull result);

/// Turns what lies between the matrix products of an encoder for processors into single operations; see
/// `FrameFusion.cpp`. `result` is their number.
lk_failure lk_graph_fuse_frames(lk_graph *_Nonnull graph, size_t *_Nonnull result);

/// Collects those operations, attention and products of bytes into a single operation, if this processor multiplies
/// bytes, and OpenVINO is no faster; see `LayerCollection.cpp`. `result` is the number of products; 0 if the graph is
/// unchanged.
lk_failure lk_graph_collect_layers(lk_graph *_Nonnull graph, size_t *_Nonnull result);

/// Computes what depends on constants alone, and makes it a constant.
lk_failure lk_graph_fold_constants(lk_graph *_Nonnull graph);

/// Writes the graph as IR: `path`, which ends in ".xml", and the weights next to it in ".bin". Float constants become
/// FP16 if `as_float16` is not 0, unless the graph has weights in eight bits; inputs, outputs and arithmetic are
/// unchanged.
lk_failure lk_graph_save(
    const lk_graph *_Nonnull graph, const char *_Nonnull path, int as_float16);

// Compiled graph -------------------------------------------------------------------------------------

/// Destroys a compiled graph.
void lk_compiled_destroy(lk_compiled *_Nullable compiled);
/// Returns the number of inputs or outputs.
size_t lk_compiled_count(const lk_compiled *_Nonnull compiled, lk_side side);
/// Returns a property as text; list items are separated by spaces.
lk_failure lk_compiled_property(
    const lk_compiled *_Nonnull compiled, const char *_Nonnull key, char *_Nullable *_Nonnull result);
/// Creates a request, which keeps the compiled graph alive.
lk_failure lk_compiled_request(
    lk_compiled *_Nonnull compiled, lk_request *_Nullable *_Nonnull result);

// Request --------------------------------------------------------------------------------------------

/// Destroys a request.
void lk_request_destroy(lk_request *_Nullable request);

/// Returns the index of the input or output with a tensor name, -1 if there is none.
int32_t lk_request_index(
    const lk_request *_Nonnull request, lk_side side, const char *_Nonnull name);

/// Returns 1 if an input or output has a static shape, otherwise 0.
int lk_request_is_static(const lk_request *_Nonnull request, lk_side side, size_t index);

/// Sets the shape of an input and describes the memory to fill.
lk_failure lk_request_resize_input(
    lk_request *_Nonnull request, size_t index, const lk_shape *_Nonnull shape,
    lk_tensor *_Nonnull result);

/// Describes the present memory of an input or output.
lk_failure lk_request_tensor(
    lk_request *_Nonnull request, lk_side side, size_t index, lk_tensor *_Nonnull result);

/// Uses the present output tensor of one request as an input of another, without a copy.
lk_failure lk_request_connect(
    lk_request *_Nonnull source, size_t output, lk_request *_Nonnull target, size_t input);

/// Runs the graph and blocks the calling thread until it is done.
lk_failure lk_request_infer(lk_request *_Nonnull request);

/// Returns the times of the last run, if the graph was compiled with `PERF_COUNT`: a line for each kind of operation with
/// its type, kernel, number and microseconds, separated by tabs. The layers in one operation are told by kind of
/// instruction, for the run that was the last one of all networks.
lk_failure lk_request_profile(lk_request *_Nonnull request, char *_Nullable *_Nonnull result);

#ifdef __cplusplus
}
#endif

#endif
