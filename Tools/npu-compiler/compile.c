// Compiles a graph with OpenVINO's NPU plugin and writes the blob; a Windows program, because only the Windows wheel of
// OpenVINO has the compiler.
//
//     compile.exe MODEL BLOB [PROPERTY=VALUE]…
//
// The last lines of a success are `compiled` and `exported`. A failure prints OpenVINO's message and ends with status 1.
#include <stdio.h>
#include <string.h>

#include "openvino/c/openvino.h"

static const char device[] = "NPU";

static int failed(ov_status_e status, const char *step) {
  if (status == OK) return 0;
  fprintf(stderr, "%s: %s\n", step, ov_get_last_err_msg());
  return 1;
}

int main(int count, char **arguments) {
  if (count < 3) {
    fprintf(stderr, "usage: compile.exe MODEL BLOB [PROPERTY=VALUE]...\n");
    return 64;
  }
  // Written at once, in order with the compiler's own lines.
  setvbuf(stdout, NULL, _IONBF, 0);
  ov_core_t *core = NULL;
  if (failed(ov_core_create(&core), "start OpenVINO")) return 1;
  for (int i = 3; i < count; i++) {
    char *equals = strchr(arguments[i], '=');
    if (equals == NULL) {
      fprintf(stderr, "\"%s\" is not PROPERTY=VALUE\n", arguments[i]);
      return 64;
    }
    *equals = '\0';
    if (failed(ov_core_set_property(core, device, arguments[i], equals + 1), arguments[i])) return 1;
  }
  ov_model_t *model = NULL;
  if (failed(ov_core_read_model(core, arguments[1], NULL, &model), "read the graph")) return 1;
  ov_compiled_model_t *compiled = NULL;
  if (failed(ov_core_compile_model(core, model, device, 0, &compiled), "compile")) return 1;
  printf("compiled\n");
  if (failed(ov_compiled_model_export_model(compiled, arguments[2]), "export the blob")) return 1;
  printf("exported\n");
  return 0;
}
