// The table of functions that a driver returns for the graph extension.
#pragma once

#include <cstddef>

namespace graphs {

/// 31 functions in the order of ze_graph_ext.h 1.16.
extern void *const table[31];

}  // namespace graphs
